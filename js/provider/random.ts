// Randomness that nobody can foresee.
import { authError } from "./auth-error.js";
import { base64Url } from "./names.js";

/**
 * @internal Random text of 256 bits: 43 characters that need no escaping anywhere (RFC 7636, section 4.1, wants at least as
 * many). @throws AuthError
 */
export function randomText(): string {
  const bytes = new Uint8Array(32);
  try {
    globalThis.crypto.getRandomValues(bytes);
  } catch {
    bytes.fill(0);
  }
  // What a page put in its place may do nothing.
  if (bytes.some(Boolean)) return base64Url(bytes);
  const message = "This page has no WebCrypto (crypto.getRandomValues) that works, so nobody can sign in.";
  throw authError("invalid_config", message);
}
