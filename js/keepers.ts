// All registrations that a client keeps: the keepers by the keys that Rust gives them. After a trap all of it is begun anew
// in the next instance.
import { authError, LoadError, type SdkError, toSdkError } from "./errors.js";
import { bare, peek } from "./given/read.js";
import { HeldStops, type Holding } from "./held-stops.js";
import { RegistrationKeeper, type Snapshot, tell } from "./keeper.js";
import { fleeting, lasting } from "./kept.js";
import { enter, type Wasm } from "./load.js";
import type { ClientOptions, KeepOptions, RegistrationRequest } from "./options.js";
import { mayPass, rest } from "./patience.js";
import { isSameNumber } from "./stored-stops.js";
import { Wishes } from "./wishes.js";

type Handle = InstanceType<Wasm["KeepingHandle"]>;
type ClientHandle = InstanceType<Wasm["ClientHandle"]>;

/** Before what is kept is begun anew: a crash that comes again and again must not take all the time there is. */
const AGAIN_MS = 1000;

/** What is known of a keeper beside how it stands. */
interface Live {
  /** Of the registration that it is a keeper of. */
  key?: string;
  options?: KeepOptions | undefined;
  /** Whose it is; after a trap it must not become another person's. */
  owner?: string | undefined;
  /** The application did not ask for it: another tab keeps it, or a page before this one did. */
  isMet?: boolean;
  /** Rust knows that it is wanted: what happens to the registration happens to it. */
  isNoted?: boolean;
  /** It is to be kept no more. */
  isLeaving?: boolean;
}

/** Those of this page that keep something, or did. */
const begun = new Set<ClientKeepers>();

const baseOf = (options: ClientOptions) => String(peek(options, "baseUrl")).replace(/\/+$/, "");

/** Names for owners that have none: whose tokens they are is not known, but that they are not another client's. */
let clients = 0;

/** @internal The keepers of one client. */
export class ClientKeepers {
  readonly #openClient: (wasm: Wasm) => ClientHandle;
  readonly #live = new Map<RegistrationKeeper, Live>();
  readonly #byKey = new Map<string, Set<RegistrationKeeper>>();
  readonly #closing = new AbortController();
  readonly #wishes = new Wishes<Handle>((wasm) => this.#open(wasm), this.#closing.signal);
  #handle: Handle | undefined;
  #wasm: Wasm | undefined;
  #isClosed = false;
  /** What was kept before is asked for again and again. */
  #isRestoring = false;
  /** What was wanted when the client was closed. */
  readonly #wantedToTheEnd = new Set<string>();
  #nameless = `${++clients}.0`;
  #persons = 0;
  isLeading = false;
  /** The same until there are others. */
  #list: readonly RegistrationKeeper[] | undefined;
  readonly #onChange: () => void;
  readonly #held: HeldStops;
  readonly #options: () => ClientOptions;

