// Signing in: out to the provider with an address, back with its answer, which is exchanged for a session.

import { parameterOf } from "../answer/address.js";
import { isHandled, noteHandled } from "../answer/handled.js";
import { AuthError } from "../errors.js";
import { checkPlace } from "../flows/place.js";
import {
  type Answer,
  answerIssuer,
  authorizationRequest,
  checkNamed,
  checkSharing,
  checkSignIn,
  exchangeCode,
  readAnswer,
  refusedByLink,
  refusedByProvider,
  type SignInGiven,
  type SignInRecord,
  type StateMark,
  statelessError,
} from "../flows/sign-in.js";
import { authError, changed } from "../provider/auth-error.js";
import type { Session } from "../session/session.js";
import type { StoredSession } from "../stores/stored-session.js";
import { SharedSession } from "../tabs/shared-session.js";
import type { FinishedSignIn } from "../tabs/sign-ins.js";
import { allPending, PendingSignIns } from "./pending-sign-ins.js";

/**
 * @internal Resolves to the address to send the person to. What the callback will need is stored before that, so that a
 * browser without storage is noticed before the person leaves the page. `allPromise`: whether each other issuer that the
 * page has at this redirect URI promises to name itself; undefined if there is none.
 */
export async function beginSignIn(
  session: Session,
  given: SignInGiven,
  mark: StateMark,
  allPromise: () => Promise<boolean | undefined>,
): Promise<URL> {
  const { provider, tokens } = session;
  await session.ready();
  const isPromised = await allPromise();
  await checkSignIn(given);
  const pending = new PendingSignIns(provider.namespace);
  pending.sweep(Date.now());
  // A code that can't be kept would be used up for nothing.
  const probe = `sipbreakout/probe/${provider.namespace}`;
  await tokens.set(probe, "");
  await tokens.remove(probe);
  await provider.checkKeys();
  await provider.endpoints();
  const sharing = isPromised === undefined ? "alone" : isPromised ? "withPromise" : "withoutPromise";
  await checkSharing(provider, sharing, allPending(Date.now()));
  const { url, state, record } = await authorizationRequest(provider, given, mark);
  pending.put(state, record);
  return new URL(url);
}

/**
 * @internal Takes the address that the provider sent the browser back to, and exchanges its code for a session: once for each
 * `state`, whoever comes again gets the same outcome. What needs a token waits for it. `isShared`: the page has another
 * issuer at this redirect URI.
 */
export async function finishSignIn(
  session: Session,
  url: string,
  isShared: boolean,
): Promise<FinishedSignIn> {
  // Nothing is waited for up to `remember`: what is asked in the same turn, of whichever Auth of the page that has this
  // session, must find the sign-in there.
  const { shared } = session;
  const state = stateIn(url);
  if (state === undefined) return answerOf(session, url).then(() => Promise.reject(stateUnknown()));
  const known = shared.signIns.get(state);
  if (known) {
    // What comes of it is told here, too.
    session.ready().catch(() => {});
    return known;
  }
  const elsewhere = SharedSession.signInElsewhere(session.sessionKey, state);
  if (!elsewhere && isHandled(session.provider.namespace, state) && !isTold(parameterOf(url, "error")))
    return { appState: undefined, session: "" };
  let isRead = false;
  const work = async () => {
    const answer = await answerOf(session, url);
    isRead = true;
    return elsewhere ? share(session, elsewhere) : finish(session, answer, url, isShared);
  };
  const finishing = work();
  shared.signIns.remember(state, finishing);
  try {
    return await finishing;
  } catch (error) {
    // An answer that was not this session's may still be handled when it is.
    if (!isRead || (error as AuthError).code === "state_unknown") shared.signIns.forget(state);
    throw error;
  }
}

function stateIn(url: string): string | undefined {
  try {
    return parameterOf(url, "state") || undefined;
  } catch {
    return undefined;
  }
}

/** @throws AuthError if it is none, or an error that has no `state` while a sign-in waits for an answer */
async function answerOf(session: Session, url: string): Promise<Answer> {
  await session.ready();
  const word = await statelessError(url);
  if (word !== undefined && isForTheOnlyOne(session, url)) throw await refusedByLink(word);
  return readAnswer(url);
}

/**
 * Whether an `error` without `state` is told: while one sign-in of this tab waits at this redirect URI, and it is this
 * session's. Providers that could not read a request answer like that; anybody can make such a link. So it uses nothing up.
 */
