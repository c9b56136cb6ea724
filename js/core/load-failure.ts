// The error of a wasm that did not come. What it says is loaded when it is needed, which on most pages is never.
import { type LoadError, loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { isLoopback } from "../loopback.js";
import { retryAfterMs } from "../platform/retry-after.js";
import { NOT_COME } from "./imported.js";
import type { Came, Hint } from "./load-hints.js";

type Hints = typeof import("./load-hints.js");
type Seen<Given> = Given extends [unknown, ...infer Rest] ? Rest : [];

/** @internal What load-hints.ts says of `seen`. Its words are a file of their own, which may fail to come, too. */
export async function failure<Why extends keyof Hints>(
  why: Why,
  seen: Seen<Parameters<Hints[Why]>>,
  cause?: unknown,
): Promise<LoadError> {
  let said: Hint;
  try {
    const hints = await import("./load-hints.js");
    said = (hints[why] as (...given: unknown[]) => Hint)(isLoopback, ...seen);
  } catch {
    said = ["network", "The SDK's wasm did not come.", NOT_COME, bare({ reloadMayHelp: true })];
  }
  const [code, message, hint, more] = said;
  return loadError(code, message, hint, cause, more);
}

/** @internal The reply, as far as it tells what it is. */
export function cameBy(reply: Response): Came {
  const headers = peek(reply, "headers") as Headers | undefined;
  const header = (name: string) => headers?.get?.(name) ?? "";
  return bare({
    url: peek(reply, "url"),
    status: peek(reply, "status"),
    kind: peek(reply, "type"),
    isRead: peek(reply, "bodyUsed") === true,
    isRedirected: peek(reply, "redirected") === true,
    type: String(header("content-type")),
    retryAfterMs: retryAfterMs(String(header("retry-after")), Date.now()),
  });
}
