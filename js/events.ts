// The events of an `Auth`, as TypeScript sees them.
import type { AuthError, SdkError } from "./errors.js";
import type { AuthErrorCode } from "./generated.js";
import type { RegistrationRequest } from "./options.js";

/**
 * What the events of an `Auth` carry. Tabs that share a session (`storage: "local"`, or an adapter) all get them, once
 * they have asked for anything; a sign-out reaches every tab of the same person.
 */
export interface AuthEventMap {
  signedIn: CustomEvent<Record<string, never>>;
  tokenRefreshed: CustomEvent<{ expiresAt: Date }>;
  /** The access token ends soon, and there is no refresh token, or refreshing fails for now. Only in this tab. */
  tokenExpiring: CustomEvent<{ expiresAt: Date }>;
  /**
   * The access token has expired and can't be renewed for now: the provider can't be reached, or its refusal does not say
   * that the session has ended. Dispatched after three tries or a minute; the SDK goes on trying. `tokenRefreshed` or
   * `sessionExpired` follows. Offer the sign-in beside what is shown. `error` is what getAccessToken() rejects with.
   */
  sessionUncertain: CustomEvent<{ code: AuthErrorCode; error?: AuthError }>;
  /** The session ended by itself. `error` is there in the tab that found out. */
  sessionExpired: CustomEvent<{ code: AuthErrorCode; error?: AuthError }>;
  signedOut: CustomEvent<Record<string, never>>;
}

/**
 * What this page knows of the session.
 * - `unknown`: the page has not asked yet, so the store was not read.
 * - `signedOut`: nobody is signed in, or the session has ended.
 * - `signedIn`: there is a session. Its access token is good, or is being renewed.
 * - `uncertain`: there is a session, but its access token has expired and can't be renewed for now.
 */
export type SessionState = "unknown" | "signedOut" | "signedIn" | "uncertain";

/** A function, or an object with `handleEvent`. */
export type AuthEventListener<Type extends keyof AuthEventMap> =
  | ((event: AuthEventMap[Type]) => void)
  | { handleEvent(event: AuthEventMap[Type]): void };

/** An EventTarget that knows its events by name. */
export interface TypedEvents<EventMap extends { [Type in keyof EventMap]: Event }> extends EventTarget {
  addEventListener<Type extends keyof EventMap & string>(
    type: Type,
    listener: EventListenerOf<EventMap, Type> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof EventMap & string>(
    type: Type,
    listener: EventListenerOf<EventMap, Type> | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

type EventListenerOf<EventMap, Type extends keyof EventMap> =
  | ((event: EventMap[Type]) => void)
  | { handleEvent(event: EventMap[Type]): void };

/** The events of an `Auth`. */
export type AuthEvents = TypedEvents<AuthEventMap>;

/**
 * How a kept registration stands.
 * - `registering`: this page does not know that the core has it. What was stopped before may still be there.
 * - `registered`: the core has what `inEffect` says. That is not what is wanted while a change is under way or failed.
 * - `atRisk`: the core has it still, but could not be told again so far. It is tried again.
 * - `lapsed`: the core has forgotten it; calls do not reach the PBX. It is tried again.
 * - `rejected`: the core does not want it. Nothing more is tried until `update`.
 * - `suspended`: nobody is signed in, or somebody else. It goes on when the same person signs in again.
 * - `stopped`: it is kept no more.
 */
export type KeeperState =
  | "registering"
  | "registered"
  | "atRisk"
  | "lapsed"
  | "rejected"
  | "suspended"
  | "stopped";

/** How a kept registration stands when an event tells of it. */
export interface KeeperEventDetail {
  state: KeeperState;
  /** What the core has: see `RegistrationKeeper.inEffect`. */
  inEffect: Readonly<RegistrationRequest> | undefined;
  expiresAt: Date | undefined;
  nextRefreshAt: Date | undefined;
  /** What came in the way, with `atRisk`, `rejected`, `stopped` and `change`. */
  error: SdkError | undefined;
}

type KeeperEvent = CustomEvent<KeeperEventDetail>;

/** What the events of a `RegistrationKeeper` carry. They are dispatched in every tab that has a keeper of the registration. */
export interface KeeperEventMap {
  /** The core took what is wanted, or took it again after it had lapsed. */
  registered: KeeperEvent;
  /** The core was told again, in time. */
  refreshed: KeeperEvent;
  /** The core could not be told so far, and will forget it before long. It is tried again. */
  atRisk: KeeperEvent;
  /** The core has forgotten it. It is tried again. */
  lapsed: KeeperEvent;
  /** The core does not want it: nothing more is tried until `update`. */
  rejected: KeeperEvent;
  /** Nobody is signed in any more, or somebody else is. */
  suspended: KeeperEvent;
  /** The same person is signed in again. */
  resumed: KeeperEvent;
  /** It is kept no more: `stop()`, a sign-out, `close()`, or wrong input. */
  stopped: KeeperEvent;
  /** After each of the others, and when anything else has changed: for views. */
  change: KeeperEvent;
}

/** The events of a `RegistrationKeeper`. */
export type KeeperEvents = TypedEvents<KeeperEventMap>;

/** What the events of a client carry. */
export interface ClientEventMap {
  /** There are other `keepers` than before. */
  keepersChanged: Event;
  /**
   * The browser's database, which remembers what is kept, does not answer. Keepers go on, but what is wanted meanwhile is not
   * known after a reload, nor in other tabs. It is asked again every half a minute, and then what is kept is stored.
   */
  storageUnavailable: Event;
}

/** The events of a client. */
export type ClientEvents = TypedEvents<ClientEventMap>;
