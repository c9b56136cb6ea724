// What aborts a session's call while the wasm loads, when nobody in Rust can heed it yet.
import type { RawError } from "../errors.js";
import { bare } from "../given/read.js";
import { isSignal } from "../given/reader.js";

/** @internal The limits of one call. What is no signal is left for Rust to report. */
export interface Limits {
  family: "auth";
  signals: unknown[];
}

/** @internal A usable time limit. */
export function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}

/** @internal Watches the limits of a call: `ended` rejects with a plain error when one is reached. */
export function watch(limits: Limits, isLoaded: boolean) {
  const { family, signals } = bare(limits);
  let isOver = false;
  let reject!: (error: RawError) => void;
  const ended = new Promise<never>((_, no) => {
    reject = no;
  });
  const heeded = (isLoaded ? [] : signals).filter(isSignal).map((signal) => {
    const abort = () => {
      isOver = true;
      const message = "the call was aborted while the wasm was still loading; nothing was sent";
      reject({ family, code: "aborted", kind: "aborted", retryable: false, message, cause: signal.reason });
    };
    return { signal, abort };
  });
  const listen = (method: "addEventListener" | "removeEventListener") => {
    for (const { signal, abort } of heeded) {
      // A signal may be anybody's: one that throws is as good as none.
      try {
        signal[method]("abort", abort);
      } catch {}
    }
  };
  const stop = () => listen("removeEventListener");

  listen("addEventListener");
  heeded.find(({ signal }) => signal.aborted)?.abort();

  return {
    ended,
    /** From here on Rust heeds the signals. False if the call has ended. */
    handOver(): boolean {
      stop();
      return !isOver;
    },
    stop,
  };
}
