// The browser's WebCrypto, which a page may lack, and which may refuse.
import { isSdkError } from "../errors.js";
import { authError } from "./auth-error.js";

/** @internal @throws AuthError where there is none */
export function subtle(): SubtleCrypto {
  let found: unknown;
  try {
    found = globalThis.crypto?.subtle;
  } catch (cause) {
    throw noCrypto(cause);
  }
  if (found) return found as SubtleCrypto;
  throw authError(
    "invalid_config",
    "This page has no WebCrypto (crypto.subtle): it must be a secure context, that is https or a loopback host.",
  );
}

/** @internal What `work` comes to. @throws AuthError with what it throws */
export async function trying<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw isSdkError(cause) ? cause : noCrypto(cause);
  }
}

/** @internal */
export const noCrypto = (cause?: unknown) =>
  authError("invalid_config", "The browser's WebCrypto, or its storage for keys, refused.", cause);
