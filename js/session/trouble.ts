// Renewing the session fails. What that means is decided in Rust (src/session/trouble.rs), and noted beside the session.
import { decide } from "../core/decide.js";
import type { SessionWasm } from "../core/session-wasm.js";
import type { AuthError } from "../errors.js";
import type { AuthErrorCode } from "../generated.js";
import { type Moment, now } from "../platform/clock.js";
import { restUntil } from "../platform/time-limit.js";
import { authError, changed } from "../provider/auth-error.js";
import type { Verdict } from "../provider/provider.js";
import { leftMs, type StoredSession, stageOf } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import type { NotedTrouble, SharedSession } from "../tabs/shared-session.js";
import { nameFor, type SessionContext, tell } from "./context.js";

/** Nobody who asks is kept waiting for longer: then the error of the last try is the answer. */
const LONGEST_WAIT_MS = 5_000;

/** @internal One failed try. */
export interface Failure {
  readonly error: AuthError;
  readonly verdict: Verdict;
  /** The provider's word. */
  readonly word: string | undefined;
  /** The refresh token may have been replaced, although nobody heard of it. */
  readonly mayBeUsed: boolean;
}

/** What is noted of a stage of the session. */
interface Trouble {
  /** Until the session is to be called uncertain; undefined where there is no doubt. */
  readonly uncertainInMs: number | undefined;
  /** How long the provider is left alone yet. */
  readonly pauseMs: number;
  readonly isTold: boolean;
  readonly wasTriedSince: boolean;
  /** The same when it is told. */
  readonly toldText: string;
  /** Of the last try. */
  readonly error: AuthError;
}

const numbersOf = ({ wallMs, monotonicMs, page }: Moment): number[] => [wallMs, monotonicMs, page];

/** Undefined for what is about another stage. */
async function read(
  { shared }: SessionContext,
  stored: StoredSession,
  noted: NotedTrouble | undefined,
  since = now(),
): Promise<Trouble | undefined> {
  if (!noted) return undefined;
  const at = now();
  const times = [leftMs(stored, at), ...numbersOf(at), ...numbersOf(since)];
  const isUseless = shared.isRefused(stored);
  const flat = await decide((wasm) => wasm.readTrouble(noted.text, stageOf(stored), isUseless, times));
  if (!flat) return undefined;
  const [uncertainInMs, pauseMs, isTold, wasTriedSince, toldText, code, message, ...more] = flat;
  const [description, uri, retryable, httpStatus] = more;
  const error =
    noted.error ??
    changed(authError(code as AuthErrorCode, message), { description, uri, retryable, httpStatus });
  return { uncertainInMs, pauseMs, isTold, wasTriedSince, toldText, error };
}

/** What is noted of this stage of the session. Where the store takes nothing this page counts for itself. */
async function noted(
  context: SessionContext,
  stored: StoredSession,
  since?: Moment,
): Promise<Trouble | undefined> {
  const { tokens, shared } = context;
  // What this page is about to note itself is newer than what the store has.
  await shared.noting;
  const own = shared.troubleOf(stored);
  const text = await tokens.get(nameFor(context, "trouble")).catch(() => undefined);
  const inStore = text === undefined ? undefined : { stage: stageOf(stored), text, error: undefined };
  const trouble = await read(context, stored, inStore, since);
  if (shared.troubleOf(stored) !== own) return noted(context, stored, since);
  const known = trouble ? inStore : own;
  shared.setTrouble(known);
  return trouble ?? (await read(context, stored, known, since));
}

/** One after the other: what is noted last is what stays. */
async function note({ shared, tokens, provider }: SessionContext, text: string): Promise<void> {
  const set = () => tokens.set(nameFor({ provider }, "trouble"), text);
  shared.noting = shared.noting.then(set).catch(() => {});
  await shared.noting;
}

/** @internal What another tab came to since `askedAt`, when this one waited for its turn to try the same. */
export async function triedMeanwhile(
  context: SessionContext,
  stored: StoredSession,
  askedAt: Moment,
): Promise<AuthError | undefined> {
  const trouble = await noted(context, stored, askedAt);
  if (!trouble?.wasTriedSince) return undefined;
  await doubt(context, stored);
  return trouble.error;
}

