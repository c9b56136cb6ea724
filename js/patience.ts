// Waiting before the wasm is loaded again. Registrations lapse while it is missing, so what keeps them does not give up as
// long as another try may help.
import { LoadError, type SdkError } from "./errors.js";
import { bare } from "./given/read.js";

/** Before the next try: at first, and at most. Many pages that lost the same server do not come back at the same moment. */
const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** For what only a deploy changes, or somebody who finds the fault. */
const LONGEST_FOR_FAULTS_MS = 300_000;
/** A server that asks for more patience is asked again all the same: a registration's last refresh is nine minutes before its end. */
const LONGEST_ASKED_MS = 300_000;

/** @internal Whether another try may help. A browser without WebAssembly, and a page that forbids it, stay so. */
export function mayPass(error: SdkError): boolean {
  if (error instanceof LoadError) return error.code !== "unsupported" && error.code !== "blocked_by_csp";
  return error.kind === "network";
}

/**
 * @internal Waits before the next try, the `tries`th after the first one. Ends early when the network is back, or somebody
 * looks at the page again; not earlier than the server asked. Ends at once by `signal`.
 */
export function rest(error: SdkError, tries: number, signal?: AbortSignal): Promise<void> {
  const longestMs = error.kind === "config" ? LONGEST_FOR_FAULTS_MS : LONGEST_MS;
  const ownMs = Math.min(FIRST_MS * 2 ** tries, longestMs);
  const asked = error instanceof LoadError ? (error.retryAfterMs ?? 0) : 0;
  const leastMs = Math.max(FIRST_MS, Math.min(asked, LONGEST_ASKED_MS));
  const beganAt = performance.now();
  return new Promise((resolve) => {
    const page = globalThis as Partial<Pick<typeof globalThis, "document" | "addEventListener">>;
    const over = new AbortController();
    const end = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    let timer = setTimeout(end, Math.max(ownMs, leastMs) * (1 + Math.random() / 10));
    const wake = () => {
      if (page.document?.visibilityState === "hidden") return;
      clearTimeout(timer);
      timer = setTimeout(end, Math.max(0, leastMs - (performance.now() - beganAt)));
    };
    const until = bare({ signal: over.signal });
    for (const type of ["online", "pageshow"]) page.addEventListener?.(type, wake, until);
    page.document?.addEventListener?.("visibilitychange", wake, until);
    signal?.addEventListener("abort", end, until);
    if (signal?.aborted) end();
  });
}
