// How many calls of a fleet begin in a second: evenly spaced.

/** So much of a timer's lateness is made up for. */
const LATE_MS = 5;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @internal `onDue` is called when a call that had to wait may begin. */
export class FleetPace {
  readonly #intervalMs: number;
  readonly #onDue: () => void;
  #dueAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(intervalMs: number, onDue: () => void) {
    this.#intervalMs = intervalMs;
    this.#onDue = onDue;
  }

  /** Whether the next call may begin: then the turn is taken. */
  takeTurn(): boolean {
    const now = performance.now();
    const waitMs = this.#dueAt - now;
    if (waitMs > 0) {
      this.#timer ??= setTimeout(() => this.#wake(), Math.min(waitMs, LONGEST_TIMER_MS));
      return false;
    }
    this.#dueAt = Math.max(this.#dueAt, now - LATE_MS) + this.#intervalMs;
    return true;
  }

  #wake(): void {
    this.#timer = undefined;
    this.#onDue();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
