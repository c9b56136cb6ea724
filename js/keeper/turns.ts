// What the application wants of its keepers, in the order in which it said so. Rust notes it: all for one number one after
// the other, so that the last wish is the one that stays; different numbers do not wait for each other.

import { type SdkError, toSdkError } from "../errors.js";
import { type Wasms, whenBothLoaded } from "../keeper-machine/both-wasms.js";
import type { Keeper } from "../keeper-machine/keeper.js";
import { mayPass, rest } from "../patience.js";

/** Told why a wish has to wait. */
type OnTrouble = (error: SdkError) => void;

/** Something that waits for the wasm. */
interface Asked {
  begin: (keeper: Keeper) => void;
  fail: (error: unknown) => void;
  onTrouble: OnTrouble;
}

/** @internal */
export class Turns {
  readonly #open: (wasms: Wasms) => Keeper;
  readonly #closing: AbortSignal;
  readonly #asked: Asked[] = [];
  /** Over when nobody waits for the wasm. */
  #beginning: Promise<void> | undefined;
  /** By the key of the registration: what is noted last, or waits to be. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** With `closing` no wish waits any longer for a wasm that can't be loaded. */
  constructor(open: (wasms: Wasms) => Keeper, closing: AbortSignal) {
    this.#open = open;
    this.#closing = closing;
  }

  /**
   * Has `work` note a want for the registration that `keyOf` names, when all earlier ones for it are noted. Tried again
   * while the wasm can't be loaded, or crashes.
   */
  note<T>(
    keyOf: (keeper: Keeper) => string,
    work: (keeper: Keeper) => Promise<T>,
    onTrouble: OnTrouble,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin = (keeper: Keeper) =>
        resolve(this.#inTurn(keyOf(keeper), () => this.#patiently(work, onTrouble)));
      this.#asked.push({ begin, fail: reject, onTrouble });
      if (this.#asked.length === 1) this.#beginning = this.#begin();
    });
  }

  /** Runs `work` when all that was wanted so far is noted. */
  async after<T>(work: (keeper: Keeper) => Promise<T>): Promise<T> {
    await whenBothLoaded((wasms) => {
      this.#flush(this.#open(wasms));
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
  run<T>(work: (keeper: Keeper) => T | Promise<T>): Promise<T> {
    return whenBothLoaded<T | Promise<T>>((wasms) => work(this.#open(wasms))) as Promise<T>;
  }

  /** One waits for the wasm for all: each by itself, they would come out of order. */
  async #begin(): Promise<void> {
    try {
      await this.#patiently(
        (keeper) => this.#flush(keeper),
        (error) => {
          for (const { onTrouble } of [...this.#asked]) onTrouble(error);
        },
      );
    } catch (thrown) {
      for (const { fail } of this.#asked.splice(0)) fail(thrown);
    }
  }

  #flush(keeper: Keeper): void {
    for (const { begin, fail } of this.#asked.splice(0)) {
      try {
        begin(keeper);
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

  async #patiently<T>(work: (keeper: Keeper) => T | Promise<T>, onTrouble: OnTrouble): Promise<T> {
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
