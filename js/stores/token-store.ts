// Where the session is kept: the single truth about it, which other tabs may share.

import type { AuthOptions } from "../auth-options.js";
import { read } from "../given/read.js";
import { lasting } from "../platform/records.js";
import { within } from "../platform/time-limit.js";
import { guarded } from "./guarded-store.js";
import { nameOf, type PageMemory } from "./memory.js";
import { storageRefused } from "./session-errors.js";
import { isCopied, mayRefresh, tabName } from "./tab.js";

/** What all kinds have. */
interface Strings {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
  remove(key: string): unknown;
}

/** @internal Rejects with AuthError `storage_unavailable`. */
export class TokenStore {
  /** The kind of place it is, which tabs tell each other. Two stores of the application's own have the same. */
  readonly place: string;
  /** Tells two stores in a page apart: sessions in two stores share no token. */
  readonly identity: string;
  /** Others than the sessions of this page see the same: other tabs, a frame, a second copy of the package. It outlives the page. */
  readonly isShared: boolean;
  /** The tab that alone sees it; empty if all tabs do. */
  readonly tab: string;
  /** Only one object in the whole process can see it: there is nobody to hear from. */
  readonly isPrivate: boolean;
  /** It is the application's own: that may take its time, or never answer. */
  readonly isForeign: boolean;
  /** How long a foreign one may take; set when the options are checked. */
  timeoutMs = 10_000;
  /** Undefined where there is none. */
  readonly #strings: () => Strings | undefined;

  /** `storage` is the option, checked. */
  constructor(storage: AuthOptions["storage"], { memory, isOwnMemory }: PageMemory) {
    const isForeign = typeof storage === "object" && storage !== null;
    const isMemory = !isForeign && storage !== "session" && storage !== "local";
    const name = isForeign ? nameOf(storage) : isMemory && isOwnMemory ? nameOf(memory) : "";
    this.tab = storage === "session" ? tabName() : "";
    const kind = isForeign ? "adapter" : isMemory ? "memory" : storage;
    // A frame, and a second copy of the package, are of the same tab.
    this.place = this.tab ? `session/${this.tab}` : kind;
    this.identity = isForeign || isMemory ? `${kind}/${name}` : this.place;
    this.isShared = !isMemory;
    this.isPrivate = isMemory && name !== "";
    this.isForeign = isForeign;
    if (isForeign) {
      const strings = guarded(storage);
      this.#strings = () => strings;
    } else if (isMemory) this.#strings = () => memory;
    else this.#strings = () => pageStrings(storage);
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#ask((strings) => strings.get(key));
    if (value === undefined || value === null) return undefined;
    // What else an adapter returns is no cause: it may hold the tokens.
    if (typeof value !== "string") throw storageRefused();
    return value;
  }

  async set(key: string, value: string): Promise<void> {
    await this.#ask((strings) => strings.set(key, value));
  }

  async remove(key: string): Promise<void> {
    await this.#ask((strings) => strings.remove(key));
  }

  /** Whether its content was copied from another tab, which is still there. */
  async isCopy(): Promise<boolean> {
    return this.place.startsWith("session") && (await isCopied().catch(() => false));
  }

  /** Whether no other tab, which has a copy of it, has taken the refresh tokens over. If one has they are gone here. */
  async mayRefresh(): Promise<boolean> {
    return !this.place.startsWith("session") || mayRefresh().catch(() => true);
  }

  /**
   * Tabs may read what others have overwritten already: browsers carry localStorage from process to process in their own
   * time. So a database, which is no slower than a lock, says which stage of `key` they have to wait for.
   */
  async setStage(key: string, stage: string): Promise<void> {
    if (this.place !== "local") return;
    try {
      await lasting.set(key, stage);
    } catch {
      // Without a database nobody waits.
    }
  }

  /** The stage that was told last; undefined where nobody need wait. */
  async stage(key: string): Promise<string | undefined> {
    if (this.place !== "local") return undefined;
    try {
      const stage = await lasting.get(key);
      return typeof stage === "string" ? stage : undefined;
    } catch {
      return undefined;
    }
  }

  async #ask(work: (strings: Strings) => unknown): Promise<unknown> {
    let cause: unknown;
    try {
      const strings = this.#strings();
      if (strings && !this.isForeign) return await work(strings);
      const answer = strings && (await within(this.timeoutMs, (async () => [await work(strings)])()));
      if (answer) return answer[0];
    } catch (thrown) {
      cause = thrown;
    }
    throw storageRefused(cause);
  }
}

/** Looked up at each access: it may come and go with the user's settings. */
function pageStrings(storage: "local" | "session"): Strings | undefined {
  const page = read(globalThis, `${storage}Storage`) as Storage | null | undefined;
  if (!page) return undefined;
  return {
    get: (key) => page.getItem(key),
    set: (key, value) => page.setItem(key, value),
    remove: (key) => page.removeItem(key),
  };
}

/** @internal */
export const tokenStore = (storage: AuthOptions["storage"], memory: PageMemory): TokenStore =>
  new TokenStore(storage, memory);
