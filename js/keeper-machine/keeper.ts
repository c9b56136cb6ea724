// Keeps the registrations of a client in this page, with one instance of the wasm: what the application wants goes to the
// machine, once it is known whose registrations these are. What to do is decided there (src/keeper/).
import type { CoreCalls } from "../client/core-calls.js";
import { textOf } from "../client/encode.js";
import type { RegistrationFields } from "../client/registration-fields.js";
import type { ClientSettings } from "../client/settings.js";
import { type SessionWasm, sessionWasm } from "../core/session-wasm.js";
import { invalidOption, toSdkError } from "../errors.js";
import { randomId } from "../keeper-store/random-id.js";
import type { RegistrationText } from "../keeper-store/records.js";
import { Stores } from "../keeper-store/stores.js";
import type { Owner, Owners } from "../owners.js";
import { later } from "../platform/later.js";
import { within } from "../platform/time-limit.js";
import { leavers } from "../session/sign-out-hooks.js";
import { Executor } from "./executor.js";
import { type Field, Happened, Machine } from "./machine.js";
import { nameOf, ownersOf, watchOwner } from "./owner.js";
import { PageLife } from "./page-lifecycle.js";
import type { Snapshot } from "./snapshots.js";
import { closed, nobody } from "./troubles.js";

/** A store that is slow is not waited for longer. */
const CATCH_UP_MS = 10_000;

/** @internal A registration that may be sent, and what tells it from others of its owner: the number, or `own`. */
export interface Valid {
  readonly key: string;
  readonly text: RegistrationText;
}

/** @internal What is known of what is wanted. Flags as a snapshot has them. */
export interface Wanted {
  readonly owner?: string | undefined;
  readonly id?: string | undefined;
  readonly flags: number;
}

/** @internal Who hears of it. */
export interface KeeperListener {
  onEvent(key: string, type: string, snapshot: Snapshot): void;
  onLead(isLeading: boolean): void;
  /** The name that the page gives to an owner without one; a new one, if it is another. */
  nameless(isAnother: boolean): string;
  onTrap(): void;
}

type Kept = [key: string, snapshot: Snapshot];

/** @internal */
export class Keeper {
  readonly #listener: KeeperListener;
  readonly #owners: Owners;
  readonly #executor: Executor;
  readonly #over = new AbortController();
  readonly #stopListening: () => void;
  #page: PageLife | undefined;
  /** Has it asked who is signed in. */
  #askAgain: (() => void) | undefined;
  /** How often that was asked, and which of these questions the answer is to that was told last. */
  #questions = 0;
  #answered = 0;
  #isReady = false;
  #isClosed = false;
  /** Whose registrations are kept now, as the machine has said. */
  #owner: string | undefined;
  #readied = later();

