// A question to the application whose answer takes time, and the calls that wait for it. It is asked on behalf of all of
// them, and given up when none of them is left.

import { type Alarm, setAlarm } from "../platform/alarm.js";
import type { Caller } from "../token-source.js";

/** @internal */
export type Outcome<T> = { isGood: true; value: T } | { isGood: false; error: unknown };

/** @internal */
export class Question<T> {
  #abort: AbortController | undefined;
  #isGivenUp = false;
  #waiting: ((outcome: Outcome<T>) => void)[] = [];
  #limit: Alarm | undefined;
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborted when nobody waits for the answer any more. Made when it is read: most applications do not. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isGivenUp) this.#abort.abort();
    return this.#abort.signal;
  }

  /** The answer. A caller that has ended rejects with its reason. */
  join(caller: Caller): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome<T>) => {
        stopListening();
        if (outcome.isGood) resolve(outcome.value);
        else reject(outcome.error);
      };
      const leave = () => {
        stopListening();
        this.#waiting = this.#waiting.filter((other) => other !== settle);
        reject(caller.reason);
        // Without a limit it is still being asked, and whoever asks waits.
        if (this.#limit && this.#waiting.length === 0) this.giveUp(caller.reason);
      };
      const stopListening = caller.onEnd(leave);
      this.#waiting.push(settle);
      if (caller.isEnded) leave();
    });
  }

  /** It is given up with `error()` after so long. */
  limit(timeoutMs: number, error: () => unknown): void {
    this.#limit = setAlarm(timeoutMs, () => this.giveUp(error()));
  }

  /** For all that wait, once. */
  settle(outcome: Outcome<T>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#limit?.lift();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle(outcome);
  }

  giveUp(error: unknown): void {
    this.settle({ isGood: false, error });
    this.#isGivenUp = true;
    this.#abort?.abort();
  }
}
