// Checks and stores the tokens that came of a refresh.
import { AuthError } from "../errors.js";
import type { Moment } from "../platform/clock.js";
import { pause } from "../platform/time-limit.js";
import type { Tokens } from "../provider/provider.js";
import { signInRequired } from "../stores/session-errors.js";
import { endWallMs, isSame, refreshed, type StoredSession } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import { nameFor, type SessionContext, tell } from "./context.js";
import { endFor } from "./ending.js";
import { SETTLE_MS } from "./refresh-lock.js";
import { forget, load, save } from "./stored-state.js";
import { forgetTrouble } from "./trouble.js";
import { isUnsaved, keepUnsaved } from "./unsaved.js";

/** @internal What is to be known at the end of a refresh, and what is left to do when other tabs may go on. */
export interface Afterwards {
  /** `SharedSession.ends` at its beginning. */
  ends: number;
  /** Tokens that nobody has any more. */
  orphan: StoredSession | undefined;
  /** The provider's keys are not known, or not the newest ones. */
  wantsKeys: boolean;
}

/**
 * @internal Takes the tokens that the refresh token of `used` was exchanged for. As long as what came is not stored, the note
 * that the token was sent stays.
 */
export async function succeed(
  context: SessionContext,
  used: StoredSession,
  tokens: Tokens,
  sentAt: Moment,
  afterwards: Afterwards,
): Promise<string> {
  let sub: string | undefined;
  try {
    sub = await subjectOf(context, used, tokens, afterwards);
  } catch (error) {
    // The old refresh token is spent, and the new one is not this person's.
    afterwards.orphan = refreshed(used, tokens, sentAt, undefined);
    throw await endFor(context, used, error as AuthError);
  }
  return keep(context, used, refreshed(used, tokens, sentAt, sub), afterwards);
}

/**
 * Whom the ID token of a refresh is about, if there is one that is good. That it is about somebody else, or for somebody else,
 * is an error. For other faults it is left out and the session goes on with the old one: the tokens themselves came from the
 * provider.
 */
async function subjectOf(
  { provider }: SessionContext,
  used: StoredSession,
  { idToken }: Tokens,
  afterwards: Afterwards,
): Promise<string | undefined> {
  if (idToken === undefined) return undefined;
  let sub: string | undefined;
  try {
    sub = await provider.renewedSubject(idToken, used.idToken);
  } catch (error) {
    if (error instanceof AuthError) throw error;
  }
  if (sub === undefined) return undefined;
  const signature = await provider.verifySignature(idToken).catch(() => "bad");
  if (signature === "unknown") afterwards.wantsKeys = true;
  return signature === "good" ? sub : undefined;
}

/** Stores `renewed`, unless the session that it comes from is no longer the stored one. */
async function keep(
  context: SessionContext,
  used: StoredSession,
  renewed: StoredSession,
  afterwards: Afterwards,
): Promise<string> {
  let kept: StoredSession | undefined;
  try {
    kept = await put(context, used, renewed, afterwards.ends).catch(async () => {
      await pause(SETTLE_MS);
      return put(context, used, renewed, afterwards.ends);
    });
  } catch {
    if (context.shared.ends !== afterwards.ends) {
      afterwards.orphan = renewed;
      throw signInRequired();
    }
    // The note stays: should this page go before the store takes them, it will tell why the next refresh fails.
    keepUnsaved(context.shared, used, renewed);
    await forgetTrouble(context);
    context.shared.tell(sessionEvent("tokenRefreshed", endWallMs(renewed)));
    return renewed.accessToken;
  }
  await noteAnswered(context);
  if (kept === renewed) {
    await forgetTrouble(context);
    tell(context, sessionEvent("tokenRefreshed", endWallMs(renewed)), renewed);
    return renewed.accessToken;
  }
  // Nobody has the new tokens of a session that was signed out, or has another sign-in in its place: they must not live on.
  if (kept?.id !== used.id) afterwards.orphan = renewed;
  if (!kept) throw signInRequired();
  return kept.accessToken;
}

/**
 * `renewed`, if it is stored now; otherwise what is: somebody signed in, or refreshed elsewhere, and that session is the one to
 * use. Undefined: the session was signed out.
 */
async function put(
  context: SessionContext,
  used: StoredSession,
  renewed: StoredSession,
  ends: number,
): Promise<StoredSession | undefined> {
  const before = await load(context);
  // It is the new one already after an attempt that failed only seemingly.
  if (!before || !(isSame(before, used) || isSame(before, renewed))) return before;
  await save(context, renewed);
  if (context.shared.ends === ends) return renewed;
  // A sign-out came between the look and the saving, or is about to remove this.
  const after = await load(context);
  if (!after || !isSame(after, renewed)) return after;
  await forget(context, after);
  return undefined;
}

/** @internal Tries again to store a session that the store refused, unless it ends. */
export async function saveAgain(context: SessionContext, stored: StoredSession): Promise<void> {
  const { shared } = context;
  if (isUnsaved(shared, stored)) await put(context, stored, stored, shared.ends).catch(() => {});
}

/** @internal The note that the refresh token is on its way is taken back. */
export async function noteAnswered(context: SessionContext): Promise<void> {
  await context.tokens.remove(nameFor(context, "asked")).catch(() => {});
}