  constructor(wasm: SessionWasm, calls: CoreCalls, settings: ClientSettings, listener: KeeperListener) {
    const { apiVersion, baseUrl, keeping } = settings;
    this.#listener = listener;
    this.#owners = ownersOf(settings, wasm);
    const machine = new Machine(wasm, apiVersion === "v0", keeping.maxPerSecond, randomId());
    this.#executor = new Executor(machine, calls, new Stores(baseUrl, apiVersion), {
      onEvent: (key, type, snapshot) => listener.onEvent(key, type, snapshot),
      onLead: (isLeading) => listener.onLead(isLeading),
      onReady: (owner) => this.#know(owner),
      onDoubt: () => this.#askAgain?.(),
    });
    leavers.add(this.#leaver);
    this.#stopListening = sessionWasm.whenTrapped(wasm, (thrown) => this.#trapped(thrown));
  }

  /**
   * Keeps it from now on. `owner`, `id`, `flags`: of an instance that stopped, if it was kept by that. Resolves to whether it is
   * kept: what was known may have been stopped since.
   */
  async keep({ text }: Valid, { owner, id = randomId(), flags }: Wanted): Promise<boolean> {
    await this.#ready();
    await this.#catchUp();
    this.#checkOpen();
    this.#executor.stopped = {};
    const noted = this.#tell(Happened.desired, id, flags, Number.NaN, text, owner);
    const { isRefused } = this.#executor.stopped;
    await noted;
    return !isRefused;
  }

  /** Keeps it instead of what is kept under `key`. */
  async update(key: string, valid: Valid): Promise<void> {
    if (valid.key !== key) {
      const message = "This keeper is of another number: stop it, and keep that one beside it.";
      throw invalidOption("phoneNumber", "another_number", message);
    }
    await this.#ready();
    this.#checkOpen();
    await this.#tell(Happened.updated, key, randomId(), valid.text);
  }

  async refresh(key: string): Promise<void> {
    await this.#ready();
    this.#checkOpen();
    await this.#tell(Happened.refresh, key, randomId());
  }

  /**
   * Keeps the number no more. Resolves when that is noted; with `isDelete` to the id of the deletion, which whoever leads
   * makes. `isAwaited`: this page is about to want it again.
   */
  async stop({ text }: Valid, isDelete: boolean, isAwaited: boolean): Promise<string | undefined> {
    await this.#ready();
    // It was closed before it was known whose registrations these are. The next page must not go on with them.
    if (this.#isClosed && !this.#isReady) await this.#lookAtOwner();
    if (isAwaited) await this.#catchUp();
    this.#executor.stopped = {};
    const noted = this.#tell(Happened.stop, text, randomId(), isDelete, isAwaited);
    const { id, isRefused } = this.#executor.stopped;
    await noted;
    if (isRefused) throw nobody();
    return id;
  }

  /** Waits for a deletion. */
  async gone(id: string): Promise<void> {
    await this.#executor.deletions.gone(id, this.#page ?? { isAway: false, absences: 0 });
  }

  /** The application registers the number by a call of its own: it is not deleted any more. `id`: only that deletion. */
  async overrule({ key }: Valid, id: string | undefined): Promise<void> {
    // What is stored is not known yet.
    if (!this.#isReady) await this.#ready();
    await this.#tell(Happened.overrule, key, id);
  }

  /** All that is kept for who is signed in, what was stored before a reload among them. What is being deleted is not kept. */
  async list(): Promise<Kept[]> {
    await this.#ready();
    this.#checkOpen();
    this.#executor.answers = [];
    const told = this.#tell(Happened.list, false);
    const { answers } = this.#executor;
    // It may have stopped the wasm: then nobody knows what is kept.
    await told;
    return answers;
  }

  /** How a registration stands. */
  snapshot(key: string): Snapshot | undefined {
    return this.#ask(Happened.lookUp, key)[0]?.[1];
  }

  /** Nothing is kept in this page any more. What is stored stays: other tabs go on with it. */
  close(): void {
    this.#isClosed = true;
    this.#tell(Happened.close);
    this.#end();
    this.#readied.resolve();
  }

  /** It is closed, and nobody waits for it. */
  free(): void {
    this.#executor.free();
  }

  #end(): void {
    leavers.delete(this.#leaver);
    this.#stopListening();
    this.#over.abort();
    this.#executor.end();
  }

  /** The instance is no more. What it was about to do ends, and so does who waits for it. */
  #trapped(thrown: unknown): void {
    const error = toSdkError(thrown);
    this.#end();
    this.#executor.die();
    this.#executor.deletions.settleAll(error);
    this.#readied.reject(error);
    if (!this.#isClosed) this.#listener.onTrap();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed();
  }

  /** Deletes all that is kept for the owner, one after the other. */
  readonly #leaver = async (owner: Owner): Promise<boolean> => {
    const { name } = this.#nameOf(owner);
    if (name === undefined || name !== this.#owner) return true;
    let isDeleted = true;
    for (const [key, { owner: whose, request }] of this.#ask(Happened.list, true)) {
      if (whose !== name) continue;
      try {
        const id = await this.stop({ key, text: textOf(request as RegistrationFields) }, true, false);
        if (id !== undefined) await this.gone(id);
      } catch {
        isDeleted = false;
      }
    }
    return isDeleted;
  };

  /** Begins to watch the session and the page, and waits until it is known what is kept. */
  async #ready(): Promise<void> {
    if (!this.#page && !this.#over.signal.aborted) this.#begin();
    while (!this.#isReady && !this.#isClosed) await this.#readied.promise;
  }

  #begin(): void {
    const { signal } = this.#over;
    const listener = {
      onWoken: () => {
        this.#tell(Happened.back);
        this.#executor.look();
      },
      onLeaving: (isForGood: boolean) => void this.#tell(Happened.leaving, isForGood),
    };
    this.#page = new PageLife(listener, signal);
    const onDoubted = (doubt: unknown) => void this.#tell(Happened.doubted, doubt);
    signal.addEventListener("abort", this.#owners.onDoubted(onDoubted));
    onDoubted(this.#owners.doubt());
    const onLeft = () => {
      // Answers that are still to come may be about the person who has left.
      this.#answered = this.#questions;
      this.#tell(Happened.ownerLeft);
    };
    const look = async () => (await this.#lookAtOwner())?.kind === "unknown";
    this.#askAgain = watchOwner(this.#owners, look, onLeft, signal);
  }

  /**
   * Tells the machine who is signed in. Undefined for an answer that took so long that a later question was answered before:
   * somebody else may be signed in by now.
   */
  async #lookAtOwner(): Promise<Owner | undefined> {
    this.#questions += 1;
    const question = this.#questions;
    const owner = await this.#owners.owner();
    if (question <= this.#answered) return undefined;
    this.#answered = question;
    const { name, isShared = false, session } = this.#nameOf(owner);
    await this.#tell(Happened.owner, name, isShared, session, owner.kind === "unknown");
    return owner;
  }

  #nameOf(owner: Owner) {
    return nameOf(owner, this.#listener.nameless(false));
  }

  #know(owner: string | undefined): void {
    // Whoever comes next without a name: nothing says that it is the same person.
    if (owner === undefined && this.#owner !== undefined) this.#listener.nameless(true);
    this.#owner = owner;
    this.#isReady = true;
    const { resolve } = this.#readied;
    this.#readied = later();
    resolve();
  }

  /**
   * Waits until it is known who is signed in now. Somebody who has just signed in, and wants something at once, must not be
   * taken for the one before.
   */
  async #catchUp(): Promise<void> {
    const caughtUp = async () => {
      for (;;) {
        const { promise } = this.#readied;
        const owner = await this.#lookAtOwner();
        if (owner?.kind === "unknown" || this.#isClosed) return;
        if (owner && this.#nameOf(owner).name === this.#owner) return;
        if (owner) await promise;
      }
    };
    await within(CATCH_UP_MS, caughtUp());
  }

  /** What the machine answers at once. */
  #ask(event: number, ...fields: readonly Field[]): Kept[] {
    this.#executor.answers = [];
    this.#tell(event, ...fields);
    return this.#executor.answers;
  }

  #tell(event: number, ...fields: readonly Field[]): Promise<void> {
    return this.#executor.tell(event, ...fields);
  }
}
