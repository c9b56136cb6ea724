// The registrations that this browser keeps. The SDK does the keeping; this is its list, for React, one for the page and
// one person. Nothing of it is stored here: the SDK remembers what is kept, and goes on after a reload.
import { useEffect, useSyncExternalStore } from "react";
import {
  type ApiVersion,
  parsePhoneNumber,
  type RegistrationKeeper,
  RegistrationRejectedError,
  type RegistrationRequest,
  type SdkError,
  type SipBreakoutClient,
} from "sipbreakout-web";
import { isSame, type Kept, keptOf, usualSeconds } from "./kept.ts";
import { openClient } from "./sdk.ts";

/** What was asked for: the keeper, and whether the core took it in the end. If not, its card says why. */
export interface Asked {
  keeper: RegistrationKeeper;
  /** The number was kept already. */
  isKnown: boolean;
  taken: Promise<boolean>;
}

/** What was to be deleted, and why that failed. */
export interface Undeleted {
  kept: Kept;
  error: unknown;
}

export interface KeptList {
  /** Undefined until it is known what is kept. */
  kept: readonly Kept[] | undefined;
  /** Why it is not known. */
  error: unknown;
  undeleted: readonly Undeleted[];
}

export class Keeping {
  // A client speaks one version of the API, and keeps its own list.
  readonly #clients = { v1: openClient("v1"), v0: openClient("v0") };
  #list: KeptList = { kept: undefined, error: undefined, undeleted: [] };
  readonly #seconds = new WeakMap<RegistrationKeeper, number>();
  readonly #watched = new WeakSet<RegistrationKeeper>();
  /** Those whose place another version's keeper takes at this moment. */
  readonly #leaving = new WeakSet<RegistrationKeeper>();
  readonly #deleting = new WeakSet<RegistrationKeeper>();
  /** What stood when a keeper of another version took the place of one. */
  readonly #before = new WeakMap<RegistrationKeeper, Kept>();
  readonly #listeners = new Set<() => void>();

