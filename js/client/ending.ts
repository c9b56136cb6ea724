// How an attempt is ended: `fetch` by its signal, the body by itself, since a reply of the application's `fetch` may not
// heed the signal.
import type { Chunks } from "../platform/response.js";

/** @internal */
export class Ending {
  readonly #abort = new AbortController();
  #body: Chunks | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  set body(body: Chunks) {
    this.#body = body;
    if (this.isOver) body.cancel();
  }

  abort(): void {
    this.#abort.abort();
    this.#body?.cancel();
  }
}
