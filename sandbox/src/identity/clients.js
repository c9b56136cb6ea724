// The registered clients: a console in the browser, one behind a gateway, and a vendor's back end.
import { isLoopbackUrl } from "../loopback.js";

export const consoleClientId = "sipbreakout-console";
export const vendorClientId = "sipbreakout-vendor";
/** As the operator registers vendors: with a secret, which a gateway adds. */
export const mediatedClientId = "sipbreakout-mediated";

/**
 * @param {{ scopes: string[], apiScopes: string[], vendorSecret: string, mediatedSecret: string }} options
 * @returns {import("oidc-provider").ClientMetadata[]}
 */
export function clientMetadata({ scopes, apiScopes, vendorSecret, mediatedSecret }) {
  return [
    {
      client_id: consoleClientId,
      client_name: "SIP breakout console",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      // Stands for every loopback URL: see allowLoopbackUris.
      redirect_uris: ["http://127.0.0.1/"],
      post_logout_redirect_uris: ["http://127.0.0.1/"],
      scope: scopes.join(" "),
      subject_type: "pairwise",
    },
    {
      client_id: mediatedClientId,
      client_name: "SIP breakout console behind a gateway",
      client_secret: mediatedSecret,
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      redirect_uris: ["http://127.0.0.1/"],
      post_logout_redirect_uris: ["http://127.0.0.1/"],
      scope: scopes.join(" "),
      subject_type: "pairwise",
    },
    {
      client_id: vendorClientId,
      client_name: "A vendor's back end",
      client_secret: vendorSecret,
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      scope: apiScopes.join(" "),
    },
  ];
}

/**
 * A developer's console runs on any port and path of this machine, so the registered URIs are a rule, not a list.
 * Each provider has a client class of its own, so this touches no other sandbox in the process.
 * @param {import("oidc-provider").Provider} provider
 */
export function allowLoopbackUris(provider) {
  const { prototype } = provider.Client;
  prototype.redirectUriAllowed = isLoopbackUrl;
  prototype.postLogoutRedirectUriAllowed = isLoopbackUrl;
  // The operator's ID tokens carry the session id; oidc-provider leaves it out unless it must send log-outs.
  Object.assign(prototype, { includeSid: () => true });
}
