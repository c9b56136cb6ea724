// Carries out what the keeper's machine wants done, and tells it what came of it. What takes time goes on beside.
import type { CoreCalls } from "../client/core-calls.js";
import { peek } from "../given/read.js";
import { type Desired, type Grant, NOTHING_DESIRED } from "../keeper-store/records.js";
import type { Stores } from "../keeper-store/stores.js";
import { nextTurn } from "../platform/time-limit.js";
import { KeeperCalls } from "./calls.js";
import { Deletions } from "./deletion-waiters.js";
import { leadBy } from "./leader-lock.js";
import { type Field, Happened, type Machine } from "./machine.js";
import { fieldsOfMessage, readMessage, writeMessage } from "./messages.js";
import type { Snapshot } from "./snapshots.js";
import { snapshotOf } from "./snapshots.js";
import { errorOf } from "./troubles.js";
import { Looks } from "./wake-up-timer.js";

/** @internal Who hears of what can't be carried out here. */
export interface ExecutorListener {
  /** What happened to a registration. */
  onEvent(key: string, type: string, snapshot: Snapshot): void;
  /** Whether this page makes the calls. */
  onLead(isLeading: boolean): void;
  /** It is known whose registrations are kept, and what is stored of them. */
  onReady(owner: string | undefined): void;
  /** Somebody else may be signed in. */
  onDoubt(): void;
}

/** Works that are to be done in their order. */
type Batches = (() => void)[];

// biome-ignore lint/suspicious/noExplicitAny: each action has fields of its own.
type Work = (...fields: any[]) => unknown;

/** @internal */
export class Executor {
  readonly deletions = new Deletions();
  /** How the registrations stand that were asked for. */
  answers: [key: string, snapshot: Snapshot][] = [];
  /** What a stop came to. */
  stopped: { id?: string; isRefused?: boolean } = {};
  readonly #machine: Machine;
  readonly #calls: KeeperCalls;
  readonly #stores: Stores;
  readonly #looks = new Looks(() => this.tell(Happened.look, globalThis.navigator?.onLine !== false));
  /** How many fields each action has, and what it is, in the order of their numbers. */
  readonly #works: readonly (readonly [fields: number, work: Work])[];
  /** Those of this turn that are not done yet. */
  #batches: Batches | undefined;
  #lock = new AbortController();
  #isDead = false;
  #channel: BroadcastChannel | undefined;

