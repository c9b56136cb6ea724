// The records of one client's registrations, in the store that all tabs share, or in this page's for owners without a name.
import { fleeting, lasting, type RecordStore } from "../platform/records.js";
import {
  type Desired,
  desiredJson,
  type Grant,
  grantJson,
  MOVED,
  NAMELESS,
  type Names,
  namesOf,
  readDesired,
  readGrant,
} from "./records.js";

type Entries = [name: string, text: unknown][];

/** @internal All that is stored for an owner: by key. */
export interface Loaded {
  /** What another tab has moved to the person's name already. */
  readonly moved: readonly string[];
  readonly desired: readonly (readonly [key: string, desired: Desired])[];
  readonly grants: readonly (readonly [key: string, grant: Grant])[];
}

/** @internal What is stored for a registration. */
export interface Checked {
  /** 1: nothing is desired, 2: this is, 3: something is that this version does not read. */
  readonly what: 1 | 2 | 3;
  readonly desired: Desired | undefined;
  readonly grant: Grant | undefined;
}

const storeOf = (owner: string): RecordStore => (owner.startsWith(NAMELESS) ? fleeting : lasting);

/** @internal Of one core. Each rejects where the store refuses. */
export class Stores {
  readonly #baseUrl: string;
  readonly #apiVersion: string;

  constructor(baseUrl: string, apiVersion: string) {
    this.#baseUrl = baseUrl;
    this.#apiVersion = apiVersion;
  }

  names(owner: string): Names {
    return namesOf(owner, this.#baseUrl, this.#apiVersion);
  }

  /** Records that go by the session's name are moved to the owner's first. */
  async load(owner: string, session: string | undefined): Promise<Loaded> {
    const moved = session === undefined ? [] : await this.#move(session, owner);
    const names = this.names(owner);
    const store = storeOf(owner);
    const [desired, grants] = await Promise.all([
      store.entries(names.desired) as Promise<Entries>,
      Promise.resolve(store.entries(names.grants)).catch(() => []) as Promise<Entries>,
    ]);
    return {
      moved,
      desired: read(desired, names.desired, readDesired),
      grants: read(grants, names.grants, readGrant),
    };
  }

  /** A reload at any moment finds the one or the other. */
  async #move(session: string, person: string): Promise<string[]> {
    const [before, after] = [this.names(session), this.names(person)];
    const [source, target] = [storeOf(session), storeOf(person)];
    const moved: string[] = [];
    const entries = (await Promise.resolve(source.entries(before.desired)).catch(() => [])) as Entries;
    for (const [name, text] of entries) {
      const key = name.slice(before.desired.length);
      if (text === MOVED) moved.push(key);
      if (!readDesired(text)) continue;
      try {
        const grant = await source.get(before.grants + key);
        if (typeof grant === "string") await target.set(after.grants + key, grant);
        await target.set(after.desired + key, text as string);
        // Not removed: another tab, which does not know the person yet, would take it for stopped.
        await source.set(name, MOVED);
        await source.remove(before.grants + key);
      } catch {
        // It stays where it is.
      }
    }
    return moved;
  }

  async check(owner: string, key: string): Promise<Checked> {
    const names = this.names(owner);
    const store = storeOf(owner);
    const [text, grant] = await Promise.all([store.get(names.desired + key), store.get(names.grants + key)]);
    const desired = readDesired(text);
    return { what: desired ? 2 : typeof text === "string" ? 3 : 1, desired, grant: readGrant(grant) };
  }

  async setDesired(owner: string, key: string, desired: Desired): Promise<void> {
    await storeOf(owner).set(this.names(owner).desired + key, desiredJson(desired));
  }

  async setGrant(owner: string, key: string, grant: Grant): Promise<void> {
    await storeOf(owner).set(this.names(owner).grants + key, grantJson(grant));
  }

  /** Removes it, if `id` is what is desired; without one whatever is. Resolves to what is desired instead. */
  async forget(owner: string, key: string, id: string | undefined): Promise<Desired | undefined> {
    const names = this.names(owner);
    const store = storeOf(owner);
    if (id === undefined) {
      await Promise.all([store.remove(names.desired + key), store.remove(names.grants + key)]);
      return undefined;
    }
    const text = await store.get(names.desired + key);
    if (typeof text === "string") {
      const desired = readDesired(text);
      // What a later version wrote is left alone.
      if (desired?.[0] !== id) return desired;
      await store.remove(names.desired + key, text);
    }
    await store.remove(names.grants + key);
    return undefined;
  }

  /** The id of the deletion that another page has left for the registration, if there is one. */
  async deletion(owner: string, key: string): Promise<string | undefined> {
    const desired = readDesired(await lasting.get(this.names(owner).desired + key));
    return desired && desired[1] & 1 ? desired[0] : undefined;
  }
}

function read<T>(entries: Entries, prefix: string, as: (text: unknown) => T | undefined): [string, T][] {
  const found: [string, T][] = [];
  for (const [name, text] of entries) {
    const record = as(text);
    if (record) found.push([name.slice(prefix.length), record]);
  }
  return found;
}
