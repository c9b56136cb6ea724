// The events of a session (signed in, renewed, ended), and the state that each leads to.
import type { AuthError } from "../errors.js";
import type { AuthEventMap, SessionState } from "../events.js";
import type { AuthErrorCode } from "../generated.js";
import { bare } from "../given/read.js";

/** @internal What happened to a session. */
export interface SessionEvent {
  readonly type: keyof AuthEventMap;
  /** When the access token ends, by the wall clock: of `tokenRefreshed` and `tokenExpiring`. */
  readonly at: number | undefined;
  /** Of `sessionUncertain` and `sessionExpired`. */
  readonly code: AuthErrorCode | undefined;
  /** What it came from. Other tabs are not told. */
  readonly error: AuthError | undefined;
}

/** @internal With all its fields: what stands on Object.prototype is none of them. */
export const sessionEvent = (
  type: SessionEvent["type"],
  at?: number,
  code?: AuthErrorCode,
  error?: AuthError,
): SessionEvent => ({ type, at, code, error });

const STATES: { [Type in keyof AuthEventMap]?: SessionState } = bare({
  signedIn: "signedIn",
  tokenRefreshed: "signedIn",
  sessionUncertain: "uncertain",
  sessionExpired: "signedOut",
  signedOut: "signedOut",
} as const);

/** @internal The state that goes with an event; undefined if it stays. */
export const stateAfter = (type: SessionEvent["type"]): SessionState | undefined => STATES[type];
