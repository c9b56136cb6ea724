// An access token for the application.
import { peek } from "../given/read.js";
import { aborted } from "../platform/waiting.js";
import { authError } from "../provider/auth-error.js";
import type { Session } from "../session/session.js";

const gaveUp = (reason: unknown) => authError("aborted", "The caller gave up waiting for a token.", reason);

/** @internal Who gives up by `signal` waits no longer; what was begun goes on for others. */
export async function accessToken(
  session: Session,
  isForced: boolean,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (!signal) return session.accessToken(isForced);
  if (peek(signal, "aborted") === true) throw gaveUp(peek(signal, "reason"));
  const waiting = new AbortController();
  const ended = aborted(signal, waiting.signal).then((reason) => Promise.reject(gaveUp(reason)));
  try {
    return await Promise.race([ended, session.accessToken(isForced)]);
  } finally {
    waiting.abort();
  }
}
