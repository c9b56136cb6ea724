// What becomes of the keepers of a client: their wishes go to Rust, and what Rust tells goes to them. After a trap all of it
// is begun anew in the next instance.

import type { CoreCalls } from "../client/core-calls.js";
import type { RegistrationCalls } from "../client/registration-calls.js";
import { registrationTexts } from "../client/registration-texts.js";
import { InvalidRequestError, toSdkError } from "../errors.js";
import { Reader } from "../given/reader.js";
import type { LiveKeepers, Stop } from "../keeper-face/live-keepers.js";
import type { Overruling } from "../keeper-face/overruling.js";
import { type Keepers, RegistrationKeeper, tell } from "../keeper-face/registration-keeper.js";
import type { Wasms } from "../keeper-machine/both-wasms.js";
import { Keeper, type Valid } from "../keeper-machine/keeper.js";
import type { Snapshot } from "../keeper-machine/snapshots.js";
import { closed } from "../keeper-machine/troubles.js";
import type { RegistrationProblem, RegistrationRequest } from "../options.js";
import { onSilence } from "../platform/records.js";
import { HeldStops } from "./held-stops.js";
import { Restoring } from "./restoring.js";
import { Stopping } from "./stopping.js";
import { Turns } from "./turns.js";

/** Before what is kept is begun anew: a crash that comes again and again must not take all the time there is. */
const AGAIN_MS = 1000;

/** Names for owners that have none: whose tokens they are is not known, but that they are not another client's. */
let clients = 0;

/** @internal The client, as a page has it from the start. */
export interface KeepingClient {
  readonly live: LiveKeepers;
  /** What keepers ask. */
  readonly view: Keepers;
  readonly overruling: Overruling;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
  readonly onSilence: () => void;
}

/** @internal What becomes of the keepers of one client. */
export class ClientKeepers {
  readonly #calls: CoreCalls;
  readonly #live: LiveKeepers;
  readonly #client: KeepingClient;
  readonly #turns: Turns;
  /** In the instance of the session's wasm that lives now. */
  #keeper: Keeper | undefined;
  #wasms: Wasms | undefined;
  /** What was wanted when the client was closed. */
  readonly #wantedToTheEnd = new Set<string>();
  #nameless = `${++clients}.0`;
  #persons = 0;
  isLeading = false;
  #stopListening: (() => void) | undefined;
  readonly #held: HeldStops;
  readonly #stopping: Stopping;
  readonly #restoring: Restoring;