function isForTheOnlyOne({ provider }: Session, url: string): boolean {
  const { redirectUri = "" } = provider.settings;
  const isWaiting = ({ record }: { record: SignInRecord }) =>
    record.step === "sent" && record.redirectUri === redirectUri;
  const waiting = allPending(Date.now()).filter(isWaiting);
  const { prefix } = new PendingSignIns(provider.namespace);
  if (waiting.length !== 1 || !waiting[0]?.key.startsWith(prefix)) return false;
  try {
    checkPlace(redirectUri, url);
    return true;
  } catch {
    return false;
  }
}

/**
 * What another session of this page, with another store, made of the same answer. If both stores are the same database (two
 * adapter objects, which React's strict mode makes), it is this session's sign-in too.
 */
async function share(session: Session, elsewhere: Promise<FinishedSignIn>): Promise<FinishedSignIn> {
  const finished = await elsewhere.catch(() => undefined);
  const stored = finished && (await session.load().catch(() => undefined));
  if (finished && stored?.id === finished.session) return finished;
  throw stateUnknown();
}

async function finish(
  session: Session,
  answer: Answer,
  url: string,
  isShared: boolean,
): Promise<FinishedSignIn> {
  const pending = new PendingSignIns(session.provider.namespace);
  const nowWallMs = Date.now();
  const record = pending.get(answer.state, nowWallMs);
  const why = record ? undefined : pending.whyNot(answer.state);
  pending.sweep(nowWallMs);
  // Some browsers let the page that is left see its request fail, and so forget the record.
  if (!record) throw isTold(answer.refusal?.error) ? interrupted() : stateUnknown(why);
  const appState = parsed(record.appState);
  let stored: StoredSession;
  try {
    stored = await exchange(session, answer, record, url, isShared);
  } catch (thrown) {
    // If the wasm stopped the record stays, which says that the sign-in was interrupted.
    if (!(thrown instanceof AuthError)) throw thrown;
    remove(session, answer.state);
    // With the record gone the same call can't succeed; only a new sign-in can.
    throw changed(thrown, { retryable: false, appState });
  }
  remove(session, answer.state);
  session.tell("signedIn", stored);
  session.keepAlive();
  return { appState, session: stored.id };
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    // Somebody else changed the record.
    return undefined;
  }
}

/** Whatever happened, the code is used up. If this fails the record says "exchanging" and can't be used either. */
function remove({ provider }: Session, state: string): void {
  noteHandled(provider.namespace, state);
  try {
    new PendingSignIns(provider.namespace).remove(state);
  } catch {}
}

async function exchange(
  session: Session,
  answer: Answer,
  record: SignInRecord,
  url: string,
  isShared: boolean,
): Promise<StoredSession> {
  const { provider } = session;
  const { state, iss, code, refusal } = answer;
  if (record.step === "exchanging" || isTold(refusal?.error)) throw interrupted();
  new PendingSignIns(provider.namespace).put(state, { ...record, step: "exchanging" });
  checkPlace(record.redirectUri, url);
  const issuer = await answerIssuer(provider, record, iss);
  checkNamed(isShared, iss);
  if (code === undefined || refusal) {
    throw await refusedByProvider(refusal ?? { error: "" }, [record.verifier, record.nonce ?? "", state]);
  }
  // The session's, and its key's, if it is to be bound to one.
  const id = provider.randomText();
  try {
    const { tokens, sub, scope, since } = await exchangeCode(provider, id, code, record, issuer);
    const { accessToken, refreshToken, idToken, lifeMs, isBound } = tokens;
    const stored: StoredSession = {
      ...{ id, accessToken, refreshToken, idToken, sub, since, lifeMs, isBound },
      scope,
      isCopy: false,
    };
    await session.begin(stored);
    return stored;
  } catch (thrown) {
    if (provider.settings.isDpop) await provider.dropKey(id);
    throw thrown;
  }
}

/** The page says so itself when it was reloaded after the answer had left the address bar. */
const isTold = (error: string | undefined) => error === "sign_in_interrupted";

const stateUnknown = (
  why = "it was begun in another tab or browser, was already handled, or took too long.",
) =>
  authError(
    "state_unknown",
    `This answer belongs to no sign-in under way in this tab: ${why} Sign in again.`,
  );

const interrupted = () =>
  authError(
    "sign_in_interrupted",
    "The page was left or reloaded while the code was being exchanged. A code is never sent twice: sign in again.",
  );