  constructor(openClient: (wasm: Wasm) => ClientHandle, onChange: () => void, options: () => ClientOptions) {
    this.#openClient = openClient;
    this.#options = options;
    this.#held = new HeldStops(options);
    this.#onChange = () => {
      this.#list = undefined;
      onChange();
    };
  }

  keep(request: RegistrationRequest, options?: KeepOptions): RegistrationKeeper {
    const keeper = this.#add(request, { options });
    if (!this.#isClosed) this.#held.release(request);
    if (this.#isClosed) this.#end(keeper, closed());
    else this.#note(keeper);
    return keeper;
  }

  #add(request: RegistrationRequest, live: Live): RegistrationKeeper {
    return this.#enter(new RegistrationKeeper(this, request), live);
  }

  #enter(keeper: RegistrationKeeper, live: Live): RegistrationKeeper {
    this.#live.set(keeper, bare(live));
    if (!this.#isClosed) begun.add(this);
    this.#onChange();
    return keeper;
  }

  /**
   * Those of this page, and those that were kept before a reload or are by other tabs. If the wasm can't be loaded they come
   * when it can: what was kept must not lapse because nobody asks again.
   */
  async restore(): Promise<RegistrationKeeper[]> {
    try {
      return await this.#restore();
    } catch (thrown) {
      const error = toSdkError(thrown);
      if (error instanceof LoadError && !this.#isRestoring) this.#restoreLater(error);
      throw error;
    }
  }

  async #restoreLater(error: SdkError): Promise<void> {
    this.#isRestoring = true;
    let last = error;
    for (let tries = 0; mayPass(last) && !this.#isClosed; tries += 1) {
      await rest(last, tries, this.#closing.signal);
      try {
        if (!this.#isClosed) await this.#restore();
        break;
      } catch (thrown) {
        last = toSdkError(thrown);
      }
    }
    this.#isRestoring = false;
  }

  async #restore(): Promise<RegistrationKeeper[]> {
    if (this.#isClosed) throw toSdkError(closed());
    const keys = await this.#wishes.after((handle) => handle.keys() as Promise<string[]>);
    for (const key of keys) {
      const snapshot = this.#handle?.snapshot(key) as Snapshot | undefined;
      if (snapshot) this.#meet(key, snapshot);
    }
    return [...this.list()];
  }

  list(): readonly RegistrationKeeper[] {
    this.#list ??= Object.freeze([...this.#live.keys()]);
    return this.#list;
  }

  async update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void> {
    await this.#change(keeper, (handle, key) => handle.update(key, request) as Promise<void>);
  }

  async refresh(keeper: RegistrationKeeper): Promise<void> {
    await this.#change(keeper, (handle, key) => handle.refresh(key) as Promise<void>);
  }

  async stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void> {
    const isDelete = options?.delete === true;
    // It may be kept no more, and the core have it still: then there is something to delete.
    const isLive = this.#live.has(keeper);
    const isToDelete = isDelete && keeper.inEffect !== undefined;
    if (!isLive && isToDelete && this.#isClosed) throw toSdkError(closed());
    const live = this.#live.get(keeper) ?? (isToDelete ? {} : undefined);
    if (!live) return;
    live.isLeaving = true;
    let leaving = [keeper];
    const holding = this.#hold(keeper, isDelete);
    try {
      const noted = this.#wishes.note(
        (handle) => {
          const key = this.#keyOf(handle, keeper);
          if (key) live.key = key;
          // A deletion ends all keepers of the number that there are by now. Those that are made later want it again.
          if (isDelete && key) leaving = [...new Set(this.#of(key)).add(keeper)];
          for (const one of leaving) Object.assign(this.#live.get(one) ?? {}, { isLeaving: true });
          return key;
        },
        (handle) => this.#noteStop(handle, keeper, live, isDelete),
        (error) => {
          tell(keeper, "change", { error });
          holding.begin();
        },
      );
      const given = noted.catch(async (thrown) => {
        // The wasm does not come any more. Who only keeps it no more needs nothing else.
        if (!(await holding.begin()) || isDelete) throw thrown;
        return undefined;
      });
      const deletion = await (isDelete ? given : Promise.race([given, holding.held]));
      if (deletion !== undefined) await this.#wishes.run((handle) => handle.gone(deletion) as Promise<void>);
      if (!isLive) tell(keeper, "deleted", { inEffect: undefined });
    } finally {
      holding.end();
      for (const one of leaving) this.#end(one);
    }
  }

  /** Sees to it that a stop holds without the wasm, unless somebody wants the number all the same. */
  #hold(keeper: RegistrationKeeper, isDelete: boolean): Holding {
    // A deletion ends the keepers that there are.
    const ending = new Set(isDelete ? this.list() : []);
    const isWanting = (other: RegistrationKeeper) =>
      !this.#live.get(other)?.isLeaving && !ending.has(other) && isSameNumber(other.request, keeper.request);
    const holding = this.#held.stop(keeper.request, isDelete, {
      isLoaded: () => this.#handle !== undefined,
      isWanted: () => this.list().some(isWanting),
    });
    if (keeper.lastError instanceof LoadError) holding.begin();
    return holding;
  }

  /** Resolves to the name of the wish to delete, if there is one. */
  async #noteStop(
    handle: Handle,
    keeper: RegistrationKeeper,
    live: Live,
    isDelete: boolean,
  ): Promise<string | undefined> {
    if (!live.key) return undefined;
    const others = [...this.#of(live.key)].map((other) => this.#live.get(other));
    const wanting = others.filter((other) => other && !other.isMet && !other.isLeaving);
    // It is kept until the last one is stopped, or the client is closed: then other tabs go on.
    const isShared = this.#wantedToTheEnd.has(live.key) || wanting.some((other) => other?.isNoted);
    if (!isDelete && !live.isMet && isShared) return undefined;
    // React's strict mode makes one, stops it, and makes another before the first is noted.
    const isAwaited = wanting.some((other) => !other?.isNoted);
    return handle.stop(keeper.request, isDelete, isAwaited) as Promise<string | undefined>;
  }

  /**
   * The application registers the number by a call of its own: a deletion that is not made yet came before that, whichever
   * client of this page wanted it.
   */
  overrule(request: RegistrationRequest): void {
    for (const keepers of begun) {
      if (keepers === this || this.#isSameCore(keepers, request)) keepers.#overrule(request);
    }
  }

  /**
   * As `overrule`, for what a page before this one wanted, or another tab does: it lies in the store. `client` tells
   * without that anything is begun to be kept.
   */
  overruleStored(client: ClientHandle, request: RegistrationRequest): void {
    const options = this.#options();
    const isLasting = peek(options, "auth") || peek(peek(options, "keeping"), "owner");
    if (!isLasting || begun.has(this) || this.#isClosed || !globalThis.indexedDB) return;
    (client.storedDeletion(request, lasting) as Promise<string | undefined>).then(
      (id) => id !== undefined && !this.#isClosed && this.#overrule(request, id),
      () => {},
    );
  }

  #overrule(request: RegistrationRequest, id?: string): void {
    const noted = this.#wishes.note(
      (handle) => handle.key(request) ?? "",
      (handle) => handle.overrule(request, id) as Promise<void>,
      () => {},
    );
    // The call itself says what is wrong.
    noted.catch(() => {});
  }

  /** Whether a number is the same registration for both. Without one it is the session's. */
  #isSameCore(other: ClientKeepers, request: RegistrationRequest): boolean {
    const [one, two] = [this.#options(), other.#options()];
    const isSession = peek(one, "auth") !== undefined && peek(one, "auth") === peek(two, "auth");
    return baseOf(one) === baseOf(two) && (isSession || peek(request, "phoneNumber") !== undefined);
  }

  close(): void {
    this.#isClosed = true;
    begun.delete(this);
    this.#closing.abort();
    this.#handle?.close();
    for (const { key, isMet, isLeaving } of this.#live.values()) {
      if (key && !isMet && !isLeaving) this.#wantedToTheEnd.add(key);
    }
    for (const keeper of this.list()) this.#end(keeper);
    // What was stopped just before is stopped all the same, also in the store.
    this.#wishes.settled().then(() => {
      this.#handle = undefined;
    });
  }

  /** One that another tab, or a page before this one, began to keep. */
  #meet(key: string, snapshot: Snapshot): void {
    if (this.#byKey.has(key)) return;
    // It can be read as it stands before anybody hears of it.
    const keeper = new RegistrationKeeper(this, snapshot.request, snapshot);
    this.#know(this.#enter(keeper, { isMet: true, isNoted: true, owner: snapshot.owner }), key);
  }

  /** Has Rust note something for a keeper that is known to it. */
  async #change(
    keeper: RegistrationKeeper,
    work: (handle: Handle, key: string) => Promise<void>,
  ): Promise<void> {
    const live = this.#live.get(keeper);
    // What is over stays so.
    if (!live || live.isLeaving) return;
    await this.#wishes.note(
      (handle) => this.#keyOf(handle, keeper),
      async (handle) => {
        if (this.#live.has(keeper) && live.key !== undefined) await work(handle, live.key);
      },
      (error) => tell(keeper, "change", { error }),
    );
  }

  /** Wrong input ends it; its error says so. */
  async #note(keeper: RegistrationKeeper): Promise<void> {
    const live = this.#live.get(keeper);
    try {
      await this.#wishes.note(
        (handle) => this.#know(keeper, this.#keyOf(handle, keeper)),
        async (handle) => {
          if (!live || live.isLeaving || !this.#live.has(keeper)) return;
          await handle.keep(keeper.request, live.options, live.owner);
          live.isNoted = true;
          const snapshot = this.#handle?.snapshot(live.key ?? "") as Snapshot | undefined;
          if (snapshot && this.#live.has(keeper)) this.#tell(keeper, "change", snapshot);
        },
        (error) => tell(keeper, "change", { error }),
      );
    } catch (thrown) {
      this.#end(keeper, toSdkError(thrown));
    }
  }

  /** Of a request that is wrong, the empty name. */
  #keyOf(handle: Handle, keeper: RegistrationKeeper): string {
    return this.#live.get(keeper)?.key ?? handle.key(keeper.request) ?? "";
  }

  #of(key: string): Set<RegistrationKeeper> {
    return this.#byKey.get(key) ?? new Set();
  }

  #know(keeper: RegistrationKeeper, key: string): string {
    const live = this.#live.get(keeper);
    if (live) {
      live.key = key;
      this.#byKey.set(key, this.#of(key).add(keeper));
    }
    return key;
  }

  #tell(keeper: RegistrationKeeper, type: string, snapshot: Snapshot): void {
    const live = this.#live.get(keeper);
    if (live) live.owner = snapshot.owner;
    tell(keeper, type, snapshot);
  }

  #end(keeper: RegistrationKeeper, error?: unknown, last?: Snapshot): void {
    const kept = this.#live.get(keeper);
    if (!kept) return;
    this.#live.delete(keeper);
    if (kept.key !== undefined) {
      const keepers = this.#byKey.get(kept.key);
      keepers?.delete(keeper);
      if (keepers?.size === 0) this.#byKey.delete(kept.key);
    }
    tell(keeper, "stopped", { ...last, state: "stopped", error });
    this.#onChange();
  }

  #open(wasm: Wasm): Handle {
    if (this.#handle && this.#wasm === wasm) return this.#handle;
    const handle = new wasm.KeepingHandle(this.#openClient(wasm), {
      lasting,
      fleeting,
      onEvent: (key: string, type: string, snapshot: Snapshot) => {
        // What is being deleted is nobody's to keep.
        if (type !== "stopped" && !snapshot.isEnding) this.#meet(key, snapshot);
        for (const keeper of [...this.#of(key)]) {
          if (!this.#live.get(keeper)?.isNoted) continue;
          if (type === "stopped") this.#end(keeper, snapshot.error, snapshot);
          else this.#tell(keeper, type, snapshot);
        }
      },
      nameless: (isAnother: boolean) => {
        if (isAnother) this.#nameless = `${this.#nameless.split(".")[0]}.${++this.#persons}`;
        return this.#nameless;
      },
      onLead: (isLeading: boolean) => {
        this.isLeading = isLeading;
        for (const keeper of this.list()) tell(keeper, "change", { error: keeper.lastError });
      },
    });
    this.#handle = handle;
    this.#wasm = wasm;
    this.#held.forget();
    if (this.#isClosed) handle.close();
    else begun.add(this);
    // It ends only if the wasm does.
    enter(() => new Promise<never>(() => {})).catch(() => this.#begin(wasm));
    return handle;
  }

  /** The instance is no more: what it kept is kept by another one. */
  #begin(dead: Wasm): void {
    if (this.#wasm !== dead || !this.#handle) return;
    this.#handle = undefined;
    this.isLeading = false;
    for (const live of this.#live.values()) live.isNoted = false;
    for (const keeper of this.list()) tell(keeper, "change", { error: keeper.lastError });
    setTimeout(() => {
      // Deletions go on, too.
      this.#wishes.run((handle) => handle.keys()).catch(() => {});
      for (const keeper of this.list()) this.#note(keeper);
    }, AGAIN_MS);
  }
}

const closed = () => authError("aborted", "aborted", "The client was closed.");
