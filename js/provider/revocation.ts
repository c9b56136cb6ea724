// Revoking tokens (RFC 7009).
import type { ProviderReply } from "./reply.js";

/**
 * @internal What became of a token: there was none; the provider has no revocation endpoint, or it is not known because
 * discovery failed; the provider confirmed it (it does so for tokens it no longer knows, too); it did not, and the token lives
 * until it expires; there was one, or may have been, and it could not be read.
 */
export type Revocation = "noToken" | "noEndpoint" | "done" | "failed" | "unknown";

/** @internal What became of the tokens of a session. */
export interface Revocations {
  readonly refreshToken: Revocation;
  readonly accessToken: Revocation;
}

/** @internal Whether the provider confirmed that neither token lives on. */
export const areGone = (tokens: Revocations): boolean =>
  [tokens.refreshToken, tokens.accessToken].every((token) => token === "noToken" || token === "done");

/** @internal */
export async function revoked(
  endpoint: string | undefined,
  ask: (endpoint: string) => Promise<ProviderReply>,
): Promise<Revocation> {
  if (endpoint === undefined) return "noEndpoint";
  try {
    return (await ask(endpoint)).status === 200 ? "done" : "failed";
  } catch {
    return "failed";
  }
}
