// The events of an `Auth`, as TypeScript sees them.
import type { AuthErrorCode } from "./generated.js";

/**
 * What the events of an `Auth` carry. Tabs that share a session (`storage: "local"`, or an adapter) all get them, once
 * they have asked for anything; a sign-out reaches every tab of the same person.
 */
export interface AuthEventMap {
  signedIn: CustomEvent<Record<string, never>>;
  tokenRefreshed: CustomEvent<{ expiresAt: Date }>;
  /** The access token ends soon, and there is no refresh token, or refreshing fails for now. Only in this tab. */
  tokenExpiring: CustomEvent<{ expiresAt: Date }>;
  sessionExpired: CustomEvent<{ code: AuthErrorCode }>;
  signedOut: CustomEvent<Record<string, never>>;
}

/** A function, or an object with `handleEvent`. */
export type AuthEventListener<Type extends keyof AuthEventMap> =
  | ((event: AuthEventMap[Type]) => void)
  | { handleEvent(event: AuthEventMap[Type]): void };

/** An EventTarget that knows its events by name. */
export interface AuthEvents extends EventTarget {
  addEventListener<Type extends keyof AuthEventMap>(
    type: Type,
    listener: AuthEventListener<Type> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof AuthEventMap>(
    type: Type,
    listener: AuthEventListener<Type> | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
