// A session with a provider, or the want of one. What it does is in the files beside; here is what others may ask of it.

import type { AuthError } from "../errors.js";
import type { AuthEventMap } from "../events.js";
import type { Owner } from "../owners.js";
import { ownerName, sessionOwnerName } from "../provider/names.js";
import { isCallingFetch } from "../provider/own-fetch.js";
import type { Provider } from "../provider/provider.js";
import { type Found, isAlive, type Person, type StoredSession } from "../stores/stored-session.js";
import type { TokenStore } from "../stores/token-store.js";
import { sessionEvent } from "../tabs/session-event.js";
import { SharedSession } from "../tabs/shared-session.js";
import type { TokenSource } from "../token-source.js";
import { keepAlive } from "./auto-refresh.js";
import { begin } from "./begin.js";
import { nameFor, type SessionContext, tell } from "./context.js";
import { hear } from "./hearing.js";
import { accessToken } from "./refresh.js";
import { holdBriefly, type Release } from "./refresh-lock.js";
import { SessionTokens } from "./session-tokens.js";
import { find, forget, load } from "./stored-state.js";

/**
 * @internal Told of the new state with an empty type, otherwise of an event and its detail. It must not keep what nobody else
 * keeps.
 */
export type Told = (type: "" | keyof AuthEventMap, detail: unknown) => void;

/** @internal */
export class Session implements SessionContext {
  readonly provider: Provider;
  readonly tokens: TokenStore;
  readonly shared: SharedSession;
  readonly told: Told;
  isClosed = false;
  #joining: Promise<void> | undefined;

  constructor(provider: Provider, tokens: TokenStore, told: Told) {
    this.provider = provider;
    this.tokens = tokens;
    this.told = told;
    this.shared = SharedSession.of(tokens.identity + this.sessionKey);
  }

  /** What sessions of this issuer, client and name are called in their stores. */
  get sessionKey(): string {
    return nameFor(this, "session");
  }

  /** Checks the options, and hears of the session from then on. Whatever is asked below waits for it. */
  ready(): Promise<void> {
    this.#joining ??= this.#join();
    return this.#joining;
  }

  async #join(): Promise<void> {
    try {
      const { timeoutMs } = await this.provider.facts();
      this.tokens.timeoutMs = timeoutMs;
    } catch (error) {
      this.#joining = undefined;
      throw error;
    }
    if (this.isClosed) return;
    // A server has the sessions of many people: who shares its store with nobody is told nothing.
    this.shared.join(this, this.tokens.isPrivate ? undefined : this.sessionKey);
  }

  /** Is told of nothing, and watches nothing, any more. What is under way goes on. */
  close(): void {
    this.isClosed = true;
    this.shared.leave(this);
  }

  hear(text: string): void {
    hear(this, text);
  }

  keepAlive(): void {
    keepAlive(this);
  }

  /** The session, if there is one. What is under way for another person ends. */
  async load(): Promise<StoredSession | undefined> {
    await this.ready();
    return load(this);
  }

  /** What is in the store. A damaged session is removed. */
  async found(): Promise<Found> {
    await this.ready();
    return find(this);
  }

  /** Forgets the tokens, and the key of `stored`. */
  async forget(stored?: StoredSession): Promise<void> {
    await this.ready();
    await forget(this, stored);
  }

  /** Puts a new session in the place of the one before. */
  async begin(stored: StoredSession): Promise<void> {
    await this.ready();
    await begin(this, stored);
  }

  /** Keeps refreshes away for a moment; undefined if that could not be had soon. */
  async holdBriefly(): Promise<Release | undefined> {
    await this.ready();
    return holdBriefly(this);
  }

  /** A token that is good for a call; with `isForced` another one than the stored one. */
  async accessToken(isForced: boolean): Promise<string> {
    // In this turn, before anything is waited for.
    const isInFetch = isCallingFetch(this.provider.namespace);
    await this.ready();
    return accessToken(this, isForced, isInFetch);
  }

  /** Whether there is a session that is usable, or can be refreshed. Asks the store only. */
  async isSignedIn(): Promise<boolean> {
    await this.ready();
    await this.shared.signIns.settled();
    this.keepAlive();
    const stored = await load(this).catch(() => undefined);
    return stored !== undefined && isAlive(stored);
  }

  /** The core, or the provider, does not take this access token. Resolves to whether it is the stored one. */
  async refuse(token: string): Promise<boolean> {
    const stored = await this.load();
    if (stored?.accessToken !== token) return false;
    this.shared.refuse(stored);
    return true;
  }

  /** Whose tokens they are (`sub`), where that is known. */
  async subject(): Promise<string | undefined> {
    await this.ready();
    await this.shared.signIns.settled();
    return (await load(this).catch(() => undefined))?.sub;
  }

  /** Tells this page and the other tabs; `about` is the session that it is about. */
  tell(type: "signedIn" | "signedOut", about?: Person): void {
    tell(this, sessionEvent(type), about);
  }

  /** Whose registrations may be kept now. */
  async owner(): Promise<Owner> {
    if (this.isClosed) return { kind: "unknown" };
    // It also sees to it that the session is watched.
    const isSignedIn = await this.isSignedIn();
    try {
      const stored = await load(this);
      return stored && isSignedIn ? this.ownerCalled(stored.id, stored.sub) : { kind: "nobody" };
    } catch {
      return { kind: "unknown" };
    }
  }

  /** Whose registrations the session called `id` keeps, which is `sub`'s. */
  ownerCalled(id: string, sub: string | undefined): Owner {
    const { namespace } = this.provider;
    const person = sub === undefined ? undefined : ownerName(namespace, sub);
    // The first form of stored sessions has no id.
    if (id === "") return person === undefined ? { kind: "nameless" } : { kind: "named", name: person };
    // What others may see outlives the page.
    return {
      kind: "session",
      session: sessionOwnerName(namespace, id),
      isLasting: this.tokens.isShared,
      person,
    };
  }

  /** Calls `listener` when something happened to the session, here or in another tab. Returns how to stop listening. */
  onChanged(listener: () => void): () => void {
    return this.shared.onChanged(listener);
  }

  /** Calls `listener` when what is under way with the session's tokens is to end. Returns how to stop listening. */
  onEnded(listener: (error: AuthError) => void): () => void {
    return this.shared.onEnded(listener);
  }

  /** The session as what a call gets its token from. */
  tokenSource(): TokenSource {
    return new SessionTokens(this);
  }
}
