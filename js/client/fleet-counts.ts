// How far a fleet is, and telling that to the page.
import type { FleetOptions, FleetProgress } from "../options.js";

const PROGRESS_MS = 100;

/** @internal */
export class FleetCounts {
  readonly #counts = { taken: 0, ok: 0, failed: 0, unknown: 0, notSent: 0 };
  readonly #onProgress: FleetOptions["onProgress"];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onProgress: FleetOptions["onProgress"]) {
    this.#onProgress = onProgress;
  }

  get taken(): number {
    return this.#counts.taken;
  }

  /** One more; it is told soon. */
  add(what: keyof Omit<FleetProgress, "isDone">): void {
    this.#counts[what] += 1;
    if (this.#onProgress) this.#timer ??= setTimeout(() => this.#tell(false), PROGRESS_MS);
  }

  /** Tells the last of it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#tell(true);
  }

  #tell(isDone: boolean): void {
    this.#timer = undefined;
    // What it throws, or rejects with, is the page's affair.
    new Promise((resolve) => resolve(this.#onProgress?.({ ...this.#counts, isDone }))).catch((thrown) =>
      globalThis.reportError?.(thrown),
    );
  }
}
