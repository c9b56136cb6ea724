// The SDK's two objects. Both calls are synchronous and load nothing yet.
import {
  type ApiVersion,
  createAuth,
  createClient,
  requiredScopes,
  type SipBreakoutClient,
} from "sipbreakout-web";
import { config } from "./config.ts";

export const auth = createAuth({
  issuer: config.issuer,
  clientId: config.clientId,
  redirectUri: config.redirectUri,
  // Both versions' scopes, because this console lets a person choose the version. One is enough for most.
  scope: ["openid", "offline_access", "phone", requiredScopes.v1, requiredScopes.v0],
  // One session for all tabs, so that any of them can refresh what is kept when another one is closed. What that costs
  // is in README.md.
  storage: "local",
});

// What is kept is tried again for as long as it is wanted. A person waits for the first try: one more attempt after half
// a second, and not the default's four.
const retry = { maxAttempts: 2, initialDelayMs: 500 };

/** A client speaks one version of the API. The token comes from the session and is renewed by it. */
export function openClient(apiVersion: ApiVersion): SipBreakoutClient {
  return createClient({ baseUrl: config.baseUrl, auth, retry, apiVersion });
}
