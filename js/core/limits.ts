// What ends a call from outside while the wasm loads, when nobody in Rust can heed it yet; and afterwards, in case
// nobody does.
import type { RawError } from "../errors.js";
import { bare } from "../given/read.js";
import { isSignal } from "../given/reader.js";

/** @internal The limits of one call. What is no signal, or no time, is left for Rust to report. */
export interface Limits {
  family: "rpc" | "auth";
  signals: unknown[];
  timeoutMs?: number;
}

/** How long after its deadline Rust may still end a call itself. */
const GRACE_MS = 1000;

/** @internal A usable time limit. */
export function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}

/** @internal Watches the limits of a call: `ended` rejects with a plain error when one is reached. */
export function watch(limits: Limits, isLoaded: boolean) {
  const { family, signals, timeoutMs } = bare(limits);
  let loading = !isLoaded;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let reject!: (error: RawError) => void;
  const ended = new Promise<never>((_, no) => {
    reject = no;
  });

  const end = (error: Pick<RawError, "code" | "grpcStatus" | "kind" | "message" | "cause">) => {
    isOver = true;
    reject({ family, retryable: error.kind === "timeout", ...error });
  };
  const late = (message: string) =>
    end({ code: "deadline_exceeded", grpcStatus: 4, kind: "timeout", message });
  const onDeadline = () => {
    if (loading) late("the deadline passed while the wasm was still loading; nothing was sent");
    else
      timer = setTimeout(
        late,
        GRACE_MS,
        "the call did not end by its deadline; whether the core took it is not known",
      );
  };
  const heeded = (loading ? signals : []).filter(isSignal).map((signal) => {
    const abort = () =>
      end({
        code: family === "rpc" ? "cancelled" : "aborted",
        grpcStatus: 1,
        kind: "aborted",
        message: "the call was aborted while the wasm was still loading; nothing was sent",
        cause: signal.reason,
      });
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

  listen("addEventListener");
  heeded.find(({ signal }) => signal.aborted)?.abort();
  // A timer can't wait longer; it would fire at once.
  if (timeoutMs && timeoutMs < 2 ** 31) timer = setTimeout(onDeadline, timeoutMs);

  return {
    ended,
    /** From here on Rust heeds the signals. False if the call has ended. */
    handOver(): boolean {
      loading = false;
      listen("removeEventListener");
      return !isOver;
    },
    stop(): void {
      clearTimeout(timer);
      listen("removeEventListener");
    },
  };
}
