// Gives access tokens, and sends the refresh token for new ones: once at a time in the page and, where tabs share a session, in the
// browser.

import { AuthError } from "../errors.js";
import { type Moment, now } from "../platform/clock.js";
import { nextTurn, pause } from "../platform/time-limit.js";
import { authError, changed } from "../provider/auth-error.js";
import { waitsForItself } from "../provider/own-fetch.js";
import type { Endpoints } from "../provider/provider.js";
import { isCutOff } from "../provider/reply.js";
import { sessionExpired, signInRequired } from "../stores/session-errors.js";
import { isOver, isSame, keyOf, type StoredSession, stageOf, tokensOf } from "../stores/stored-session.js";
import { isFresh } from "../token-life.js";
import { nameFor, type SessionContext } from "./context.js";
import { endFor, endSession } from "./ending.js";
import { type Hold, hold, holdBriefly, isLost, letGo, mayGoOn, SETTLE_MS } from "./refresh-lock.js";
import { type Afterwards, noteAnswered, saveAgain, succeed } from "./refreshed-tokens.js";
import { load, loadNewest } from "./stored-state.js";
import { doubt, type Failure, leaveAlone, noteFailure, triedMeanwhile } from "./trouble.js";
import { type Asked, readOrKeep, TOKEN_ENDPOINT, unreadReply } from "./unsaved.js";

/**
 * @internal A provider that asks for more patience than this (`Retry-After`) is asked again all the same: a day's silence by
 * mistake would end more than it saves.
 */
export const LONGEST_BLOCK_MS = 600_000;

/**
 * @internal A token that is good for a call: the stored one, or a new one when little of its life is left or `isForced` asks for
 * it. `isInFetch`: it is asked for by the `fetch` that makes this session's requests, which must not wait for one of them.
 */
export async function accessToken(
  context: SessionContext,
  isForced: boolean,
  isInFetch: boolean,
): Promise<string> {
  const { signIns, refreshing } = context.shared;
  if (isInFetch && signIns.isUnderWay) throw waitsForItself();
  await signIns.settled();
  const at = now();
  const stored = await needed(load(context));
  context.keepAlive();
  if (!isForced && isFresh(stored, at)) return stored.accessToken;
  if (stored.refreshToken === undefined) {
    // If it ends, a sign-in must not come in between.
    const release = isOver(stored) ? await holdBriefly(context) : undefined;
    try {
      return await withoutRefreshToken(context, stored, isForced);
    } finally {
      release?.();
    }
  }
  if (isInFetch && refreshing.isUnderWay) throw waitsForItself();
  try {
    await leaveAlone(context, stored, isForced || isOver(stored));
    return await renewed(context, stored.accessToken);
  } catch (error) {
    // Whatever the reason: a token that lives is used on. What is left of it is more than a provider that is down can give.
    const living = isForced ? undefined : await load(context).catch(() => undefined);
    if (!living || isOver(living)) throw error;
    return living.accessToken;
  }
}

async function needed(loading: Promise<StoredSession | undefined>): Promise<StoredSession> {
  const stored = await loading;
  if (!stored) throw signInRequired();
  return stored;
}

/** @internal Another token than `seen`: of the refresh under way, or of one that begins now. */
export const renewed = (context: SessionContext, seen: string): Promise<string> =>
  context.shared.refreshing.join(() => refreshAlone(context, seen));

async function withoutRefreshToken(
  context: SessionContext,
  stored: StoredSession,
  isForced: boolean,
): Promise<string> {
  if (isOver(stored)) throw await endSession(context, stored, "session_expired", sessionExpired());
  if (!isForced) return stored.accessToken;
  const message =
    "There is no refresh token, so a new access token needs a new sign-in. The scope `offline_access` asks for one; a tab " +
    "that is a copy of another has none.";
  throw authError("sign_in_required", message);
}

/** What is told of in errors; anything else is no answer of the provider. */
function authErrorOf(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown;
  throw thrown;
}

/**
 * No other tab refreshes meanwhile; if one just did, its token is the one. What may take long and need not be done alone is done
 * before and afterwards.
 */
async function refreshAlone(context: SessionContext, seen: string): Promise<string> {
  const { provider, shared } = context;
  const afterwards: Afterwards = { ends: 0, orphan: undefined, wantsKeys: false };
  const askedAt = now();
  const endpoints = await provider.endpoints().catch(authErrorOf);
  const held = await hold(context);
  let token: string | undefined;
  let thrown: unknown;
  try {
    token = await refresh(context, seen, askedAt, held, endpoints, afterwards);
  } catch (error) {
    thrown = error;
  }
  await letGo(context, held);
  if (afterwards.orphan) await provider.revoke(afterwards.orphan);
  // For the next ID token; this one is left out.
  if (afterwards.wantsKeys) await provider.fetchKeys().catch(() => {});
  if (token !== undefined) return token;
  const stored = await load(context).catch(() => undefined);
  // Another tab had more luck.
  if (stored && stored.accessToken !== seen) return stored.accessToken;
  if (thrown instanceof AuthError && thrown.retryable && thrown.retryAfterMs !== undefined) {
    shared.block(Math.min(thrown.retryAfterMs, LONGEST_BLOCK_MS), thrown);
  }
  throw thrown;
}

