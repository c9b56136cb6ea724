// The provider's own log-out (OpenID Connect RP-Initiated Logout).
import { decide } from "../core/decide.js";
import type { Provider } from "../provider/provider.js";

/** @internal @throws AuthError (`invalid_config`) for an address that nobody should be sent to */
export async function checkReturnTo(address: string): Promise<void> {
  await decide((wasm) => wasm.checkAddress("returnTo", address));
}

/**
 * @internal A form to be posted, by the browser itself, to the provider's log-out page; undefined if it has none. Not a link:
 * the hint is an ID token, which has no business in a URL. `state` comes back with the person.
 */
export async function logoutForm(
  provider: Provider,
  idToken: string | undefined,
  returnTo: string | undefined,
  state: string | undefined,
): Promise<{ url: string; fields: [string, string][] } | undefined> {
  const url = await provider.endpoints().then(
    ({ endSession }) => endSession,
    () => undefined,
  );
  if (url === undefined) return undefined;
  const fields: [string, string][] = [];
  if (idToken !== undefined) fields.push(["id_token_hint", idToken]);
  if (returnTo !== undefined) fields.push(["post_logout_redirect_uri", returnTo]);
  if (state !== undefined) fields.push(["state", state]);
  fields.push(["client_id", provider.settings.clientId ?? ""]);
  return { url, fields };
}
