// A number that the application registers by a call of its own must stay registered: a deletion of it that is not made yet
// was asked for before that call, by whichever client of this page, by a page before this one, or in another tab.
import { baseUrlOf } from "../base-url.js";
import type { CoreCalls } from "../client/core-calls.js";
import type { ClientOptions } from "../client-options.js";
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { peek } from "../given/read.js";
import type { RegistrationRequest } from "../options.js";
import { KEPT_DATABASE } from "../platform/kept-database.js";

/** Gives up a deletion that is not made yet: the one of this name, or whichever there is. */
type Drop = (request: RegistrationRequest, id?: string) => void;

/** Loads what reads the store. */
type Load = () => Promise<{
  storedDeletion(wasm: Wasm, calls: CoreCalls, request: RegistrationRequest): Promise<string | undefined>;
}>;

/** Of the clients of this page that keep something, or did. */
const begun = new Set<Overruling>();

/** @internal One for each client. */
export class Overruling {
  readonly #calls: CoreCalls;
  readonly #options: ClientOptions;
  readonly #drop: Drop;
  readonly #load: Load;
  #isOver = false;

  constructor(calls: CoreCalls, options: ClientOptions, drop: Drop, load: Load) {
    this.#calls = calls;
    this.#options = options;
    this.#drop = drop;
    this.#load = load;
  }

  /** The client keeps something. */
  begin(): void {
    if (!this.#isOver) begun.add(this);
  }

  /** The client is closed. */
  end(): void {
    this.#isOver = true;
    begun.delete(this);
  }

  /** A call registers the number: what this page knows of deletions. */
  call(request: RegistrationRequest): void {
    for (const other of begun) {
      if (other === this || this.#isSame(other, request)) other.#drop(request);
    }
  }

  /** The same for what lies in the store, which is read without that anything is begun to be kept. */
  callBesideStore(request: RegistrationRequest): void {
    const options = this.#options;
    const isLasting = peek(options, "auth") || peek(peek(options, "keeping"), "owner");
    if (!isLasting || begun.has(this) || this.#isOver || !globalThis.indexedDB) return;
    this.#storedDeletion(request).then(
      (id) => {
        if (id !== undefined && !this.#isOver) this.#drop(request, id);
      },
      () => {},
    );
  }

  /** Its id, if there is one. Nothing begins by asking. */
  async #storedDeletion(request: RegistrationRequest): Promise<string | undefined> {
    // Where nothing was ever kept there is nothing to look for, and no reason to load what looks.
    const databases = await globalThis.indexedDB.databases?.();
    if (databases?.every(({ name }) => name !== KEPT_DATABASE)) return undefined;
    const [wasm, { storedDeletion }] = await Promise.all([callsWasm.loaded(), this.#load()]);
    return storedDeletion(wasm, this.#calls, request);
  }

  /** Whether the request is for the same registration by either client. Without a number it is the session's. */
  #isSame(other: Overruling, request: RegistrationRequest): boolean {
    const [one, two] = [this.#options, other.#options];
    const isSession = peek(one, "auth") !== undefined && peek(one, "auth") === peek(two, "auth");
    const [here, there] = [one, two].map((options) => baseUrlOf(peek(options, "baseUrl")));
    return here === there && (isSession || peek(request, "phoneNumber") !== undefined);
  }
}