  constructor({ core, options }: RegistrationCalls, client: KeepingClient) {
    this.#calls = core;
    this.#client = client;
    this.#live = client.live;
    this.#turns = new Turns((wasms) => this.#open(wasms), client.closing);
    this.#restoring = new Restoring(() => this.#restore(), client.closing);
    this.#held = new HeldStops(() => options);
    this.#stopping = new Stopping({
      live: this.#live,
      turns: this.#turns,
      held: this.#held,
      isLoaded: () => this.#keeper !== undefined,
      isWantedToTheEnd: (key) => this.#wantedToTheEnd.has(key),
      keyOf: (keeper) => this.#keyOf(keeper),
      validOf: (request) => this.#validOf(request),
      end: (keeper) => this.#live.end(keeper),
    });
  }

  /** A keeper that the application has made. */
  begin(keeper: RegistrationKeeper): void {
    this.#held.release(keeper.request);
    this.#note(keeper);
  }

  restore(): Promise<RegistrationKeeper[]> {
    return this.#restoring.restore();
  }

  async #restore(): Promise<RegistrationKeeper[]> {
    if (this.#client.closing.aborted) throw closed();
    const kept = await this.#turns.after((own) => own.list());
    this.#live.fill(() => {
      for (const [key, snapshot] of kept) this.#meet(key, snapshot);
    });
    return [...this.#live.list()];
  }

  async update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void> {
    await this.#change(keeper, (own, key) => own.update(key, this.#validOf(request)));
  }

  async refresh(keeper: RegistrationKeeper): Promise<void> {
    await this.#change(keeper, (own, key) => own.refresh(key));
  }

  stop(keeper: RegistrationKeeper, stop: Stop): Promise<void> {
    return this.#stopping.stop(keeper, stop);
  }

  /** A call of the application's own registers the number. */
  dropDeletion(request: RegistrationRequest, id?: string): void {
    const noted = this.#turns.note(
      () => this.#validOf(request).key,
      (own) => own.overrule(this.#validOf(request), id),
      () => {},
    );
    // The call itself says what is wrong.
    noted.catch(() => {});
  }

  close(): void {
    this.#stopListening?.();
    this.#keeper?.close();
    for (const { key, isMet, isLeaving } of this.#live.all()) {
      if (key && !isMet && !isLeaving) this.#wantedToTheEnd.add(key);
    }
    for (const keeper of this.#live.every()) this.#live.end(keeper);
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
    if (this.#client.closing.aborted || this.#live.of(key).length > 0) return;
    // It can be read as it stands before anybody hears of it.
    const keeper = new RegistrationKeeper(this.#client.view, snapshot.request, snapshot);
    const { owner, id, flags } = snapshot;
    this.#client.overruling.begin();
    this.#live.add(keeper, { isMet: true, isNoted: true, owner, id, flags });
    this.#live.know(keeper, key);
  }

  /** Has Rust note something for a keeper that is known to it. */
  async #change(
    keeper: RegistrationKeeper,
    work: (own: Keeper, key: string) => Promise<void>,
  ): Promise<void> {
    const live = this.#live.get(keeper);
    if (!live) return;
    await this.#turns.note(
      () => this.#keyOf(keeper),
      async (own) => {
        // A fresh instance, after a trap, does not know it yet.
        await this.#noteIn(own, keeper);
        if (this.#live.get(keeper) && live.key !== undefined) await work(own, live.key);
      },
      (error) => tell(keeper, "change", { error }),
    );
  }

  /** Wrong input ends it; its error says so. */
  async #note(keeper: RegistrationKeeper): Promise<void> {
    try {
      await this.#turns.note(
        () => {
          const key = this.#keyOf(keeper);
          this.#live.know(keeper, key);
          return key;
        },
        (own) => this.#noteIn(own, keeper),
        (error) => tell(keeper, "change", { error }),
      );
    } catch (thrown) {
      this.#live.end(keeper, toSdkError(thrown));
    }
  }

  async #noteIn(own: Keeper, keeper: RegistrationKeeper): Promise<void> {
    const live = this.#live.get(keeper);
    if (!live || live.isLeaving || live.isNoted) return;
    const reader = new Reader(live.options, "options");
    const isDeletedOnPageHide = reader.boolean("deleteOnPageHide") ?? false;
    const valid = this.#validOf(keeper.request, reader.finish());
    const { owner, id, flags = isDeletedOnPageHide ? 2 : 0 } = live;
    const isKept = await own.keep(valid, { owner, id, flags });
    live.isNoted = true;
    // Another tab has stopped it while nothing was heard here.
    if (!isKept) this.#live.end(keeper);
    const snapshot = this.#keeper?.snapshot(live.key ?? "");
    if (!snapshot || !this.#live.get(keeper)) return;
    const isSuspended = snapshot.state === "suspended" && keeper.state !== "suspended";
    this.#tell(keeper, isSuspended ? "suspended" : "change", snapshot);
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
    const { calls } = this.#wasms as Wasms;
    return registrationTexts(calls, this.#calls.settings(calls).apiVersion, request, found);
  }

  #tell(keeper: RegistrationKeeper, type: string, snapshot: Snapshot): void {
    const live = this.#live.get(keeper);
    if (live) Object.assign(live, { owner: snapshot.owner, id: snapshot.id, flags: snapshot.flags });
    tell(keeper, type, snapshot);
  }

  #open(wasms: Wasms): Keeper {
    const own = this.#wasms?.session === wasms.session ? this.#keeper : undefined;
    this.#wasms = wasms;
    return own ?? this.#openIn(wasms);
  }

  #openIn({ calls, session }: Wasms): Keeper {
    const own = new Keeper(session, this.#calls, this.#calls.settings(calls), {
      onEvent: (key, type, snapshot) => {
        // What is being deleted is nobody's to keep.
        if (type !== "stopped" && !snapshot.isEnding) this.#meet(key, snapshot);
        for (const keeper of this.#live.of(key)) {
          if (!this.#live.get(keeper)?.isNoted) continue;
          if (type === "stopped") this.#live.end(keeper, snapshot.error, snapshot);
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
      onTrap: () => this.#beginAnew(session),
    });
    this.#keeper = own;
    this.#held.forget();
    if (this.#client.closing.aborted) {
      own.close();
      this.#free();
    } else {
      this.#client.overruling.begin();
      // Not before: nobody keeps a client for the sake of this.
      this.#stopListening ??= onSilence(this.#client.onSilence);
    }
    return own;
  }

  /** The instance is no more: what it kept is kept by another one. */
  #beginAnew(dead: Wasms["session"]): void {
    if (this.#wasms?.session !== dead || !this.#keeper) return;
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
