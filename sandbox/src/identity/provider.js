// The OpenID provider: oidc-provider, set up to look like the operator's.
import { randomBytes } from "node:crypto";
import { interactionPolicy, Provider } from "oidc-provider";
import { setPage } from "../pages/page.js";
import { allowLoopbackUris, clientMetadata } from "./clients.js";
import { clientBasedCors, loopbackOriginsOnly } from "./cors.js";
import { interactionPrefix } from "./interactions.js";
import { rpInitiatedLogout, skipEmptyLogout } from "./logout.js";
import { messagePage } from "./pages.js";
import { createPostedLogout } from "./posted-logout.js";
import { scopeCheck } from "./requested-scopes.js";
import { findAccount, pairwiseSubject } from "./subjects.js";

const endSessionPath = "/oauth2/sessions/logout";
const daySeconds = 24 * 60 * 60;

/**
 * @typedef {object} ProviderOptions
 * @property {string} issuer
 * @property {string[]} apiScopes
 * @property {import("../settings.js").Settings} settings
 * @property {import("./storage.js").Storage} storage
 * @property {string} mediatedSecret
 * @property {import("oidc-provider").JWK} signingKey
 * @property {string} vendorSecret
 * @property {import("./consents.js").Consents} consents
 */

/** @param {ProviderOptions} options */
export function createProvider(options) {
  const { issuer, apiScopes, settings, storage, signingKey, vendorSecret, mediatedSecret, consents } =
    options;
  const scopes = ["openid", "offline_access", "phone", ...apiScopes];
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  // Cookies do not know ports: several sandboxes in one browser must not share their names.
  const { port } = new URL(issuer);

  const provider = new Provider(issuer, {
    adapter: storage.adapter,
    jwks: { keys: [signingKey] },
    clients: clientMetadata({ scopes, apiScopes, vendorSecret, mediatedSecret }),
    routes: {
      authorization: "/oauth2/auth",
      token: "/oauth2/token",
      revocation: "/oauth2/revoke",
      end_session: endSessionPath,
      userinfo: "/userinfo",
      jwks: "/.well-known/jwks.json",
    },
    scopes,
    claims: { openid: ["sub", "sid"], phone: ["phone_number", "phone_number_verified"] },
    subjectTypes: ["pairwise", "public"],
    responseTypes: ["code"],
    clientAuthMethods: ["none", "client_secret_basic"],
    pkce: { required: () => true },
    extraParams: { audience: scopeCheck(new Set(scopes)) },
    allowOmittingSingleRegisteredRedirectUri: false,
    // A token is over when it says so.
    clockTolerance: 0,
    // The core knows no other.
    enabledJWA: { dPoPSigningAlgValues: ["ES256"] },
    ttl: {
      AccessToken: () => settings.tokenTtlSeconds,
      ClientCredentials: () => settings.tokenTtlSeconds,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 14 * daySeconds,
      Session: 14 * daySeconds,
      Grant: 14 * daySeconds,
    },
    rotateRefreshToken: true,
    // As with the operator, log-out ends the session and not the tokens: revoking them is the application's part.
    expiresWithSession: () => false,
    cookies: {
      keys: [randomBytes(32).toString("base64url")],
      names: {
        session: `sandbox_${port}_session`,
        interaction: `sandbox_${port}_interaction`,
        resume: `sandbox_${port}_resume`,
      },
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout,
      claimsParameter: { enabled: false },
      dPoP: {
        enabled: true,
        nonceSecret: randomBytes(32),
        requireNonce: () => settings.dpopNonces,
        allowReplay: false,
      },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
    },
    interactions: { policy, url: (_ctx, interaction) => `${interactionPrefix}${interaction.uid}` },
    clientBasedCORS: clientBasedCors,
    findAccount,
    pairwiseIdentifier: (_ctx, accountId, client) => pairwiseSubject(accountId, client.clientId),
    loadExistingGrant: consents.loadGrant,
    renderError(ctx, out) {
      const message = `${out.error}${out.error_description === undefined ? "" : `: ${out.error_description}`}`;
      setPage(ctx, messagePage({ title: "That did not work", message }));
    },
  });
  provider.on("server_error", (_ctx, error) => console.error(`sandbox: ${error.message}`));
  allowLoopbackUris(provider);
  provider.use(loopbackOriginsOnly);
  provider.use(createPostedLogout(endSessionPath));
  provider.use(skipEmptyLogout);
  return provider;
}
