// How an attempt is ended: `fetch` by its signal, the body by itself, since a reply of the application's `fetch` may not
// heed the signal.

/** @internal */
export class Ending {
  readonly #abort = new AbortController();
  #cancel: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The body has come, and is ended by `cancel`. */
  onBody(cancel: () => void): void {
    this.#cancel = cancel;
    if (this.#abort.signal.aborted) cancel();
  }

  abort(): void {
    this.#abort.abort();
    this.#cancel?.();
  }
}
