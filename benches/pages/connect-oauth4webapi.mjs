// connect-web, and oauth4webapi with what a sign-in with code and PKCE, a refresh and a revocation need.
import * as oauth from "oauth4webapi";
import { calls } from "./connect-calls.mjs";
import { provider, start } from "./page.mjs";

const client = { client_id: provider.clientId };
const authentication = oauth.None();

/** Held by the page, so that the bundler keeps it. Nobody calls it here. */
globalThis.session = {
  async discover() {
    const issuer = new URL(provider.issuer);
    this.server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
  },
  async signIn() {
    this.verifier = oauth.generateRandomCodeVerifier();
    this.state = oauth.generateRandomState();
    this.nonce = oauth.generateRandomNonce();
    const challenge = await oauth.calculatePKCECodeChallenge(this.verifier);
    const address = new URL(this.server.authorization_endpoint);
    address.search = new URLSearchParams({
      client_id: provider.clientId,
      redirect_uri: provider.redirectUri,
      response_type: "code",
      scope: "openid offline_access phone call.routing:write",
      state: this.state,
      nonce: this.nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    }).toString();
    location.assign(address);
  },
  async handleCallback() {
    const { server, state, verifier } = this;
    const answer = oauth.validateAuthResponse(server, client, new URL(location.href), state);
    const response = await oauth.authorizationCodeGrantRequest(
      ...[server, client, authentication, answer, provider.redirectUri, verifier],
    );
    const options = { expectedNonce: this.nonce, requireIdToken: true };
    this.tokens = await oauth.processAuthorizationCodeResponse(server, client, response, options);
    this.claims = oauth.getValidatedIdTokenClaims(this.tokens);
  },
  async refresh() {
    const { server, tokens } = this;
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      tokens.refresh_token,
    );
    this.tokens = await oauth.processRefreshTokenResponse(server, client, response);
  },
  async userInfo() {
    const { server, tokens, claims } = this;
    const response = await oauth.userInfoRequest(server, client, tokens.access_token);
    return oauth.processUserInfoResponse(server, client, claims.sub, response);
  },
  async signOut() {
    const { server, tokens } = this;
    const response = await oauth.revocationRequest(server, client, authentication, tokens.refresh_token);
    await oauth.processRevocationResponse(response);
  },
};

start(calls);
