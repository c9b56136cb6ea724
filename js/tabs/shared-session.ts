// What all `Auth` objects of one session (issuer, client, name and store) share within a page. An application may make several
// (React's strict mode, hot replacement, two modules): a refresh token must still be sent once, a code be exchanged once, and
// all of them be told. Two stores are two sessions, even if both are adapters: they may hold those of two people.

import type { AuthError } from "../errors.js";
import type { AuthEventMap, SessionState } from "../events.js";
import { bare } from "../given/read.js";
import { ageMs, type Moment, now } from "../platform/clock.js";
import { authError, changed } from "../provider/auth-error.js";
import { replaced } from "../stores/session-errors.js";
import { isSamePersons, type Person, type StoredSession, stageOf } from "../stores/stored-session.js";
import { type SessionEvent, stateAfter } from "./session-event.js";
import { type FinishedSignIn, SignIns } from "./sign-ins.js";
import { Signal } from "./signal.js";
import { SingleFlight } from "./single-flight.js";
import { openChannel, post } from "./tab-channel.js";

/** An `Auth` of the session. */
interface Member {
  /** With an empty type the new state, otherwise an event and its details. */
  told(type: "" | keyof AuthEventMap, detail: unknown): void;
  /** Another tab has posted this. */
  hear(text: string): void;
  /** Begins to watch the session's token. */
  keepAlive(): void;
}

/** @internal How renewing the session fails, as Rust writes it. */
export interface NotedTrouble {
  readonly stage: string;
  readonly text: string;
  /** Of the last try, if this page made it. */
  readonly error: AuthError | undefined;
}

/** What this page knows of a try that another tab made. */
const NOT_RENEWED = "The access token can't be renewed for now; it is tried again.";

/** Whatever the page does with it must not disturb the session. */
function toldQuietly(member: Member, type: "" | keyof AuthEventMap, detail: unknown): void {
  try {
    member.told(type, detail);
  } catch {}
}

const ofPage = new Map<string, WeakRef<SharedSession>>();

/** @internal */
export class SharedSession {
  readonly refreshing = new SingleFlight<string>();
  /** A code is exchanged once. */
  readonly signIns = new SignIns();
  /** Something happened to the session, here or in another tab. */
  readonly #changed = new Signal();
  readonly #ended = new Signal<AuthError>();
  /** The page woke, or has a network again: what failed before may be tried at once. */
  readonly #woke = new Signal();
  /** Sessions are not kept for this. */
  #members: WeakRef<Member>[] = [];
  #channel: BroadcastChannel | undefined;
  #owner: Person | undefined;
  /** The session that another tab said it began. It may be in the store although it was not seen there yet. */
  #announced: string | undefined;
  #state: SessionState = "unknown";
  #trouble: NotedTrouble | undefined;
  #doubt: AuthError | undefined;
  readonly #doubted = new Signal<AuthError | undefined>();
  /** The stage of the session whose access token the core, or the provider's user info, refused. */
  #refused: string | undefined;
  /** The provider asked for patience (`Retry-After`): since when, for how long, and what it said. */
  #blocked: { since: Moment; ms: number; error: AuthError } | undefined;
  #ends = 0;
  /** Ends when the newest trouble is noted beside the session. */
  noting: Promise<void> = Promise.resolve();
  /** It woke since the last try. */
  isLifted = false;
  /** Somebody sees to it that the token is renewed in time. */
  isKept = false;
  /** That was asked for since the last look. */
  isKeepingAsked = false;
  /** The store was looked at for being another tab's copy. */
  isCopyChecked = false;

  /** That of the session called `name`. */
  static of(name: string): SharedSession {
    for (const [known, session] of ofPage) if (!session.deref()) ofPage.delete(known);
    const session = ofPage.get(name)?.deref() ?? new SharedSession();
    ofPage.set(name, new WeakRef(session));
    return session;
  }

  /** `member` is told of all events, for as long as somebody else keeps it; with `channel`, also of those of other tabs. */
  join(member: Member, channel: string | undefined): void {
    this.#members = this.#members.filter((known) => known.deref());
    this.#members.push(new WeakRef(member));
    if (channel !== undefined) this.#channel ??= openChannel(channel, this);
    if (this.#state !== "unknown") toldQuietly(member, "", this.#state);
  }

  /** `member` is told of nothing any more, and another one watches the token. */
  leave(member: Member): void {
    this.#members = this.#members.filter((known) => known.deref() !== member);
    if (this.#alive().length === 0) {
      this.#channel?.close();
      this.#channel = undefined;
    }
    this.#changed.fire();
  }

  /** Of several members the first takes what comes. */
  hear(text: string): void {
    this.#alive()[0]?.hear(text);
  }

  #alive(): Member[] {
    return this.#members.map((member) => member.deref()).filter((member) => member !== undefined);
  }

