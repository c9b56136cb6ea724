// The SDK's two objects, made once for the page. Both calls are synchronous and load nothing yet.
import { type ApiVersion, createAuth, createClient, requiredScopes } from "sipbreakout-web";
import { config } from "./config.ts";

export const auth = createAuth({
  issuer: config.issuer,
  clientId: config.clientId,
  redirectUri: config.redirectUri,
  // Both versions' scopes, because this console lets a person choose the version. One is enough for most.
  scope: ["openid", "offline_access", "phone", requiredScopes.v1, requiredScopes.v0],
  // A reload of the tab keeps the session; `memory` (the default) would ask for a new sign-in.
  storage: "session",
});

// A person waits, and has a button to try again: one more attempt after half a second, and not the default's four.
const retry = { maxAttempts: 2, initialDelayMs: 500 };

// A client speaks one version of the API. The token comes from the session and is renewed by it.
const clients = {
  v1: createClient({ baseUrl: config.baseUrl, auth, retry, apiVersion: "v1" }),
  v0: createClient({ baseUrl: config.baseUrl, auth, retry, apiVersion: "v0" }),
};

export function clientFor(apiVersion: ApiVersion) {
  return clients[apiVersion];
}
