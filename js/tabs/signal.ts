// Listeners of something that happens any number of times.

/** @internal Calls whoever listens. One that throws disturbs nobody. */
export class Signal<T = void> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Returns how to stop listening. */
  on(listener: (value: T) => void): () => void {
    // Not the listener itself: the same one may listen twice.
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Those who begin to listen meanwhile are not called. */
  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch {}
    }
  }
}
