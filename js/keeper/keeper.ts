// Keeps the registrations of a client in this page: carries out what the machine in Rust wants done, and tells it what came of
// it. It waits for the store, the lock, the core and the page; what to do is decided there (src/keeper/).
import type { Owners } from "../auth/owners.js";
import type { CoreCalls } from "../client/core-calls.js";
import { textOf } from "../client/encode.js";
import type { RegistrationFields } from "../client/registration-fields.js";
import type { ClientSettings } from "../client/settings.js";
import { type Wasm, whenTrapped } from "../core/load.js";
import { flatError, invalidOption, toSdkError } from "../errors.js";
import { peek } from "../given/read.js";
import { nextTurn, within } from "../platform/time-limit.js";
import { leavers } from "../session/leavers.js";
import type { Owner } from "../session/session.js";
import { remove, upsert } from "./calls.js";
import { Deletions } from "./deletions.js";
import { leadBy } from "./leader-lock.js";
import { Looks } from "./looks.js";
import { type Field, Happened, Machine, Todo } from "./machine.js";
import { fieldsOfMessage, readMessage, writeMessage } from "./messages.js";
import { nameOf, ownersOf, watchOwner } from "./owner.js";
import { PageLife } from "./page-life.js";
import {
  type Desired,
  type Grant,
  NOTHING_DESIRED,
  type RegistrationText,
  requestOfText,
} from "./records.js";
import type { Snapshot } from "./registration-keeper.js";
import { Stores } from "./stores.js";
import { closed, errorOf, nobody } from "./troubles.js";

/** A store that is slow is not waited for longer. */
const CATCH_UP_MS = 10_000;

/** @internal A registration that may be sent, and what tells it from others of its owner: the number, or `own`. */
export interface Valid {
  readonly key: string;
  readonly text: RegistrationText;
}

/** @internal Who hears of it. */
export interface KeeperListener {
  onEvent(key: string, type: string, snapshot: Snapshot): void;
  onLead(isLeading: boolean): void;
  /** The name that the page gives to an owner without one; a new one, if it is another. */
  nameless(isAnother: boolean): string;
  onTrap(): void;
}

/** @internal A keeper in one instance of the wasm. */
export class Keeper {
  readonly #calls: CoreCalls;
  readonly #listener: KeeperListener;
  readonly #owners: Owners;
  readonly #machine: Machine;
  readonly #stores: Stores;
  readonly #over = new AbortController();
  readonly #stopListening: () => void;
  readonly #deletions = new Deletions();
  readonly #looks = new Looks(() => this.#tell(Happened.look, globalThis.navigator?.onLine !== false));
  readonly #calling = new Set<AbortController>();
  #page: PageLife | undefined;
  #batches: (() => void)[] | undefined;
  #isReady = false;
  #isClosed = false;
  /** Whose registrations are kept now, as the machine has said. */
  #owner: string | undefined;
  #readied = later();
  #lock = new AbortController();
  #channel: BroadcastChannel | undefined;
  #answers: [key: string, snapshot: Snapshot][] = [];
  #stopped: { id?: string; isRefused?: boolean } = {};

