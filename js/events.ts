// The events of an `Auth`, as TypeScript sees them.
import type { AuthErrorCode } from "./generated.js";

/** What the events of an `Auth` carry. */
export interface AuthEventMap {
  signedIn: CustomEvent<Record<string, never>>;
  tokenRefreshed: CustomEvent<{ expiresAt: Date }>;
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