  constructor() {
    for (const client of Object.values(this.#clients)) {
      // Also when another tab keeps a further number.
      client.addEventListener("keepersChanged", () => this.#publish({}));
    }
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  readonly read = () => this.#list;

  /** Whether anything is kept, also while the list is not known. */
  get isKeeping(): boolean {
    return Object.values(this.#clients).some((client) => client.keepers.length > 0);
  }

  /** Goes on with what was kept before a reload, or is kept by another tab. */
  readonly resume = async () => {
    try {
      await Promise.all(Object.values(this.#clients).map((client) => client.resumeKeepers()));
      this.#publish({ error: undefined });
    } catch (error) {
      this.#publish({ error });
    }
  };

  /** Keeps a number from now on, or keeps it otherwise than before. */
  async keep(apiVersion: ApiVersion, typed: RegistrationRequest): Promise<Asked> {
    const { phoneNumber } = typed;
    const number = phoneNumber === undefined ? "" : await parsePhoneNumber(phoneNumber);
    const request = { ...typed, phoneNumber: number || undefined };
    // Just after the page was opened it is not known yet what is kept.
    if (this.#list.kept === undefined) await this.resume();
    const same = this.#list.kept?.filter((one) => one.number === number) ?? [];
    const known = same.find((one) => one.apiVersion === apiVersion);
    const others = same.filter((one) => one !== known);
    const asked = known ? await this.#change(known, request) : this.#begin(apiVersion, request, others[0]);
    // A number has one registration: what another version's keeper wants would take its place again.
    for (const { keeper } of others) await this.#leave(keeper);
    this.#publish({ undeleted: this.#list.undeleted.filter(({ kept }) => kept.number !== number) });
    return asked;
  }

  #begin(apiVersion: ApiVersion, request: RegistrationRequest, before: Kept | undefined): Asked {
    if (before) this.#leaving.add(before.keeper);
    const keeper = this.#clients[apiVersion].keepRegistered(request);
    if (before) this.#before.set(keeper, before);
    // A deletion that failed came in the way of what was wanted before.
    const stale = this.#list.undeleted.find(({ kept }) => kept.number === (request.phoneNumber ?? ""));
    const taken = outcomeOf(keeper, stale?.error as SdkError | undefined);
    return { keeper, isKnown: before !== undefined, taken };
  }

  async #leave(keeper: RegistrationKeeper): Promise<void> {
    this.#leaving.add(keeper);
    try {
      await keeper.stop();
    } finally {
      // If it could not be stopped, it is to be seen.
      this.#leaving.delete(keeper);
    }
  }

  async #change(
    { keeper, request: before, state, error }: Kept,
    request: RegistrationRequest,
  ): Promise<Asked> {
    const taken = outcomeOf(keeper);
    // The same again is a refresh, unless it is on its way.
    const isUnderWay = state === "registering" && error === undefined;
    if (!isSame(before, request) || state === "rejected") await keeper.update(request);
    else if (!isUnderWay) await keeper.refresh();
    return { keeper, isKnown: true, taken };
  }

  /** Tells the core now. */
  async refresh(keeper: RegistrationKeeper): Promise<Asked> {
    const taken = outcomeOf(keeper);
    await keeper.refresh();
    return { keeper, isKnown: true, taken };
  }

  /** Deletes at the core, and keeps no more. What could not be deleted is in the list then. */
  delete(kept: Kept): Promise<boolean> {
    return this.#try(kept, async () => {
      // Another tab may have stopped it while this one asked whether to delete it.
      if (kept.keeper.state === "stopped") await this.#deleteTaken(kept);
      else await kept.keeper.stop({ delete: true });
    });
  }

  /** Tries again to delete what is no longer kept. */
  deleteAgain({ kept }: Undeleted): Promise<boolean> {
    return this.#try(kept, () => this.#deleteTaken(kept));
  }

  /**
   * Deletes what is not kept any more: keeps it, and stops that in the same turn. So the SDK, which may be trying again to
   * delete it, knows what came of it. The operator wants to hear the address that it has.
   */
  async #deleteTaken({ request, apiVersion, inEffect = { request, apiVersion } }: Kept): Promise<void> {
    const keeper = this.#clients[inEffect.apiVersion].keepRegistered(inEffect.request);
    this.#leaving.add(keeper);
    await keeper.stop({ delete: true });
  }

  async #try(kept: Kept, deletion: () => Promise<void>): Promise<boolean> {
    this.#deleting.add(kept.keeper);
    this.#publish({});
    const error = await deletion().then(
      () => undefined,
      (cause: unknown) => this.#isLeft(kept, cause),
    );
    this.#deleting.delete(kept.keeper);
    const others = this.#list.undeleted.filter((one) => one.kept.keeper !== kept.keeper);
    this.#publish({ undeleted: error === undefined ? others : [...others, { kept, error }] });
    return error === undefined;
  }

