// The provider's own log-out (OpenID Connect RP-Initiated Logout).
import { decide } from "../core/decide.js";
import type { Provider } from "./provider.js";

/** @internal @throws AuthError (`invalid_config`) for an address that nobody should be sent to */
export async function checkReturnTo(address: string): Promise<void> {
  await decide((wasm) => wasm.checkAddress("returnTo", address));
}

/**
 * @internal A form to be posted, by the browser itself, to the provider's log-out page; undefined if it has none. Not a link:
 * the hint is an ID token, which has no business in a URL.
 */
export async function logoutForm(
  provider: Provider,
  idToken: string | undefined,
  returnTo: string | undefined,
): Promise<{ url: string; fields: [string, string][] } | undefined> {
  const url = await provider.endpoints().then(
    ({ endSession }) => endSession,
    () => undefined,
  );
  if (url === undefined) return undefined;
  const fields: [string, string][] = [];
  if (idToken !== undefined) fields.push(["id_token_hint", idToken]);
  if (returnTo !== undefined) fields.push(["post_logout_redirect_uri", returnTo]);
  try {
    fields.push(["state", provider.randomText()]);
  } catch {
    // Nobody looks at it.
  }
  fields.push(["client_id", provider.settings.clientId ?? ""]);
  return { url, fields };
}
