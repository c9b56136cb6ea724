// Ends a session that nobody signed out of: forgets it, and tells everybody.
import type { AuthError } from "../errors.js";
import type { AuthErrorCode } from "../generated.js";
import { changed } from "../provider/auth-error.js";
import { sessionExpired } from "../stores/session-errors.js";
import { isSame, type StoredSession } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import { type SessionContext, tell } from "./context.js";
import { forget, load } from "./stored-state.js";

/** @internal Ends the session because of `why`. Resolves to what is told. */
export function endFor(context: SessionContext, ended: StoredSession, why: AuthError): Promise<AuthError> {
  const error = sessionExpired();
  const { code, description, uri, httpStatus } = why;
  const message = `${error.message} ${why.message}`;
  const told = { message, description, uri, httpStatus } as Parameters<typeof changed>[1];
  return endSession(context, ended, code, changed(error, told));
}

/**
 * @internal Ends the session, once however many wait for it. A store that refuses can't be helped; the provider takes these
 * tokens no more. Resolves to `error`.
 */
export async function endSession(
  context: SessionContext,
  ended: StoredSession,
  code: AuthErrorCode,
  error: AuthError,
): Promise<AuthError> {
  const stored = await load(context).catch(() => undefined);
  if (stored && isSame(stored, ended)) {
    await forget(context, stored).catch(() => {});
    context.shared.end(error);
    tell(context, sessionEvent("sessionExpired", undefined, code, error), stored);
  }
  return error;
}
