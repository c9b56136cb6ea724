// The answer that the page was opened with: out of the address bar before anything else happens, handled once, and kept
// for as long as it may be handled again.
import { addressOf, forget, interrupted, takeOut } from "./address.js";
import { LoadError } from "./errors.js";
import type { AuthOptions } from "./options.js";

/** @internal One for each kind of answer that a session gets. */
export class PageAnswer<T> {
  readonly #options: AuthOptions;
  readonly #isAnswer: (address: string, options: AuthOptions) => boolean;
  /** Taken out of the address bar, and not handled yet: a load that failed may be repeated. */
  #address: string | undefined;
  /** What became of it. React's strict mode asks twice, and gets the same. */
  #result: Promise<T> | undefined;

  constructor(options: AuthOptions, isAnswer: (address: string, options: AuthOptions) => boolean) {
    this.#options = options;
    this.#isAnswer = isAnswer;
  }

  /** Whether `url` is an answer, or, without one, whether the page's is still to be handled. */
  isHere(url?: string | URL): boolean {
    return (
      this.#isAnswer(addressOf(url), this.#options) || (url === undefined && this.#taken() !== undefined)
    );
  }

  /** Has `url`, or the page's answer, handled. */
  handle(url: string | URL | undefined, work: (address: string, isOwn: boolean) => Promise<T>): Promise<T> {
    let address = addressOf(url);
    let isOwn = this.#isAnswer(address, this.#options) && takeOut(address);
    if (!isOwn && url === undefined) {
      if (this.#result) return this.#result;
      const taken = this.#taken();
      isOwn = taken !== undefined;
      address = taken ?? address;
    }
    const result = work(address, isOwn);
    if (isOwn) this.#keep(address, result);
    return result;
  }

  /** The page's own answer, if it is out of the address bar and not handled yet. */
  #taken(): string | undefined {
    if (this.#result) return this.#address;
    return this.#address ?? interrupted(this.#options, this.#isAnswer);
  }

  #keep(address: string, result: Promise<T>): void {
    this.#address = address;
    this.#result = result;
    const done = (error?: unknown) => {
      if (this.#result !== result) return;
      // Nobody has looked at the answer if the wasm did not load. If it crashed, somebody may have.
      if (error instanceof LoadError && error.code !== "crashed") this.#result = undefined;
      else {
        this.#address = undefined;
        forget();
      }
    };
    result.then(() => done(), done);
  }
}
