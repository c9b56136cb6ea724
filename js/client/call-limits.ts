// What ends a call before it is answered: its deadline, the caller, the client, the session.
import { isSignal } from "../given/reader.js";
import { Alarm } from "../platform/alarm.js";
import { ageMs, type Moment, now } from "../platform/clock.js";

/** Why a call ended. A deadline may be that of one attempt. */
type End = { why: "deadline" } | { why: "cancelled"; reason: unknown } | { why: "ended"; error: unknown };

/** @internal Thrown by `hold`. */
export class CallEnded {
  readonly end: End;

  constructor(end: End) {
    this.end = end;
  }
}

/** @internal The limits of one call, from when it is made. */
export class CallLimits {
  timeoutMs: number;
  /** Among those of its client. */
  place = 0;
  readonly #began = now();
  #abort: AbortController | undefined;
  readonly #signal: AbortSignal | undefined;
  #end: End | undefined;
  #listeners: (() => void)[] | undefined;
  /** Ends what the call waits for, which is one thing at a time. Of one that is over it does nothing. */
  #fail: ((thrown: unknown) => void) | undefined;
  #isWhole = true;
  readonly #alarm = new Alarm(() => {
    const end: End = { why: "deadline" };
    if (this.#isWhole) this.end(end);
    else this.#fail?.(new CallEnded(end));
  });

  constructor(timeoutMs: number, signal: unknown) {
    this.timeoutMs = timeoutMs;
    this.#signal = isSignal(signal) ? signal : undefined;
    if (!this.#signal) return;
    if (this.#signal.aborted) this.#onAbort();
    else this.#listen("addEventListener");
  }

  /** How many milliseconds the call has, now or at another moment. */
  leftMs(at: Moment = now()): number {
    return this.timeoutMs - ageMs(this.#began, at);
  }

  /** Aborted when the call ends before it is answered. Made when somebody asks for it: most calls need none. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#end) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** The call ends now, whatever it waits for. */
  end(end: End): void {
    this.#end ??= end;
    this.#fail?.(new CallEnded(this.#end));
    for (const listener of this.#listeners ?? []) listener();
    this.#abort?.abort();
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  get reason(): unknown {
    return this.#end?.why === "cancelled" ? this.#end.reason : undefined;
  }

  /** Throws if the call has ended. */
  check(): void {
    if (this.#end) throw new CallEnded(this.#end);
  }

  /** Calls `listener` when the call ends before it is answered. Returns how to stop listening. */
  onEnd(listener: () => void): () => void {
    this.#listeners ??= [];
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners?.filter((other) => other !== listener);
    };
  }

  /** What `work` comes to, unless the call ends first, or `limitMs` have passed `at` that moment. */
  hold<T>(work: PromiseLike<T>, limitMs?: number, at: Moment = now()): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leftMs = this.leftMs(at);
      this.#isWhole = limitMs === undefined || limitMs >= leftMs;
      this.#fail = reject;
      this.#alarm.set(this.#isWhole ? leftMs : (limitMs as number), at.monotonicMs || 0);
      if (this.#end) reject(new CallEnded(this.#end));
      work.then(resolve, reject);
    });
  }

  /** Resolves after `ms`, unless the call ends first. */
  async pause(ms: number): Promise<void> {
    let alarm: Alarm | undefined;
    try {
      await this.hold(
        new Promise<void>((resolve) => {
          alarm = new Alarm(resolve);
          alarm.set(ms, now().monotonicMs || 0);
        }),
      );
    } finally {
      // One that is left would keep Node from exiting for as long as the pause was to be.
      alarm?.lift();
    }
  }

  /** The call is over: nothing is listened to any more. */
  stop(): void {
    this.#alarm.lift();
    this.#listen("removeEventListener");
  }

  readonly #onAbort = () => this.end({ why: "cancelled", reason: this.#signal?.reason });

  #listen(method: "addEventListener" | "removeEventListener"): void {
    // A signal may be anybody's: one that throws is as good as none.
    try {
      this.#signal?.[method]("abort", this.#onAbort);
    } catch {}
  }
}

/** @internal The error of a call that was ended; what is thrown otherwise stays. */
export function endedBy(
  thrown: unknown,
  words: { deadline(): unknown; cancelled(reason: unknown): unknown },
): unknown {
  if (!(thrown instanceof CallEnded)) return thrown;
  const { end } = thrown;
  if (end.why === "deadline") return words.deadline();
  return end.why === "cancelled" ? words.cancelled(end.reason) : end.error;
}