  constructor(wasm: Wasm, calls: CoreCalls, settings: ClientSettings, listener: KeeperListener) {
    const { apiVersion, baseUrl, keeping } = settings;
    this.#calls = calls;
    this.#listener = listener;
    this.#owners = ownersOf(settings, wasm);
    this.#machine = new Machine(wasm, apiVersion === "v0", keeping.maxPerSecond, randomId());
    this.#stores = new Stores(baseUrl, apiVersion);
    leavers.add(this.#leaver);
    this.#stopListening = whenTrapped(wasm, (thrown) => this.#trapped(thrown));
  }

  /** Keeps it from now on. `owner`: whose it is, if it was kept by an instance that stopped. */
  async keep({ text }: Valid, isDeletedOnPageHide: boolean, owner: string | undefined): Promise<void> {
    await this.#ready();
    await this.#catchUp();
    this.#checkOpen();
    const desired: Desired = [randomId(), isDeletedOnPageHide ? 2 : 0, Number.NaN, text];
    await this.#tell(Happened.desired, ...desired, owner);
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
    if (this.#isClosed && !this.#isReady) await this.#tellOwner(await this.#owners.owner());
    if (isAwaited) await this.#catchUp();
    this.#stopped = {};
    const noted = this.#tell(Happened.stop, text, randomId(), isDelete, isAwaited);
    const { id, isRefused } = this.#stopped;
    await noted;
    if (isRefused) throw nobody();
    return id;
  }

  /** Waits for a deletion. */
  async gone(id: string): Promise<void> {
    await this.#deletions.gone(id, this.#page ?? { isAway: false, absences: 0 });
  }

  /** The application registers the number by a call of its own: it is not deleted any more. `id`: only that deletion. */
  async overrule({ key }: Valid, id: string | undefined): Promise<void> {
    // What is stored is not known yet.
    if (!this.#isReady) await this.#ready();
    await this.#tell(Happened.overrule, key, id);
  }

  /** All that is kept for who is signed in, what was stored before a reload among them. What is being deleted is not kept. */
  async list(): Promise<[key: string, snapshot: Snapshot][]> {
    await this.#ready();
    this.#checkOpen();
    return this.#ask(Happened.list, false);
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

  #end(): void {
    leavers.delete(this.#leaver);
    this.#stopListening();
    this.#over.abort();
    this.#looks.end();
  }

  /** The instance is no more. What it was about to do ends, and so does who waits for it. */
  #trapped(thrown: unknown): void {
    const error = toSdkError(thrown);
    this.#end();
    this.#halt();
    this.#deletions.settleAll(error);
    this.#readied.reject(error);
    if (!this.#isClosed) this.#listener.onTrap();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closed();
  }

  /** Deletes all that is kept for the owner, one after the other. */
  readonly #leaver = async (owner: Owner): Promise<boolean> => {
    const { name } = nameOf(owner, this.#listener.nameless(false));
    if (name === undefined || name !== this.#owner) return true;
    let isDeleted = true;
    for (const [key, snapshot] of this.#ask(Happened.list, true)) {
      if (snapshot.owner !== name) continue;
      try {
        const id = await this.stop(
          { key, text: textOf(snapshot.request as RegistrationFields) },
          true,
          false,
        );
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
    this.#page = new PageLife(
      {
        onWoken: () => {
          this.#tell(Happened.back);
          this.#looks.now();
        },
        onLeaving: (isForGood) => this.#tell(Happened.leaving, isForGood),
      },
      signal,
    );
    watchOwner(
      this.#owners,
      () => this.#lookAtOwner(),
      () => this.#tell(Happened.ownerLeft),
      signal,
    );
  }

  async #lookAtOwner(): Promise<boolean> {
    const owner = await this.#owners.owner();
    await this.#tellOwner(owner);
    return owner.kind === "unknown";
  }

  async #tellOwner(owner: Owner): Promise<void> {
    const { name, isShared = false, session } = nameOf(owner, this.#listener.nameless(false));
    await this.#tell(Happened.owner, name, isShared, session, owner.kind === "unknown");
  }

  /**
   * Waits until it is known who is signed in now. Somebody who has just signed in, and wants something at once, must not be
   * taken for the one before.
   */
  async #catchUp(): Promise<void> {
    const caughtUp = async () => {
      for (;;) {
        const owner = await this.#owners.owner();
        const { name } = nameOf(owner, this.#listener.nameless(false));
        if (owner.kind === "unknown" || name === this.#owner || this.#isClosed) return;
        const { promise } = this.#readied;
        await this.#tellOwner(owner);
        if (name !== this.#owner) await promise;
      }
    };
    await within(CATCH_UP_MS, caughtUp());
  }

  /** What the machine answers at once. */
  #ask(event: number, ...fields: readonly Field[]): [key: string, snapshot: Snapshot][] {
    this.#answers = [];
    this.#tell(event, ...fields);
    return this.#answers;
  }

  /** Tells the machine what has happened. Resolves when what is to be stored for it is. */
  #tell(event: number, ...fields: readonly Field[]): Promise<void> {
    const handle = async () => this.#carryOut(this.#machine.handle(event, fields));
    // Of what goes on by itself nobody waits for it, and the instance may be no more.
    const done = handle();
    done.catch(() => {});
    return done;
  }

  /** In their order: what is told the application may have it call here. */
  async #carryOut(actions: readonly Field[]): Promise<void> {
    const stored: Promise<unknown>[] = [];
    const work = () => this.#perform(actions, stored);
    if (this.#batches) this.#batches.push(work);
    else {
      const batches = [work];
      this.#batches = batches;
      for (let next = batches.shift(); next; next = batches.shift()) next();
      this.#batches = undefined;
    }
    await undefined;
    await Promise.all(stored);
  }

  #perform(actions: readonly Field[], stored: Promise<unknown>[]): void {
    let at = 0;
    // biome-ignore lint/suspicious/noExplicitAny: each action has fields of its own.
    const take = (count: number): any => actions.slice(at, (at += count));
    while (at < actions.length) {
      const action = actions[at++];
      switch (action) {
        case Todo.lookAgain: {
          this.#looks.again(...(take(1) as [number]));
          break;
        }
        case Todo.tell: {
          const [key, type, ...fields] = take(10);
          this.#listener.onEvent(key, type, snapshotOf(fields));
          break;
        }
        case Todo.answer: {
          const [key, ...fields] = take(9);
          this.#answers.push([key, snapshotOf(fields)]);
          break;
        }
        case Todo.lead:
          this.#listener.onLead(take(1)[0]);
          break;
        case Todo.ready:
          this.#isKnown(take(1)[0]);
          break;
        case Todo.halt:
          this.#halt();
          break;
        case Todo.abort:
          this.#abort();
          break;
        case Todo.open:
          this.#open(take(1)[0]);
          break;
        case Todo.load:
          stored.push(this.#load(...(take(3) as [number, string, string?])));
          break;
        case Todo.check:
          this.#check(...(take(4) as [number, string | undefined, string, boolean]));
          break;
        case Todo.upsert: {
          const [attempt, text, timeoutMs, isRetried] = take(4);
          this.#call(attempt, true, async (signal) => {
            const limits = { timeoutMs, isRetried, signal };
            const { answer, sentAt } = await upsert(this.#calls, requestOfText(text), limits);
            return [
              Happened.registered,
              attempt,
              answer * 1000,
              sentAt.wallMs,
              sentAt.monotonicMs,
              sentAt.page,
            ];
          });
          break;
        }
        case Todo.delete: {
          const [attempt, text, isRetried, isAbortable] = take(4);
          this.#call(attempt, isAbortable, async (signal) => {
            await remove(this.#calls, requestOfText(text), { isRetried, signal });
            return [Happened.deleted, attempt];
          });
          break;
        }
        case Todo.deleteAtLast: {
          const limits = { isRetried: true, outlivesPage: true };
          remove(this.#calls, requestOfText(take(1)[0]), limits).catch(() => {});
          break;
        }
        case Todo.storeDesired: {
          const [ticket, owner, key, ...desired] = take(7);
          stored.push(
            this.#written(ticket, this.#stores.setDesired(owner, key, desired as unknown as Desired)),
          );
          break;
        }
        case Todo.storeGrant: {
          const [ticket, owner, key, ...grant] = take(10);
          stored.push(this.#written(ticket, this.#stores.setGrant(owner, key, grant as unknown as Grant)));
          break;
        }
        case Todo.forget: {
          const [ticket, owner, key, id] = take(4);
          stored.push(this.#written(ticket, this.#stores.forget(owner, key, id)));
          break;
        }
        case Todo.erase:
          stored.push(this.#stores.erase(...(take(2) as [string, string])));
          break;
        case Todo.post:
          this.#post(take(fieldsOfMessage(actions[at])), stored);
          break;
        case Todo.lock:
          this.#askForLock(...(take(3) as [number, string, number]));
          break;
        case Todo.unlock:
          this.#lock.abort();
          break;
        case Todo.lookAtOwner:
          this.#lookAtOwner().catch(() => {});
          break;
        case Todo.settled: {
          const [id, trouble] = take(2);
          this.#deletions.settle(id, errorOf(trouble));
          break;
        }
        case Todo.wait: {
          const [id] = take(1);
          this.#deletions.await(id);
          this.#stopped.id = id;
          break;
        }
        case Todo.refused:
          this.#stopped.isRefused = true;
          break;
      }
    }
  }

  #isKnown(owner: string | undefined): void {
    // Whoever comes next without a name: nothing says that it is the same person.
    if (owner === undefined && this.#owner !== undefined) this.#listener.nameless(true);
    this.#owner = owner;
    this.#isReady = true;
    const { resolve } = this.#readied;
    this.#readied = later();
    resolve();
  }

  #halt(): void {
    this.#abort();
    this.#lock.abort();
    if (this.#channel) {
      this.#channel.onmessage = null;
      this.#channel.close();
    }
    this.#channel = undefined;
  }

  #abort(): void {
    for (const calling of this.#calling) calling.abort();
  }

  #open(owner: string): void {
    try {
      const channel = new BroadcastChannel(this.#stores.names(owner).keeper);
      channel.onmessage = (event) => {
        const message = readMessage(peek(event, "data"));
        if (message) this.#tell(Happened.heard, ...message);
      };
      // Node would not end as long as somebody listens.
      (peek(channel, "unref") as (() => void) | undefined)?.call(channel);
      this.#channel = channel;
    } catch {
      // There are none here.
    }
  }

  #post(message: readonly Field[], stored: readonly Promise<unknown>[]): void {
    const channel = this.#channel;
    const post = () => {
      // It may be closed by now.
      try {
        channel?.postMessage(writeMessage(message));
      } catch {}
    };
    if (stored.length === 0) post();
    else Promise.allSettled(stored).then(post);
  }

  async #load(load: number, owner: string, session?: string): Promise<void> {
    let isRead = true;
    try {
      const { moved, desired, grants } = await this.#stores.load(owner, session);
      for (const key of moved) this.#tell(Happened.moved, load, key);
      for (const [key, fields] of desired) this.#tell(Happened.foundDesired, load, key, ...fields);
      for (const [key, fields] of grants) this.#tell(Happened.foundGrant, load, key, ...fields);
    } catch {
      isRead = false;
    }
    await this.#tell(Happened.loaded, load, isRead);
  }

  async #check(attempt: number, owner: string | undefined, key: string, isDeletion: boolean): Promise<void> {
    let fields: readonly Field[] = [0, ...NOTHING_DESIRED];
    try {
      if (owner !== undefined) {
        const { what, desired, grant = [] } = await this.#stores.check(owner, key);
        fields = [what, ...(desired ?? NOTHING_DESIRED), ...grant];
      }
    } catch {
      // A store that refuses has nothing to say.
    }
    // What the page says next may take the place of a deletion.
    if (isDeletion) await nextTurn();
    this.#tell(Happened.checked, attempt, ...fields);
  }

  async #call(
    attempt: number,
    isAbortable: boolean,
    work: (signal: AbortSignal) => Promise<[event: number, ...fields: Field[]]>,
  ): Promise<void> {
    const calling = new AbortController();
    if (isAbortable) this.#calling.add(calling);
    let ended: [event: number, ...fields: Field[]];
    try {
      ended = await work(calling.signal);
    } catch (thrown) {
      const [family, code, kind, , retryAfterMs, , error] = flatError(thrown);
      ended = [Happened.failed, attempt, family, code, kind, retryAfterMs, error];
    }
    this.#calling.delete(calling);
    this.#tell(...ended);
  }

  async #written(ticket: number, written: Promise<unknown>): Promise<void> {
    let isStored = true;
    let newer: unknown;
    try {
      newer = await written;
    } catch {
      isStored = false;
    }
    await this.#tell(
      Happened.written,
      ticket,
      isStored,
      ...((newer as Desired | undefined) ?? NOTHING_DESIRED),
    );
  }

  #askForLock(number: number, owner: string, how: number): void {
    this.#lock.abort();
    const lock = new AbortController();
    this.#lock = lock;
    const tell = (news: number) => this.#tell(Happened.lock, number, news);
    leadBy(this.#stores.names(owner).keeper, how, tell, lock.signal);
  }
}

function snapshotOf(fields: readonly Field[]): Snapshot {
  const [owner, text, inEffect, state, isEnding, expiresAtMs, nextRefreshAtMs, trouble] = fields as [
    string?,
    ...unknown[],
  ];
  const time = (ms: unknown) => (Number.isFinite(ms) ? (ms as number) : undefined);
  return {
    owner,
    request: requestOfText(text as string),
    inEffect: inEffect === "" ? undefined : requestOfText(inEffect as string),
    state: state as Snapshot["state"],
    isEnding: isEnding as boolean,
    expiresAtMs: time(expiresAtMs),
    nextRefreshAtMs: time(nextRefreshAtMs),
    error: errorOf(trouble),
  } as Snapshot;
}

interface Later {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Something that somebody may wait for. */
function later(): Later {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** A name that nobody else has. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