  /** Tells the other tabs. */
  post(text: string): void {
    post(this.#channel, text);
  }

  /** Who watched the session's token is gone: somebody else is to. */
  handOver(): void {
    this.isKept = false;
    for (const member of this.#alive()) {
      if (this.isKept) return;
      member.keepAlive();
    }
  }

  onChanged(listener: () => void): () => void {
    return this.#changed.on(listener);
  }

  /** Calls under way with the session's tokens end with the error. */
  onEnded(listener: (error: AuthError) => void): () => void {
    return this.#ended.on(listener);
  }

  onWoke(listener: () => void): () => void {
    return this.#woke.on(listener);
  }

  /** Ends what is under way with the session's tokens. */
  end(why: AuthError): void {
    this.#owner = undefined;
    this.#end(why);
  }

  #end(why: AuthError): void {
    this.#ends += 1;
    this.#ended.fire(why);
  }

  /** Another number whenever something ended. */
  get ends(): number {
    return this.#ends;
  }

  /** The store has this session. What is under way for somebody else ends: it would go on with these tokens. */
  meet(stored: Person): void {
    const before = this.#owner;
    this.#owner = { id: stored.id, sub: stored.sub };
    if (before?.id !== stored.id) this.#announced = undefined;
    if (before && !isSamePersons(stored, before)) this.#end(replaced());
  }

  /** Whose session was last seen in the store. */
  owner(): Person | undefined {
    return this.#owner;
  }

  /** Whether the session that was last seen in the store is the one called `id`. */
  hasMet(id: string | undefined): boolean {
    return id !== undefined && this.#owner?.id === id;
  }

  /** Another tab says that it began this session. */
  announce(id: string | undefined): void {
    this.#announced = id;
  }

  /** Whether another session than the one called `id` may be in the store by now, although it was not seen there. */
  mayBeReplaced(id: string | undefined): boolean {
    return this.#announced !== undefined && this.#announced !== id;
  }

  /** The provider asked not to be asked for `ms`. */
  block(ms: number, error: AuthError): void {
    this.#blocked = { since: now(), ms, error };
  }

  /** What to say instead of asking; its `retryAfterMs` is what is left. */
  blocked(): AuthError | undefined {
    if (!this.#blocked) return undefined;
    const { since, ms, error } = this.#blocked;
    const leftMs = ms - ageMs(since, now());
    if (leftMs > 0) return changed(error, { retryAfterMs: leftMs });
    this.#blocked = undefined;
    return undefined;
  }

  /** Tells all, and whoever watches the session. */
  tell(event: SessionEvent): void {
    this.#changed.fire();
    this.tellHere(event);
  }

  /** Tells all, first of the state that goes with the event. */
  tellHere({ type, at, code, error }: SessionEvent): void {
    if (type === "signedOut") this.signIns.forgetFinished();
    const state = stateAfter(type);
    if (state) {
      if (state !== "uncertain") this.#trouble = undefined;
      this.setState(state);
      this.#setDoubt(
        state === "uncertain" ? (error ?? authError(code ?? "network", NOT_RENEWED)) : undefined,
      );
    }
    const detail = () =>
      bare({
        ...(at !== undefined && { expiresAt: new Date(at) }),
        ...(code !== undefined && { code }),
        ...(error && { error }),
      });
    this.#tellAll(type, detail);
  }

  get state(): SessionState {
    return this.#state;
  }

  setState(state: SessionState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#tellAll("", () => state);
  }

  #setDoubt(doubt: AuthError | undefined): void {
    if (this.#doubt === doubt) return;
    this.#doubt = doubt;
    this.#doubted.fire(doubt);
  }

  /** Why the access token can't be renewed for now, if the session is uncertain. */
  get doubt(): AuthError | undefined {
    return this.#doubt;
  }

  onDoubted(listener: (doubt: AuthError | undefined) => void): () => void {
    return this.#doubted.on(listener);
  }

  #tellAll(type: "" | keyof AuthEventMap, detail: () => unknown): void {
    for (const member of this.#alive()) toldQuietly(member, type, detail());
  }

  get isTroubled(): boolean {
    return this.#trouble !== undefined;
  }

  /** What this page knows of trouble with this stage of the session. */
  troubleOf(stored: StoredSession): NotedTrouble | undefined {
    return this.#trouble?.stage === stageOf(stored) ? this.#trouble : undefined;
  }

  setTrouble(trouble: NotedTrouble | undefined): void {
    this.#trouble = trouble;
  }

  /** It is over. Returns whether there was any. */
  forgetTrouble(): boolean {
    const wasTroubled = this.isTroubled;
    this.#trouble = undefined;
    return wasTroubled;
  }

  /** The core, or the provider, does not take this access token. */
  refuse(stored: StoredSession): void {
    this.#refused = stageOf(stored);
  }

  isRefused(stored: StoredSession): boolean {
    return this.#refused === stageOf(stored);
  }

  /** The page woke, or has a network again. */
  wake(): void {
    this.isLifted = true;
    this.#woke.fire();
  }

  /**
   * The sign-in of this state that a session with another store finishes, or has finished. `key` is the name that sessions of
   * one issuer, client and name have in their stores.
   */
  static signInElsewhere(key: string, state: string): Promise<FinishedSignIn> | undefined {
    for (const [name, session] of ofPage) {
      const known = name.endsWith(key) ? session.deref()?.signIns.get(state) : undefined;
      if (known) return known;
    }
    return undefined;
  }
}
