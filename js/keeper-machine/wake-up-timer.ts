// Has the machine look at its registrations: after a change, and when the timer fires that it asked for.
import { nextTurn } from "../platform/time-limit.js";

/** @internal */
export class Looks {
  readonly #look: () => void;
  #isChanged = false;
  #isLooking = false;
  #isOver = false;
  #nextMs = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(look: () => void) {
    this.#look = look;
  }

  /** After so long; at zero when the page has had a turn since the last look. */
  again(ms: number): void {
    if (ms > 0) {
      this.#nextMs = ms;
      return;
    }
    this.#isChanged = true;
    if (!this.#isLooking) queueMicrotask(() => this.now());
  }

  async now(): Promise<void> {
    if (this.#isLooking) {
      this.#isChanged = true;
      return;
    }
    this.#isLooking = true;
    clearTimeout(this.#timer);
    do {
      if (this.#isOver) return;
      this.#isChanged = false;
      this.#look();
      // A timer that is set in a timer's own task, and that in another one's, is one of those that browsers slow down to one a
      // minute in hidden pages. This one is set in a task of its own.
      await nextTurn();
    } while (this.#isChanged);
    this.#isLooking = false;
    if (!this.#isOver && Number.isFinite(this.#nextMs)) {
      this.#timer = setTimeout(() => this.now(), Math.ceil(this.#nextMs));
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