  constructor(machine: Machine, calls: CoreCalls, stores: Stores, listener: ExecutorListener) {
    this.#machine = machine;
    this.#calls = new KeeperCalls(calls, (...ended) => this.tell(...ended));
    this.#stores = stores;
    this.#works = [
      [1, (ms) => this.#looks.again(ms)],
      [11, (key, type, ...snapshot) => listener.onEvent(key, type, snapshotOf(snapshot))],
      [10, (key, ...snapshot) => void this.answers.push([key, snapshotOf(snapshot)])],
      [1, (isLeading) => listener.onLead(isLeading)],
      [1, (owner) => listener.onReady(owner)],
      [0, () => this.halt()],
      [0, () => this.#calls.abort()],
      [1, (owner) => this.#open(owner)],
      [3, (load, owner, session) => this.#load(load, owner, session)],
      [4, (attempt, owner, key, isDeletion) => void this.#check(attempt, owner, key, isDeletion)],
      [4, (...call) => this.#calls.upsert(...(call as [number, string, number, boolean]))],
      [4, (...call) => this.#calls.delete(...(call as [number, string, boolean, boolean]))],
      [1, (text) => this.#calls.deleteAtLast(text)],
      [
        7,
        (ticket, owner, key, ...desired) =>
          this.#write(ticket, this.#stores.setDesired(owner, key, desired as unknown as Desired)),
      ],
      [
        10,
        (ticket, owner, key, ...grant) =>
          this.#write(ticket, this.#stores.setGrant(owner, key, grant as unknown as Grant)),
      ],
      [4, (ticket, owner, key, id) => this.#write(ticket, this.#stores.forget(owner, key, id))],
      [0, () => this.#refuse()],
      [0, () => {}],
      [3, (number, owner, how) => this.#askForLock(number, owner, how)],
      [0, () => this.#lock.abort()],
      [0, () => listener.onDoubt()],
      [2, (id, trouble) => this.deletions.settle(id, errorOf(trouble))],
      [1, (id) => this.#await(id)],
    ];
  }

  /** Tells the machine what has happened. Resolves when what is to be stored for it is. */
  tell(event: number, ...fields: readonly Field[]): Promise<void> {
    const handle = async () => this.#carryOut(this.#machine.handle(event, fields));
    const done = handle();
    // Of what goes on by itself nobody waits for it, and the instance may be no more.
    done.catch(() => {});
    return done;
  }

  look(): void {
    this.#looks.now();
  }

  /** Calls, lock and channel end. */
  halt(): void {
    this.#calls.abort();
    this.#lock.abort();
    if (this.#channel) {
      this.#channel.onmessage = null;
      this.#channel.close();
    }
    this.#channel = undefined;
  }

  /** The machine is no more: what it wanted last is not done. */
  die(): void {
    this.#isDead = true;
    this.halt();
  }

  end(): void {
    this.#looks.end();
  }

  free(): void {
    try {
      this.#machine.free();
    } catch {
      // It went with its instance.
    }
  }

  /** One batch after the other: what is told the application may have it call here. */
  async #carryOut(actions: readonly Field[]): Promise<void> {
    const stored: Promise<unknown>[] = [];
    const work = () => this.#perform(actions, stored);
    if (this.#batches) this.#batches.push(work);
    else {
      const batches: Batches = [work];
      this.#batches = batches;
      try {
        for (let next = batches.shift(); next; next = batches.shift()) next();
      } finally {
        this.#batches = undefined;
      }
    }
    await undefined;
    await Promise.all(stored);
  }

  #perform(actions: readonly Field[], stored: Promise<unknown>[]): void {
    let at = 0;
    const take = (count: number) => {
      at += count;
      return actions.slice(at - count, at);
    };
    while (at < actions.length && !this.#isDead) {
      const number = take(1)[0] as number;
      if (number === POST) {
        this.#post(take(fieldsOfMessage(actions[at])), [...stored]);
        continue;
      }
      const [count, work] = this.#works[number] as readonly [number, Work];
      const fields = take(count);
      try {
        const done = work(...fields);
        if (done) stored.push(done as Promise<unknown>);
      } catch (thrown) {
        // A page's `dispatchEvent` may let through what a listener throws. The rest is to be done all the same.
        globalThis.reportError?.(thrown);
      }
    }
  }

  #await(id: string): void {
    this.deletions.await(id);
    this.stopped.id = id;
  }

  #refuse(): void {
    this.stopped.isRefused = true;
  }

  #open(owner: string): void {
    try {
      const channel = new BroadcastChannel(this.#stores.names(owner).keeper);
      channel.onmessage = (event) => {
        const message = readMessage(peek(event, "data"));
        if (message) this.tell(Happened.heard, ...message);
      };
      // Node would not end as long as somebody listens.
      (peek(channel, "unref") as (() => void) | undefined)?.call(channel);
      this.#channel = channel;
    } catch {
      // There are none here.
    }
  }

  /** When that is stored. */
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
    let reading = 1;
    try {
      const { moved, desired, grants } = await this.#stores.load(owner, session);
      for (const key of moved) this.tell(Happened.moved, load, key);
      for (const [key, fields] of desired) this.tell(Happened.foundDesired, load, key, ...fields);
      for (const [key, fields] of grants) this.tell(Happened.foundGrant, load, key, ...fields);
    } catch {
      // Where there is no database there will be none later, and Node may end.
      reading = peek(globalThis, "indexedDB") === undefined ? 2 : 0;
    }
    await this.tell(Happened.loaded, load, reading);
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
    this.tell(Happened.checked, attempt, ...fields);
  }

  async #write(ticket: number, written: Promise<unknown>): Promise<void> {
    let isStored = true;
    let newer: Desired | undefined;
    try {
      newer = (await written) as Desired | undefined;
    } catch {
      isStored = false;
    }
    await this.tell(Happened.written, ticket, isStored, ...(newer ?? NOTHING_DESIRED));
  }

  #askForLock(number: number, owner: string, how: number): void {
    this.#lock.abort();
    const lock = new AbortController();
    this.#lock = lock;
    const tell = (news: number) => this.tell(Happened.lock, number, news);
    leadBy(this.#stores.names(owner).keeper, how, tell, lock.signal);
  }
}

/** The action whose fields depend on what it says. */
const POST = 17;
