// What the application wants of its keepers, in the order in which it said so. Rust notes it: all for one number one after
// the other, so that the last wish is the one that stays; different numbers do not wait for each other.

import { enter, type Wasm } from "./core/load.js";
import { type SdkError, toSdkError } from "./errors.js";
import { mayPass, rest } from "./patience.js";

/** Told why a wish has to wait. */
type OnTrouble = (error: SdkError) => void;

/** A wish that waits for the wasm. */
interface Asked<Handle> {
  begin: (handle: Handle) => void;
  fail: (error: unknown) => void;
  onTrouble: OnTrouble;
}

/** @internal */
export class Wishes<Handle> {
  readonly #open: (wasm: Wasm) => Handle;
  readonly #closing: AbortSignal;
  readonly #asked: Asked<Handle>[] = [];
  /** Over when nobody waits for the wasm. */
  #beginning: Promise<void> | undefined;
  /** By the key of the registration: what is noted last, or waits to be. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** With `closing` no wish waits any longer for a wasm that can't be loaded. */
  constructor(open: (wasm: Wasm) => Handle, closing: AbortSignal) {
    this.#open = open;
    this.#closing = closing;
  }

  /**
   * Has `work` note a wish for the registration that `keyOf` names, when all earlier ones for it are noted. Tried again
   * while the wasm can't be loaded, or crashes.
   */
  note<T>(
    keyOf: (handle: Handle) => string,
    work: (handle: Handle) => Promise<T>,
    onTrouble: OnTrouble,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin = (handle: Handle) =>
        resolve(this.#inTurn(keyOf(handle), () => this.#patiently(work, onTrouble)));
      this.#asked.push({ begin, fail: reject, onTrouble });
      if (this.#asked.length === 1) this.#beginning = this.#begin();
    });
  }

  /** Runs `work` when all that was wanted so far is noted. */
  async after<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    await enter((wasm) => {
      this.#flush(this.#open(wasm));
      return Promise.allSettled(this.#turns.values());
    });
    return this.run(work);
  }

  /** Resolves when all that was wanted so far is noted, or can't be. */
  async settled(): Promise<void> {
    await this.#beginning;
    await Promise.allSettled(this.#turns.values());
  }

  /** Runs `work` at once. */
  run<T>(work: (handle: Handle) => T | Promise<T>): Promise<T> {
    return enter((wasm) => work(this.#open(wasm)));
  }

  /** One waits for the wasm for all: each by itself, they would come out of order. */
  async #begin(): Promise<void> {
    try {
      await this.#patiently(
        (handle) => this.#flush(handle),
        (error) => {
          for (const { onTrouble } of [...this.#asked]) onTrouble(error);
        },
      );
    } catch (thrown) {
      for (const { fail } of this.#asked.splice(0)) fail(thrown);
    }
  }

  #flush(handle: Handle): void {
    for (const { begin, fail } of this.#asked.splice(0)) {
      try {
        begin(handle);
      } catch (thrown) {
        fail(thrown);
      }
    }
  }

  #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key);
    const noted = before ? before.then(work) : work();
    const turn = noted
      .catch(() => {})
      .then(() => {
        if (this.#turns.get(key) === turn) this.#turns.delete(key);
      });
    this.#turns.set(key, turn);
    return noted;
  }

  async #patiently<T>(work: (handle: Handle) => T | Promise<T>, onTrouble: OnTrouble): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.run(work);
      } catch (thrown) {
        const error = toSdkError(thrown);
        if (!mayPass(error) || this.#closing.aborted) throw error;
        onTrouble(error);
        await rest(error, tries, this.#closing);
        if (this.#closing.aborted) throw error;
      }
    }
  }
}