/** @internal Notes a try that failed, and says what it leads to. */
export async function noteFailure(
  context: SessionContext,
  stored: StoredSession,
  { error, verdict, word, mayBeUsed }: Failure,
): Promise<{ outcome: "goOn" | "end" | "endReplyLost"; error: AuthError }> {
  const { shared } = context;
  await noted(context, stored);
  const { code, message, description, uri, httpStatus } = error;
  const failed: unknown[] = [code, message, description, uri, httpStatus ?? Number.NaN];
  // A token that the core has just refused does not live. But the refusal may be for a token that was renewed, and whose
  // reply was lost: then another try may bring it yet.
  const isUseless = shared.isRefused(stored) && !mayBeUsed;
  const at = now();
  failed.push(verdict, word, mayBeUsed, isUseless, leftMs(stored, at), ...numbersOf(at));
  const stage = stageOf(stored);
  let before: NotedTrouble | undefined;
  let answer: ReturnType<SessionWasm["noteFailure"]>;
  do {
    before = shared.troubleOf(stored);
    const known = before?.text;
    answer = await decide((wasm) => wasm.noteFailure(known, stage, failed));
    // What was noted meanwhile, as that it was told, stays so.
  } while (shared.troubleOf(stored) !== before);
  const [text, outcome, retryable] = answer;
  const told = changed(error, { retryable });
  shared.setTrouble({ stage, text, error: told });
  shared.isLifted = false;
  await note(context, text);
  return { outcome, error: told };
}

/** @internal It is over: the session was renewed. */
export async function forgetTrouble(context: SessionContext): Promise<void> {
  if (context.shared.forgetTrouble())
    await context.tokens.remove(nameFor(context, "trouble")).catch(() => {});
}

const uncertain = (error: AuthError) => sessionEvent("sessionUncertain", undefined, error.code, error);

const isUncertain = ({ state }: SharedSession) => state === "uncertain";

/**
 * @internal Says that the session is uncertain, if it is to be said now. Returns the milliseconds until it may have to be, if
 * nothing changes before.
 */
export async function doubt(context: SessionContext, stored: StoredSession): Promise<number | undefined> {
  const { shared } = context;
  const known = shared.troubleOf(stored);
  if (!known || isUncertain(shared)) return undefined;
  const trouble = await read(context, stored, known);
  // Something happened meanwhile.
  if (shared.troubleOf(stored) !== known || isUncertain(shared)) return doubt(context, stored);
  if (trouble?.uncertainInMs === undefined) return undefined;
  if (trouble.uncertainInMs > 0) return trouble.uncertainInMs;
  const { error, toldText: text } = trouble;
  // Others who find it due in the meantime see that it is told.
  shared.setTrouble({ ...known, text });
  shared.setState("uncertain");
  await note(context, text);
  if (shared.troubleOf(stored)) tell(context, uncertain(error), stored);
  return undefined;
}

/** @internal Another tab says that the session is uncertain, or the page was opened when it was. What is noted counts. */
export async function shareDoubt(context: SessionContext, stored: StoredSession): Promise<void> {
  const { shared } = context;
  const trouble = await noted(context, stored);
  if (!trouble?.isTold || shared.state === "uncertain") return;
  shared.tell(uncertain(trouble.error));
  context.keepAlive();
}

/**
 * @internal Before asking the provider: waits while it is to be left alone. Throws the answer instead of asking. Who has
 * another token (`mayWait` is false) is not kept waiting.
 */
export async function leaveAlone(
  context: SessionContext,
  stored: StoredSession,
  mayWait: boolean,
): Promise<void> {
  const { shared } = context;
  // Its minute may have passed while nobody was sent to the provider.
  await doubt(context, stored);
  const error = shared.blocked();
  if (error) throw error;
  const trouble = shared.isLifted ? undefined : await read(context, stored, shared.troubleOf(stored));
  if (!trouble || trouble.pauseMs <= 0 || shared.refreshing.isUnderWay) return;
  if (!mayWait || trouble.pauseMs > LONGEST_WAIT_MS) {
    throw changed(trouble.error, { retryAfterMs: trouble.pauseMs });
  }
  await restUntil(trouble.pauseMs, false, (listener) => shared.onWoke(listener));
}