async function refresh(
  context: SessionContext,
  seen: string,
  askedAt: Moment,
  held: Hold,
  endpoints: Endpoints | AuthError,
  afterwards: Afterwards,
): Promise<string> {
  const { provider, shared } = context;
  let used = await needed(loadNewest(context));
  if (held.hasWaited && used.accessToken === seen) {
    // Who had the lock has surely written something.
    await pause(SETTLE_MS);
    used = await needed(loadNewest(context));
  }
  // What ends from here on is the session that is refreshed, and no earlier one.
  afterwards.ends = shared.ends;
  await saveAgain(context, used);
  if (held.isShared && used.accessToken !== seen && isFresh(used, now())) return used.accessToken;
  const { refreshToken } = used;
  if (refreshToken === undefined) return withoutRefreshToken(context, used, true);
  const meanwhile = held.isShared ? await triedMeanwhile(context, used, askedAt) : undefined;
  if (meanwhile) throw meanwhile;
  if (endpoints instanceof AuthError) return failed(context, used, held, ofInfrastructure(endpoints));
  if (await isLost(context, held)) throw overtaken();
  let wasUnanswered = false;
  try {
    wasUnanswered = await noteAsked(context, used);
  } catch (error) {
    // What the refresh leads to could not be kept either, and the refresh token would be spent for it.
    if (!isOver(used)) throw error;
  }
  const asked =
    unreadReply(shared, used) ?? (await askForTokens(context, used, refreshToken, endpoints, held));
  if (asked instanceof AuthError) return failed(context, used, held, ofInfrastructure(asked));
  const { reply, wasLost } = asked;
  const read = () => provider.readTokens(TOKEN_ENDPOINT, reply, used.isBound, tokensOf(used));
  const answer = await readOrKeep(shared, used, asked, read);
  if (answer.tokens) return succeed(context, used, answer.tokens, reply.sentAt, afterwards);
  const { error, verdict, word } = answer;
  const mayBeUsed = wasUnanswered || wasLost;
  if (!mayBeUsed && verdict !== "infrastructure" && !error.retryable) await noteAnswered(context);
  return failed(context, used, held, { error, verdict, word, mayBeUsed });
}

/** No reply that is the provider's. */
const ofInfrastructure = (error: AuthError): Failure => ({
  error,
  verdict: "infrastructure",
  word: undefined,
  mayBeUsed: true,
});

/**
 * What comes of a refresh that led to no token. The session ends only when its access token is over, and only by the provider's
 * word; what was stored meanwhile is used instead.
 */
async function failed(
  context: SessionContext,
  used: StoredSession,
  held: Hold,
  failure: Failure,
): Promise<string> {
  // The other tab sent it too, and knows better.
  if (await isLost(context, held)) throw overtaken();
  const other = await otherThan(context, used);
  if (other !== undefined) return other;
  const isUseless = context.shared.isRefused(used) && !failure.mayBeUsed;
  if (failure.verdict === "end" && (isUseless || isOver(used))) {
    // Another request was perhaps quicker with the same refresh token, and is about to store what it got.
    await pause(SETTLE_MS);
    const late = await otherThan(context, used);
    if (late !== undefined) return late;
  }
  const { outcome, error } = await noteFailure(context, used, failure);
  if (outcome === "end") throw await endFor(context, used, error);
  if (outcome === "endReplyLost")
    throw await endFor(context, used, changed(error, { code: "refresh_reply_lost" }));
  await doubt(context, used);
  context.keepAlive();
  throw error;
}

/** The token that is stored in the place of that of `used`. */
async function otherThan(context: SessionContext, used: StoredSession): Promise<string | undefined> {
  const { accessToken } = await needed(load(context));
  return accessToken === used.accessToken ? undefined : accessToken;
}

/**
 * Sends the refresh token, and at once a second time when no reply came: the provider may have replaced it already, and only
 * right after that takes the old one again. `wasLost` says that this happened. An error that is returned means that there is no
 * reply.
 */
async function askForTokens(
  context: SessionContext,
  used: StoredSession,
  refreshToken: string,
  endpoints: Endpoints,
  held: Hold,
): Promise<Asked | AuthError> {
  const { provider } = context;
  const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
  const send = () =>
    provider.send(TOKEN_ENDPOINT, provider.form(endpoints.token, fields), undefined, keyOf(used));
  const first = await send().catch(authErrorOf);
  if (first instanceof AuthError) {
    if (!first.retryable) return first;
  } else if (!isCutOff(first)) return { reply: first, wasLost: false };
  // A page that was frozen comes here long after, and learns in its next turn what it missed.
  await nextTurn();
  const stored = await load(context);
  if (!stored || !isSame(stored, used) || !(await mayGoOn(context, held))) throw overtaken();
  const second = await send().catch(authErrorOf);
  if (second instanceof AuthError) return second;
  return isCutOff(second) ? cutOff() : { reply: second, wasLost: true };
}

/**
 * Notes that the refresh token of `used` is on its way, and says whether it was before without an answer: then the provider may
 * have taken it although nobody heard.
 */
async function noteAsked(context: SessionContext, used: StoredSession): Promise<boolean> {
  const { tokens } = context;
  const [key, stage] = [nameFor(context, "asked"), stageOf(used)];
  const before = await tokens.get(key).catch(() => undefined);
  await tokens.set(key, stage);
  return before === stage;
}

const cutOff = () => authError("network", "The reply of the token endpoint broke off. Try again.");

/** Another tab goes on with the refresh token. */
const overtaken = () =>
  authError(
    "timeout",
    "Renewing the token took so long that another tab took over, or the session changed meanwhile. Try again.",
  );
