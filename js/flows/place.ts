// Whether an answer came to where it was to come.
import { authError } from "../provider/auth-error.js";

/** @internal Whether all of a redirect URI is in an address, whatever more that has. */
export function isAt(home: URL, address: URL): boolean {
  return (
    address.origin + address.pathname === home.origin + home.pathname &&
    [...home.searchParams].every(([name, value]) => address.searchParams.getAll(name).includes(value))
  );
}

function isOneAtOther(one: string, other: string, isEitherWay: boolean): boolean {
  const [here, there] = [new URL(one), new URL(other)];
  return isAt(here, there) || (isEitherWay && isAt(there, here));
}

/** @internal Whether an answer at one of two redirect URIs could be meant for the other. */
export const isOnePlace = (one: string, other: string): boolean => isOneAtOther(one, other, true);

/** @internal Refuses an answer that came to another address than the redirect URI of its sign-in: that is another issuer's. */
export function checkPlace(redirectUri: string, address: string): void {
  try {
    if (isOneAtOther(redirectUri, address, false)) return;
  } catch {
    // No URL is at no place.
  }
  const message =
    "The answer came to another address than the redirect URI of its sign-in: it may be another provider's and is not " +
    "used. Sign in again.";
  throw authError("not_a_callback", message);
}