  /** Why it is still there after a deletion failed with `error`; undefined if it is not. */
  async #isLeft(kept: Kept, error: unknown): Promise<unknown> {
    if (!(error instanceof RegistrationRejectedError)) return error;
    // The operator has nothing of ours to delete, and that is what was wanted.
    if (kept.expiresAt === undefined || kept.expiresAt <= Date.now()) return undefined;
    // After a change of the address that failed it has the one from before.
    if (!kept.inEffect || kept.inEffect.request.sipUri === kept.request.sipUri) return error;
    return this.#deleteTaken(kept).then(
      () => undefined,
      (cause: unknown) => cause,
    );
  }

  dismiss(undeleted: Undeleted) {
    this.#publish({ undeleted: this.#list.undeleted.filter((one) => one !== undeleted) });
  }

  close() {
    // Nobody is to be told of the end: another list takes the place of this one.
    this.#listeners.clear();
    for (const client of Object.values(this.#clients)) client.close();
  }

  #watch(keeper: RegistrationKeeper) {
    if (this.#watched.has(keeper)) return;
    this.#watched.add(keeper);
    let measured: number | undefined;
    const measure = () => {
      const ends = keeper.expiresAt?.getTime();
      if (ends === undefined || ends === measured) return;
      measured = ends;
      // From when the request was sent, so that it is a little less than what the core said.
      this.#seconds.set(keeper, Math.ceil((ends - Date.now()) / 1000));
    };
    keeper.addEventListener("registered", measure);
    keeper.addEventListener("refreshed", measure);
    keeper.addEventListener("change", () => this.#publish({}));
  }

  #publish(changes: Partial<KeptList>) {
    this.#list = { ...this.#list, ...changes };
    const isKnown = this.#list.kept !== undefined || "error" in changes;
    if (isKnown && this.#list.error === undefined) this.#list = { ...this.#list, kept: this.#look() };
    for (const listener of this.#listeners) listener();
  }

  #look(): readonly Kept[] {
    const versions = Object.entries(this.#clients) as [ApiVersion, SipBreakoutClient][];
    const kept = versions.flatMap(([apiVersion, { keepers }]) => {
      const shown = keepers.filter((keeper) => !this.#leaving.has(keeper));
      return shown.map((keeper) => this.#lookAt(keeper, apiVersion));
    });
    return kept.sort((one, other) => one.number.localeCompare(other.number));
  }

  #lookAt(keeper: RegistrationKeeper, apiVersion: ApiVersion): Kept {
    this.#watch(keeper);
    const seconds = this.#seconds.get(keeper) ?? usualSeconds;
    const isDeleting = this.#deleting.has(keeper);
    const kept = { ...keptOf(keeper, apiVersion, seconds), isDeleting };
    const before = this.#before.get(keeper);
    if (!before || kept.expiresAt !== undefined) return kept;
    // The operator has it still by the other version of the API.
    const { expiresAt, inEffect, timeToLiveSeconds } = before;
    return { ...kept, expiresAt, inEffect, timeToLiveSeconds };
  }
}

/** That the same comes in the way again can't be told from its being told again. */
const patienceMs = 10_000;

/** Whether the core takes what is asked for now: true, or false at the first sign that it does not. */
function outcomeOf(keeper: RegistrationKeeper, stale?: SdkError): Promise<boolean> {
  const { expiresAt: ended, lastError: known = stale } = keeper;
  return new Promise((resolve) => {
    const over = new AbortController();
    const end = (taken: boolean) => {
      clearTimeout(timer);
      over.abort();
      resolve(taken);
    };
    const until = { signal: over.signal };
    for (const type of ["registered", "refreshed"] as const) {
      // What is told of the time before the question is no answer to it.
      keeper.addEventListener(
        type,
        () => keeper.expiresAt?.getTime() !== ended?.getTime() && end(true),
        until,
      );
    }
    for (const type of ["rejected", "suspended", "stopped"] as const) {
      keeper.addEventListener(type, () => end(false), until);
    }
    const isNew = (error: SdkError) => error.code !== known?.code || error.message !== known.message;
    keeper.addEventListener("change", ({ detail: { error } }) => error && isNew(error) && end(false), until);
    const timer = setTimeout(end, patienceMs, false);
  });
}

/** The list of whoever is signed in, and who that is, as far as the provider has said it. */
let current: { sub: string | undefined; keeping: Keeping } | undefined;
/** Somebody signed in or out since: `current` may be another person's. */
let isDoubtful = false;

export function hasKeeping(): boolean {
  return current !== undefined;
}

export function doubtPerson() {
  isDoubtful = current !== undefined;
}

/** The list of this person; undefined: of whoever is signed in. Another person's list is none of theirs. */
export function keepingOf(sub: string | undefined): Keeping {
  const isNamed = sub !== undefined && current?.sub !== undefined;
  const fits = isNamed ? current?.sub === sub : !isDoubtful;
  if (!current || !fits) {
    current?.keeping.close();
    current = { sub, keeping: new Keeping() };
  }
  current.sub ??= sub;
  isDoubtful = false;
  return current.keeping;
}

export function useKept(keeping: Keeping): KeptList {
  const list = useSyncExternalStore(keeping.subscribe, keeping.read);
  useEffect(() => {
    void keeping.resume();
  }, [keeping]);
  return list;
}
