// All registrations that a client keeps: the keepers by the keys that Rust gives them. After a trap all of it is begun anew
// in the next instance.
import { authError, LoadError, type SdkError, toSdkError } from "./errors.js";
import { RegistrationKeeper, type Snapshot, tell } from "./keeper.js";
import { fleeting, lasting } from "./kept.js";
import { enter, type Wasm } from "./load.js";
import type { KeepOptions, RegistrationRequest } from "./options.js";
import { mayPass, rest } from "./patience.js";

type Handle = InstanceType<Wasm["KeepingHandle"]>;
type ClientHandle = InstanceType<Wasm["ClientHandle"]>;

/** Before what is kept is begun anew: a crash that comes again and again must not take all the time there is. */
const AGAIN_MS = 1000;

/** What is known of a keeper beside how it stands. */
interface Live {
  key?: string;
  options?: KeepOptions | undefined;
  /** Whose it is; after a trap it must not become another person's. */
  owner?: string | undefined;
  /** The application did not ask for it: another tab keeps it, or a page before this one did. */
  isMet?: boolean;
}

/** Names for owners that have none: whose tokens they are is not known, but that they are not another client's. */
let clients = 0;

/** @internal The keepers of one client. */
export class ClientKeepers {
  readonly #openClient: (wasm: Wasm) => ClientHandle;
  readonly #live = new Map<RegistrationKeeper, Live>();
  readonly #byKey = new Map<string, Set<RegistrationKeeper>>();
  readonly #noting = new Set<Promise<unknown>>();
  #handle: Handle | undefined;
  #wasm: Wasm | undefined;
  #isClosed = false;
  readonly #closing = new AbortController();
  /** What was kept before is asked for again and again. */
  #isRestoring = false;
  #nameless = `${++clients}.0`;
  #persons = 0;
  isLeading = false;
  /** The same until there are others. */
  #list: readonly RegistrationKeeper[] | undefined;
  readonly #onChange: () => void;

  constructor(openClient: (wasm: Wasm) => ClientHandle, onChange: () => void) {
    this.#openClient = openClient;
    this.#onChange = () => {
      this.#list = undefined;
      onChange();
    };
  }

  keep(request: RegistrationRequest, options?: KeepOptions): RegistrationKeeper {
    const keeper = this.#add(request, { options });
    if (this.#isClosed) this.#end(keeper, closed());
    else this.#insist(keeper);
    return keeper;
  }

  #add(request: RegistrationRequest, live: Live): RegistrationKeeper {
    return this.#enter(new RegistrationKeeper(this, request), live);
  }

  #enter(keeper: RegistrationKeeper, live: Live): RegistrationKeeper {
    this.#live.set(keeper, live);
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
    await Promise.allSettled([...this.#noting]);
    const keys = await this.#run((handle) => handle.keys() as Promise<string[]>);
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
    await this.#of(keeper, (handle, key) => handle.update(key, request));
  }

  async refresh(keeper: RegistrationKeeper): Promise<void> {
    await this.#of(keeper, (handle, key) => handle.refresh(key));
  }

  async stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void> {
    const kept = this.#live.get(keeper);
    if (!kept) return;
    const isDelete = options?.delete === true;
    // Others may be about to want the same: React's strict mode makes one, stops it, and makes another.
    await Promise.allSettled([...this.#noting]);
    const { key } = kept;
    const isWanted = [...(this.#byKey.get(key ?? "") ?? [])].some(
      (other) => other !== keeper && !this.#live.get(other)?.isMet,
    );
    if (key === undefined || (isWanted && !isDelete && !kept.isMet)) return this.#end(keeper);
    try {
      await this.#run((handle) => handle.stop(key, isDelete) as Promise<void>);
    } finally {
      this.#end(keeper);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#closing.abort();
    this.#handle?.close();
    this.#handle = undefined;
    for (const keeper of this.list()) this.#end(keeper);
  }

  /** One that another tab, or a page before this one, began to keep. */
  #meet(key: string, snapshot: Snapshot): void {
    if (!this.#byKey.has(key) && this.#noting.size === 0) {
      // It can be read as it stands before anybody hears of it.
      const keeper = new RegistrationKeeper(this, snapshot.request, snapshot);
      this.#know(this.#enter(keeper, { isMet: true }), key);
    }
  }

  /** Runs for a keeper that is known to Rust. */
  async #of(
    keeper: RegistrationKeeper,
    work: (handle: Handle, key: string) => Promise<unknown>,
  ): Promise<void> {
    await Promise.allSettled([...this.#noting]);
    const key = this.#live.get(keeper)?.key;
    if (key !== undefined) await this.#run((handle) => work(handle, key));
  }

  /** Until the wish is noted: the wasm may not load at once. Wrong input ends it; its error says so. */
  async #insist(keeper: RegistrationKeeper): Promise<void> {
    for (let tries = 0; this.#live.has(keeper); tries += 1) {
      try {
        return await this.#note(keeper);
      } catch (thrown) {
        const error = toSdkError(thrown);
        if (!mayPass(error)) return this.#end(keeper, error);
        tell(keeper, "change", { error });
        await rest(error, tries, this.#closing.signal);
      }
    }
  }

  async #note(keeper: RegistrationKeeper): Promise<void> {
    const live = this.#live.get(keeper);
    const noting = this.#run(
      (handle) => handle.keep(keeper.request, live?.options, live?.owner) as Promise<string>,
    );
    this.#noting.add(noting);
    try {
      const key = await noting;
      if (this.#live.has(keeper)) this.#know(keeper, key);
    } finally {
      this.#noting.delete(noting);
    }
  }

  #know(keeper: RegistrationKeeper, key: string): void {
    const kept = this.#live.get(keeper);
    if (!kept) return;
    kept.key = key;
    const keepers = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, keepers.add(keeper));
    const snapshot = this.#handle?.snapshot(key) as Snapshot | undefined;
    if (snapshot) this.#tell(keeper, "change", snapshot);
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

  #run<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    return enter((wasm) => work(this.#open(wasm)));
  }

  #open(wasm: Wasm): Handle {
    if (this.#isClosed) throw closed();
    if (this.#handle && this.#wasm === wasm) return this.#handle;
    const handle = new wasm.KeepingHandle(this.#openClient(wasm), {
      lasting,
      fleeting,
      onEvent: (key: string, type: string, snapshot: Snapshot) => {
        if (type !== "stopped") this.#meet(key, snapshot);
        for (const keeper of [...(this.#byKey.get(key) ?? [])]) {
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
    // It ends only if the wasm does.
    enter(() => new Promise<never>(() => {})).catch(() => this.#begin(wasm));
    return handle;
  }

  /** The instance is no more: what it kept is kept by another one. */
  #begin(dead: Wasm): void {
    if (this.#wasm !== dead || !this.#handle) return;
    this.#handle = undefined;
    this.isLeading = false;
    this.#byKey.clear();
    for (const keeper of this.list()) tell(keeper, "change", { error: keeper.lastError });
    setTimeout(() => {
      for (const keeper of this.list()) this.#insist(keeper);
    }, AGAIN_MS);
  }
}

const closed = () => authError("aborted", "aborted", "The client was closed.");
