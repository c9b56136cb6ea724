// The registrations that this browser keeps. The SDK does the keeping; this is its list, for React, one for the page and
// one person. Nothing of it is stored here: the SDK remembers what is kept, and goes on after a reload.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type {
  ApiVersion,
  RegistrationKeeper,
  RegistrationRequest,
  SdkError,
  SipBreakoutClient,
} from "sipbreakout-web";
import { plainNumber } from "./draft.ts";
import { isSame, type Kept, keptOf, usualSeconds } from "./kept.ts";
import { openClient } from "./sdk.ts";

/** What was asked for: the keeper, and whether the core took it in the end. If not, its card says why. */
export interface Asked {
  keeper: RegistrationKeeper;
  /** The number was kept already. */
  isKnown: boolean;
  taken: Promise<boolean>;
}

export interface KeptList {
  /** Undefined until it is known what is kept. */
  kept: readonly Kept[] | undefined;
  /** Why it is not known. */
  error: unknown;
}

export class Keeping {
  // A client speaks one version of the API, and keeps its own list.
  readonly #clients = { v1: openClient("v1"), v0: openClient("v0") };
  #list: KeptList = { kept: undefined, error: undefined };
  readonly #seconds = new WeakMap<RegistrationKeeper, number>();
  readonly #watched = new WeakSet<RegistrationKeeper>();
  readonly #listeners = new Set<() => void>();

  constructor() {
    for (const client of Object.values(this.#clients)) {
      // Also when another tab keeps a further number.
      client.addEventListener("keepersChanged", () => this.#publish({}));
    }
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly read = () => this.#list;

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
  async keep(apiVersion: ApiVersion, request: RegistrationRequest): Promise<Asked> {
    // Just after the page was opened it is not known yet what is kept.
    if (this.#list.kept === undefined) await this.resume();
    const number = plainNumber(request.phoneNumber ?? "");
    const known = this.#list.kept?.find((one) => one.number === number);
    if (known?.apiVersion === apiVersion) return this.#change(known, request);
    await known?.keeper.stop();
    const keeper = this.#clients[apiVersion].keepRegistered(request);
    return { keeper, isKnown: known !== undefined, taken: outcomeOf(keeper) };
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

  /** Deletes at the core what is not kept any more. */
  async delete({ apiVersion, request: { sipUri, phoneNumber } }: Kept, signal: AbortSignal): Promise<void> {
    await this.#clients[apiVersion].deleteRegistration({ sipUri, phoneNumber }, { signal });
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
    const kept = versions.flatMap(([apiVersion, { keepers }]) =>
      keepers.map((keeper) => {
        this.#watch(keeper);
        return keptOf(keeper, apiVersion, this.#seconds.get(keeper) ?? usualSeconds);
      }),
    );
    return kept.sort((one, other) => one.number.localeCompare(other.number));
  }
}

/** That the same comes in the way again can't be told from its being told again. */
const patienceMs = 10_000;

/** Whether the core takes what is asked for now: true, or false at the first sign that it does not. */
function outcomeOf(keeper: RegistrationKeeper): Promise<boolean> {
  const { expiresAt: ended, lastError: known } = keeper;
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

let current: { sub: string; keeping: Keeping } | undefined;

/** The list of the person who is signed in. Another person's is none of this one's business. */
function keepingOf(sub: string): Keeping {
  if (current?.sub !== sub) {
    current?.keeping.close();
    current = { sub, keeping: new Keeping() };
  }
  return current.keeping;
}

export function useKeeping(sub: string): { keeping: Keeping; list: KeptList } {
  const keeping = useMemo(() => keepingOf(sub), [sub]);
  const list = useSyncExternalStore(keeping.subscribe, keeping.read);
  useEffect(() => {
    keeping.resume();
  }, [keeping]);
  return { keeping, list };
}
