// What ends a call before it is answered: its deadline, the caller, the client, the session.
import { isSignal } from "../given/reader.js";
import { setAlarm } from "../platform/alarm.js";
import { ageMs, type Moment, now } from "../platform/clock.js";

/** @internal Why a call ended. A deadline may be that of one attempt. */
export type End =
  | { why: "deadline" }
  | { why: "cancelled"; reason: unknown }
  | { why: "ended"; error: unknown };

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
  readonly #began = now();
  #abort: AbortController | undefined;
  readonly #signal: AbortSignal | undefined;
  #end: End | undefined;
  readonly #listeners = new Set<() => void>();

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
    for (const listener of this.#listeners) listener();
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
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What `work` comes to, unless the call ends first, or `limitMs` of the `leftMs` have passed. */
  hold<T>(work: PromiseLike<T>, limitMs?: number, leftMs = this.leftMs()): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const fail = (thrown: unknown) => {
        lift();
        stopListening();
        reject(thrown);
      };
      const stopListening = this.onEnd(() => fail(new CallEnded(this.#end as End)));
      const isWhole = limitMs === undefined || limitMs >= leftMs;
      const lift = setAlarm(isWhole ? leftMs : limitMs, () => {
        const end: End = { why: "deadline" };
        if (isWhole) this.end(end);
        else fail(new CallEnded(end));
      });
      if (this.#end) fail(new CallEnded(this.#end));
      work.then((value) => {
        lift();
        stopListening();
        resolve(value);
      }, fail);
    });
  }

  /** Resolves after `ms`, unless the call ends first. */
  async pause(ms: number): Promise<void> {
    let lift = () => {};
    try {
      await this.hold(
        new Promise<void>((resolve) => {
          lift = setAlarm(ms, resolve);
        }),
      );
    } finally {
      // An alarm that is left would keep Node from exiting for as long as the pause was to be.
      lift();
    }
  }

  /** The call is over: nothing is listened to any more. */
  stop(): void {
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
