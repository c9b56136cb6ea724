// The requests of a session, whose replies are read whole. What they mean is decided in Rust (src/auth/).
import { LocalFailure, secretsOf } from "./client/attempt.js";
import { causeOf } from "./client/cause.js";
import { FetchFailure, fetched } from "./client/fetching.js";
import { pairsOf } from "./client/raw-failure.js";
import { BodyFailure, chunksOf, headOf } from "./client/response.js";
import { current, loaded } from "./core/load.js";
import type { AuthOptions } from "./options.js";

/** Of a longer reply no more is read: Rust refuses it. */
const MOST_BYTES = 1 << 20;

async function bytesOf(response: unknown): Promise<Uint8Array> {
  const { next } = chunksOf(response);
  let bytes = new Uint8Array();
  while (bytes.length <= MOST_BYTES) {
    const chunk = await next();
    if (!chunk) break;
    const longer = new Uint8Array(Math.min(bytes.length + chunk.length, MOST_BYTES + 1));
    longer.set(bytes);
    longer.set(chunk.subarray(0, longer.length - bytes.length), bytes.length);
    bytes = longer;
  }
  return bytes;
}

/**
 * @internal Sends a request, and resolves to its reply as src/browser/http.rs reads it: status, whether it is an opaque
 * redirect, headers (each name with its value behind it), body; or -1, the number of the failure, its cause. `tokens` are
 * secrets beside those of the headers.
 */
export const sender =
  (fetch: AuthOptions["fetch"]) =>
  async (
    url: string,
    method: string,
    headers: readonly string[],
    body: Uint8Array<ArrayBuffer> | undefined,
    tokens: readonly string[],
    signal: AbortSignal,
  ): Promise<unknown[]> => {
    try {
      // A user info that a cache kept may be another person's.
      const how = { credentials: "omit", cache: "no-store", keepalive: false, signal } as const;
      const { response } = await fetched(fetch, url, {
        method,
        headers: pairsOf(headers),
        ...(body && { body }),
        ...how,
      });
      const head = headOf(response);
      if (!head) return [-1, LocalFailure.FetchUnusable];
      const isRedirect = head.isOpaqueRedirect || (head.status >= 300 && head.status < 400);
      const bytes = isRedirect ? new Uint8Array() : await bytesOf(response);
      return [head.status, head.isOpaqueRedirect, head.flat(), bytes];
    } catch (thrown) {
      if (!(thrown instanceof FetchFailure) && !(thrown instanceof BodyFailure)) throw thrown;
      const { which, cause } = thrown;
      // Nobody waits for what was given up.
      if (cause === undefined || signal.aborted) return [-1, LocalFailure[which]];
      const wasm = current() ?? (await loaded());
      return [-1, LocalFailure[which], causeOf(cause, secretsOf(wasm, headers, tokens))];
    }
  };
