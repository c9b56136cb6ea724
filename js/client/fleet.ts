// Fleets: a call for each of many requests, a few at a time. Iterating is JavaScript's own, so this is here and not in
// Rust; each call is the client's own, with its turn, its attempts and its deadline.
import type { FleetResult } from "../fleet-result.js";
import type { FleetOptions } from "../options.js";
import { type Call, fleetSettings } from "./fleet-options.js";
import type { Requests } from "./fleet-requests.js";
import { FleetRun } from "./fleet-run.js";

/** @internal Nothing happens before the first `next()`. */
export async function* fleet<Request, Response>(
  call: Call<Request, Response>,
  closed: AbortSignal,
  requests: Requests<Request>,
  given: FleetOptions | undefined,
): AsyncGenerator<FleetResult<Request, Response>, void, undefined> {
  const settings = await fleetSettings(call, requests, given);
  const run = new FleetRun(call, requests, settings);
  const stopListening = whenAborted([settings.signal, closed], (reason) => run.abort(reason));
  let isLeft = true;
  try {
    for (;;) {
      run.advance();
      const result = run.result();
      if (result) {
        yield result;
        // It counts as read when the next one is asked for.
        run.resultWasRead();
      } else if (run.isOver) break;
      else await run.change();
    }
    isLeft = false;
    run.throwIfFailed();
  } finally {
    try {
      await run.finish(isLeft);
    } finally {
      stopListening();
    }
  }
}

/** Calls `onAbort` when one of the signals is aborted, or is already. What is returned ends that. */
function whenAborted(
  signals: readonly (AbortSignal | undefined)[],
  onAbort: (reason: unknown) => void,
): () => void {
  const abort = () => onAbort(signals.find((signal) => signal?.aborted)?.reason);
  const listen = (method: "addEventListener" | "removeEventListener") => {
    for (const signal of signals) {
      // A signal may be anybody's: one that throws is as good as none.
      try {
        signal?.[method]("abort", abort);
      } catch {}
    }
  };
  listen("addEventListener");
  if (signals.some((signal) => signal?.aborted)) abort();
  return () => listen("removeEventListener");
}
