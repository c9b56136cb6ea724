// The answer that the page was opened with: out of the address bar before anything else happens, handled once, and kept
// for as long as it may be handled again.

import type { AuthOptions } from "../auth-options.js";
import { LoadError } from "../errors.js";
import { peek } from "../given/read.js";
import { addressOf, isInAddressBar, remindRouter, takeOut } from "./address.js";
import type { AnswerKind } from "./ownership.js";
import { forget, note, noted } from "./taken.js";

/** How long a page may still run after its reload has begun, until the server answers. */
const LEAVING_MS = 5000;

/** When a page is left, Firefox aborts its requests, and the page still sees that. After a reload the note must be there. */
const isOfLeaving = (error: unknown) => peek(error, "kind") === "network";

function later(work: () => void): void {
  const timer = setTimeout(work, LEAVING_MS);
  // Node would wait for it.
  (timer as { unref?: () => void }).unref?.();
}

/** @internal One for each kind of answer that a session gets. */
export class PageAnswer<T> {
  readonly #options: AuthOptions;
  readonly #kind: AnswerKind;
  /** Taken out of the address bar, and not handled yet: a load that failed may be repeated. */
  #address: string | undefined;
  /** What became of it. React's strict mode asks twice, and gets the same. */
  #result: Promise<T> | undefined;

  constructor(options: AuthOptions, kind: AnswerKind) {
    this.#options = options;
    this.#kind = kind;
  }

  /** Whether `url` is an answer, or, without one, whether the page's is still to be handled. */
  isHere(url?: string | URL): boolean {
    const isNew = this.#kind.find(addressOf(url), this.#options) === "new";
    return isNew || (url === undefined && this.#taken() !== undefined);
  }

  /** One that was handled before leaves the address: the earlier the better, a router that reads it there remembers it. */
  tidy(): void {
    if (this.#kind.find(addressOf(), this.#options) === "handled") this.#takeOut();
  }

  #takeOut(): void {
    // Where a revocation comes back to is not known: there is nothing to compare with.
    takeOut(this.#kind.parameters, this.#kind.name === "sign-in" ? this.#options.redirectUri : undefined);
  }

  /** Has `url`, or the page's answer, handled. */
  handle(url: string | URL | undefined, work: (address: string, isOwn: boolean) => Promise<T>): Promise<T> {
    let address = addressOf(url);
    let isOwn = this.#kind.find(address, this.#options) === "new" && isInAddressBar(address);
    this.tidy();
    if (isOwn) {
      note(this.#kind, this.#options, address);
      this.#takeOut();
    } else if (url === undefined) {
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
    return this.#address ?? noted(this.#kind, this.#options);
  }

  /** What was handled leads to nothing any more: the person has signed out. */
  forgetHandled(): void {
    if (this.#address === undefined) this.#result = undefined;
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
        // A router that was made before has put it back, or did not listen yet.
        if (isInAddressBar(address)) this.#takeOut();
        else remindRouter();
        if (isOfLeaving(error)) later(() => forget(this.#kind, this.#options));
        else forget(this.#kind, this.#options);
      }
    };
    result.then(() => done(), done);
  }
}
