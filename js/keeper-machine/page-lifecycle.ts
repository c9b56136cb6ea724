// Whether the page runs, or is about to stop.
import { peek } from "../given/read.js";
import { leaving, woken } from "../platform/waiting.js";

/** @internal What a keeper does about it. */
export interface PageListener {
  /** The page may have missed something. */
  onWoken(): void;
  onLeaving(isForGood: boolean): void;
}

/** Nobody has opened the page yet, and perhaps nobody will (speculation rules): it is as good as frozen. */
const isPrerendered = (): boolean => peek(globalThis.document, "prerendering") === true;

/** @internal The life of the page, until `signal` is aborted. */
export class PageLife {
  isAway = false;
  /** How often the page was away. */
  absences = 0;

  constructor(listener: PageListener, signal: AbortSignal) {
    if (isPrerendered()) this.#go(listener, false);
    this.#wake(listener, signal);
    this.#leave(listener, signal);
  }

  async #wake(listener: PageListener, signal: AbortSignal): Promise<void> {
    for (;;) {
      await woken(signal);
      if (signal.aborted) return;
      if (isPrerendered()) continue;
      this.isAway = false;
      listener.onWoken();
    }
  }

  async #leave(listener: PageListener, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isForGood = await leaving(signal);
      if (signal.aborted) return;
      this.#go(listener, isForGood);
    }
  }

  #go(listener: PageListener, isForGood: boolean): void {
    if (!isForGood) {
      this.isAway = true;
      this.absences += 1;
    }
    listener.onLeaving(isForGood);
  }
}
