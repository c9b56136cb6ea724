// The error of a wasm that did not come. What it says is loaded when it is needed, which on most pages is never; what programs
// decide by is known without.
import { type LoadError, type LoadErrorCode, loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { isLoopback } from "../loopback.js";
import { retryAfterMs } from "../platform/retry-after.js";
import { NOT_COME } from "./imported.js";
import type { Came, Hint } from "./load-hints.js";

type Hints = typeof import("./load-hints.js");
type Seen<Given> = Given extends [unknown, ...infer Rest] ? Rest : [];

/** The words may not come either. */
const LONGEST_MS = 3000;

/** @internal The words are what load-hints.ts says of `seen`. */
export async function failure<Why extends keyof Hints>(
  why: Why,
  seen: Seen<Parameters<Hints[Why]>>,
  code: LoadErrorCode,
  cause?: unknown,
  more?: { httpStatus?: number; retryAfterMs?: number },
): Promise<LoadError> {
  const hints = await loadHints();
  const say = hints?.[why] as ((...given: unknown[]) => Hint) | undefined;
  const said: Hint = say?.(isLoopback, ...seen) ?? ["The SDK's wasm did not come.", NOT_COME, true];
  const [message, hint, reloadMayHelp = false, seenCode = code] = said;
  return loadError(seenCode, message, hint, cause, bare({ ...more, reloadMayHelp }));
}

function loadHints(): Promise<Hints | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_MS);
    const end = (hints?: Hints) => {
      clearTimeout(timer);
      resolve(hints);
    };
    import("./load-hints.js").then(end, () => end());
  });
}

/** @internal The reply, as far as it tells what it is. */
export function cameBy(reply: Response): Came {
  const headers = peek(reply, "headers") as Headers | undefined;
  const header = (name: string) => String(headers?.get?.(name) ?? "");
  return bare({
    url: peek(reply, "url"),
    httpStatus: Number(peek(reply, "status")),
    kind: peek(reply, "type"),
    isRead: peek(reply, "bodyUsed") === true,
    isRedirected: peek(reply, "redirected") === true,
    type: header("content-type"),
    retryAfterMs: retryAfterMs(header("retry-after"), Date.now()),
  });
}
