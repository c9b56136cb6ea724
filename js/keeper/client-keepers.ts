// What becomes of the keepers of a client: their wishes go to Rust, and what Rust tells goes to them. After a trap all of it
// is begun anew in the next instance.

import type { CoreCalls } from "../client/core-calls.js";
import type { RegistrationCalls } from "../client/registration-calls.js";
import { registrationTexts } from "../client/registration-texts.js";
import type { Wasm } from "../core/load.js";
import { InvalidRequestError, LoadError, type SdkError, toSdkError } from "../errors.js";
import { Reader } from "../given/reader.js";
import type { KeepOptions, RegistrationProblem, RegistrationRequest } from "../options.js";
import { mayPass, rest } from "../patience.js";
import { onSilence as whenSilent } from "../platform/records.js";
import { HeldStops, type Holding } from "./held-stops.js";
import { Keeper, type Valid } from "./keeper.js";
import { type Live, LiveKeepers } from "./live-keepers.js";
import { Overruling } from "./overruling.js";
import { RegistrationKeeper, type Snapshot, tell } from "./registration-keeper.js";
import { closed } from "./troubles.js";
import { Turns } from "./turns.js";

/** Before what is kept is begun anew: a crash that comes again and again must not take all the time there is. */
const AGAIN_MS = 1000;

/** Names for owners that have none: whose tokens they are is not known, but that they are not another client's. */
let clients = 0;

/** @internal The keepers of one client. */
export class ClientKeepers {
  readonly #calls: CoreCalls;
  readonly #live: LiveKeepers;
  readonly #closing = new AbortController();
  readonly #turns = new Turns((wasm) => this.#open(wasm), this.#closing.signal);
  /** In the instance of the wasm that lives now. */
  #keeper: Keeper | undefined;
  #wasm: Wasm | undefined;
  #isClosed = false;
  /** What was kept before is asked for again and again. */
  #isRestoring = false;
  /** What was wanted when the client was closed. */
  readonly #wantedToTheEnd = new Set<string>();
  #nameless = `${++clients}.0`;
  #persons = 0;
  isLeading = false;
  readonly #onSilence: () => void;
  #stopListening: (() => void) | undefined;
  readonly #held: HeldStops;
  readonly #overruling: Overruling;

  constructor({ core, options }: RegistrationCalls, onChange: () => void, onSilence: () => void) {
    this.#calls = core;
    this.#live = new LiveKeepers(onChange);
    this.#onSilence = onSilence;
    this.#held = new HeldStops(() => options);
    this.#overruling = new Overruling(core, options, (request, id) => this.#dropDeletion(request, id));
  }

  keep(request: RegistrationRequest, options?: KeepOptions): RegistrationKeeper {
    const keeper = new RegistrationKeeper(this, request);
    this.#add(keeper, { options });
    if (this.#isClosed) {
      this.#end(keeper, closed());
    } else {
      this.#held.release(request);
      this.#note(keeper);
    }
    return keeper;
  }

