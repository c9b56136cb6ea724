// A question to the application whose answer takes time, and the calls that wait for it. It is asked on behalf of all of
// them, and given up when none of them is left.

/** @internal */
export type Outcome<T> = { isGood: true; value: T } | { isGood: false; error: unknown };

/** @internal */
export class Question<T> {
  /** Aborted when nobody waits for the answer any more. */
  readonly abort = new AbortController();
  readonly #waiting = new Set<(outcome: Outcome<T>) => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The answer. Who no longer waits (`signal`) rejects with the signal's reason. */
  join(signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome<T>) => {
        signal?.removeEventListener("abort", leave);
        if (outcome.isGood) resolve(outcome.value);
        else reject(outcome.error);
      };
      const leave = () => {
        this.#waiting.delete(settle);
        reject(signal?.reason);
        // Without a timer it is still being asked, and whoever asks waits.
        if (this.#timer !== undefined && this.#waiting.size === 0) this.giveUp(signal?.reason);
      };
      this.#waiting.add(settle);
      if (signal?.aborted) leave();
      else signal?.addEventListener("abort", leave);
    });
  }

  /** It is given up with `error()` after so long. */
  limit(timeoutMs: number, error: () => unknown): void {
    this.#timer = setTimeout(() => this.giveUp(error()), timeoutMs);
  }

  /** For all that wait, once. */
  settle(outcome: Outcome<T>): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const settle of this.#waiting) settle(outcome);
    this.#waiting.clear();
  }

  giveUp(error: unknown): void {
    this.settle({ isGood: false, error });
    this.abort.abort();
  }
}
