// Nonces for proofs (RFC 9449, section 8). A browser keeps one for each origin, and here provider and core are of one
// origin: the core takes the provider's and gives them out again, and has its own only when there is none.
import { randomBytes } from "node:crypto";

/** A nonce is given out for a while, and good for a while longer. */
const givenMs = 60_000;
const goodMs = 150_000;

export class Nonces {
  /** When each was made, oldest first. @type {Map<string, number>} */
  #madeAtMs = new Map();
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /**
   * One that the provider has given out.
   * @param {string} nonce
   */
  note(nonce) {
    this.#forgetOld();
    if (!this.#madeAtMs.has(nonce)) this.#madeAtMs.set(nonce, this.#now());
  }

  /** The one to use next. */
  current() {
    this.#forgetOld();
    const [nonce, madeAtMs] = [...this.#madeAtMs].at(-1) ?? [];
    if (nonce !== undefined && madeAtMs !== undefined && madeAtMs > this.#now() - givenMs) return nonce;
    const fresh = randomBytes(16).toString("base64url");
    this.#madeAtMs.set(fresh, this.#now());
    return fresh;
  }

  /** @param {unknown} nonce */
  isGood(nonce) {
    this.#forgetOld();
    return typeof nonce === "string" && this.#madeAtMs.has(nonce);
  }

  #forgetOld() {
    for (const [nonce, madeAtMs] of this.#madeAtMs) {
      if (madeAtMs > this.#now() - goodMs) return;
      this.#madeAtMs.delete(nonce);
    }
  }
}