  #add(keeper: RegistrationKeeper, live: Live): void {
    this.#overruling.begin();
    this.#live.add(keeper, live);
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
    if (this.#isClosed) throw closed();
    const kept = await this.#turns.after((own) => own.list());
    this.#live.fill(() => {
      for (const [key, snapshot] of kept) this.#meet(key, snapshot);
    });
    return [...this.list()];
  }

  list(): readonly RegistrationKeeper[] {
    return this.#live.list();
  }

  async update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void> {
    await this.#change(keeper, (own, key) => own.update(key, this.#validOf(request)));
  }

  async refresh(keeper: RegistrationKeeper): Promise<void> {
    await this.#change(keeper, (own, key) => own.refresh(key));
  }

  async stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void> {
    const isDelete = options?.delete === true;
    // It may be kept no more, and the core have it still: then there is something to delete.
    const known = this.#live.get(keeper);
    const isToDelete = isDelete && keeper.inEffect !== undefined;
    if (!known && isToDelete && this.#isClosed) throw closed();
    const live = known ?? (isToDelete ? {} : undefined);
    if (!live) return;
    live.isLeaving = true;
    let leaving = [keeper];
    const holding = this.#hold(keeper, isDelete);
    try {
      const noted = this.#turns.note(
        () => {
          const key = this.#keyOf(keeper);
          if (key) live.key = key;
          // A deletion ends all keepers of the number that there are by now. Those that are made later want it again.
          if (isDelete && key) leaving = [...new Set([...this.#live.of(key), keeper])];
          for (const one of leaving) Object.assign(this.#live.get(one) ?? {}, { isLeaving: true });
          return key;
        },
        (own) => this.#noteStop(own, keeper, live, isDelete),
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
      const gone = await (isDelete ? given : Promise.race([given, holding.held]));
      await gone?.();
      if (!known) tell(keeper, "deleted", { inEffect: undefined });
    } finally {
      holding.end();
      for (const one of leaving) this.#end(one);
    }
  }

  /** Sees to it that a stop holds without the wasm, unless somebody wants the number all the same. */
  #hold(keeper: RegistrationKeeper, isDelete: boolean): Holding {
    // A deletion ends the keepers that there are.
    const ending = new Set(isDelete ? this.#live.ofNumber(keeper) : []);
    const isWanting = (other: RegistrationKeeper) => !this.#live.get(other)?.isLeaving && !ending.has(other);
    const holding = this.#held.stop(keeper.request, isDelete, {
      isLoaded: () => this.#keeper !== undefined,
      isWanted: () => this.#live.ofNumber(keeper).some(isWanting),
    });
    if (keeper.lastError instanceof LoadError) holding.begin();
    return holding;
  }

  /** Resolves to what waits until it is deleted, if it is to be. */
  async #noteStop(
    own: Keeper,
    keeper: RegistrationKeeper,
    live: Live,
    isDelete: boolean,
  ): Promise<(() => Promise<void>) | undefined> {
    if (!live.key) return undefined;
    const others = this.#live.of(live.key).map((other) => this.#live.get(other));
    const wanting = others.filter((other) => other && !other.isMet && !other.isLeaving);
    // It is kept until the last one is stopped, or the client is closed: then other tabs go on.
    const isShared = this.#wantedToTheEnd.has(live.key) || wanting.some((other) => other?.isNoted);
    if (!isDelete && !live.isMet && isShared) return undefined;
    // React's strict mode makes one, stops it, and makes another before the first is noted.
    const isAwaited = wanting.some((other) => !other?.isNoted);
    const id = await own.stop(this.#validOf(keeper.request), isDelete, isAwaited);
    return id === undefined ? undefined : () => own.gone(id);
  }

  /** Of this client and the page's others, beside calls of the application's own. */
  get overruling(): Overruling {
    return this.#overruling;
  }

  #dropDeletion(request: RegistrationRequest, id?: string): void {
    const noted = this.#turns.note(
      () => this.#validOf(request).key,
      (own) => own.overrule(this.#validOf(request), id),
      () => {},
    );
    // The call itself says what is wrong.
    noted.catch(() => {});
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    this.#overruling.end();
    this.#closing.abort();
    this.#keeper?.close();
    for (const { key, isMet, isLeaving } of this.#live.all()) {
      if (key && !isMet && !isLeaving) this.#wantedToTheEnd.add(key);
    }
    for (const keeper of this.#live.every()) this.#end(keeper);
    this.#free();
  }

  /** What was stopped just before is stopped all the same, also in the store. */
  async #free(): Promise<void> {
    await this.#turns.settled();
    this.#keeper?.free();
    this.#keeper = undefined;
  }

  /** One that another tab, or a page before this one, began to keep. */
  #meet(key: string, snapshot: Snapshot): void {
    if (this.#isClosed || this.#live.of(key).length > 0) return;
    // It can be read as it stands before anybody hears of it.
    const keeper = new RegistrationKeeper(this, snapshot.request, snapshot);
    const { owner, id, flags } = snapshot;
    this.#add(keeper, { isMet: true, isNoted: true, owner, id, flags });
    this.#live.know(keeper, key);
  }

  /** Has Rust note something for a keeper that is known to it. */
  async #change(
    keeper: RegistrationKeeper,
    work: (own: Keeper, key: string) => Promise<void>,
  ): Promise<void> {
    const live = this.#live.get(keeper);
    // What is over stays so.
    if (!live || live.isLeaving) return;
    await this.#turns.note(
      () => this.#keyOf(keeper),
      async (own) => {
        if (this.#live.get(keeper) && live.key !== undefined) await work(own, live.key);
      },
      (error) => tell(keeper, "change", { error }),
    );
  }

  /** Wrong input ends it; its error says so. */
  async #note(keeper: RegistrationKeeper): Promise<void> {
    const live = this.#live.get(keeper);
    try {
      await this.#turns.note(
        () => {
          const key = this.#keyOf(keeper);
          this.#live.know(keeper, key);
          return key;
        },
        async (own) => {
          if (!live || live.isLeaving || !this.#live.get(keeper)) return;
          const reader = new Reader(live.options, "options");
          const isDeletedOnPageHide = reader.boolean("deleteOnPageHide") ?? false;
          const valid = this.#validOf(keeper.request, reader.finish());
          const { owner, id, flags = isDeletedOnPageHide ? 2 : 0 } = live;
          const isKept = await own.keep(valid, { owner, id, flags });
          live.isNoted = true;
          // Another tab has stopped it while nothing was heard here.
          if (!isKept) this.#end(keeper);
          const snapshot = this.#keeper?.snapshot(live.key ?? "");
          if (!snapshot || !this.#live.get(keeper)) return;
          const isSuspended = snapshot.state === "suspended" && keeper.state !== "suspended";
          this.#tell(keeper, isSuspended ? "suspended" : "change", snapshot);
        },
        (error) => tell(keeper, "change", { error }),
      );
    } catch (thrown) {
      this.#end(keeper, toSdkError(thrown));
    }
  }

  /** Of a request that is wrong, the empty name. */
  #keyOf(keeper: RegistrationKeeper): string {
    const known = this.#live.get(keeper)?.key;
    if (known !== undefined) return known;
    try {
      return this.#validOf(keeper.request).key;
    } catch (thrown) {
      if (thrown instanceof InvalidRequestError) return "";
      throw thrown;
    }
  }

  /** @throws InvalidRequestError */
  #validOf(request: RegistrationRequest, found?: RegistrationProblem[]): Valid {
    const wasm = this.#wasm as Wasm;
    return registrationTexts(wasm, this.#calls.settings(wasm).apiVersion, request, found);
  }

  #tell(keeper: RegistrationKeeper, type: string, snapshot: Snapshot): void {
    const live = this.#live.get(keeper);
    if (live) Object.assign(live, { owner: snapshot.owner, id: snapshot.id, flags: snapshot.flags });
    tell(keeper, type, snapshot);
  }

  #end(keeper: RegistrationKeeper, error?: unknown, last?: Snapshot): void {
    this.#live.remove(keeper, () => tell(keeper, "stopped", { ...last, state: "stopped", error }));
  }

  #open(wasm: Wasm): Keeper {
    if (this.#keeper && this.#wasm === wasm) return this.#keeper;
    const own = new Keeper(wasm, this.#calls, this.#calls.settings(wasm), {
      onEvent: (key, type, snapshot) => {
        // What is being deleted is nobody's to keep.
        if (type !== "stopped" && !snapshot.isEnding) this.#meet(key, snapshot);
        for (const keeper of this.#live.of(key)) {
          if (!this.#live.get(keeper)?.isNoted) continue;
          if (type === "stopped") this.#end(keeper, snapshot.error, snapshot);
          else this.#tell(keeper, type, snapshot);
        }
      },
      nameless: (isAnother) => {
        if (isAnother) this.#nameless = `${this.#nameless.split(".")[0]}.${++this.#persons}`;
        return this.#nameless;
      },
      onLead: (isLeading) => {
        this.isLeading = isLeading;
        for (const keeper of this.#live.every()) tell(keeper, "change", { error: keeper.lastError });
      },
      onTrap: () => this.#begin(wasm),
    });
    this.#keeper = own;
    this.#wasm = wasm;
    this.#held.forget();
    if (this.#isClosed) {
      own.close();
      this.#free();
    } else {
      this.#overruling.begin();
      // Not before: nobody keeps a client for the sake of this.
      this.#stopListening ??= whenSilent(this.#onSilence);
    }
    return own;
  }

  /** The instance is no more: what it kept is kept by another one. */
  #begin(dead: Wasm): void {
    if (this.#wasm !== dead || !this.#keeper) return;
    this.#keeper = undefined;
    this.isLeading = false;
    for (const live of this.#live.all()) live.isNoted = false;
    for (const keeper of this.#live.every()) tell(keeper, "change", { error: keeper.lastError });
    setTimeout(() => {
      // Deletions go on, too.
      this.#turns.run((own) => own.list()).catch(() => {});
      for (const keeper of this.#live.every()) this.#note(keeper);
    }, AGAIN_MS);
  }
}
