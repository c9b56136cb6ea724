// One call of the core from beginning to end: its turn, a token, the attempts. One deadline covers all of it.
import { ask, current, loaded, type Wasm } from "../core/load.js";
import { type Moment, now } from "../platform/clock.js";
import { type Answered, Asked, attempt, LocalFailure, localFailure, type Request } from "./attempt.js";
import { CallEnded, type CallLimits } from "./call-limits.js";
import { Ending } from "./ending.js";
import { Lanes, type Leave, Superseded } from "./lanes.js";
import { type AnswerReply, type CallFailure, pairsOf } from "./raw-failure.js";
import { Next, Retries, type RetryBucket } from "./retries.js";
import type { CallSettings } from "./settings.js";
import type { Authorization, Pairs, TokenSource } from "./token-source.js";

/** Of all clients of this page: they may have the same registrations. */
const lanes = new Lanes();

/** @internal What a call needs of its client. */
export interface Core {
  readonly baseUrl: string;
  readonly maxMessageBytes: number;
  readonly tokens: TokenSource;
  readonly bucket: RetryBucket;
}

/** @internal */
export interface Call {
  asked: number;
  /** The method's path. */
  path: string;
  body: Uint8Array;
  /** Whose registration it is; without one, that of the token's owner. */
  phoneNumber: string | undefined;
}

/** @internal */
export interface CallResult {
  answer: unknown;
  /** When the request was sent: what the answer says holds from then. */
  sentAt: Moment;
}

/** @internal Makes a call. */
export async function makeCall(
  core: Core,
  call: Call,
  settings: CallSettings,
  limits: CallLimits,
): Promise<CallResult> {
  const { path } = call;
  if (!(settings.timeoutMs > 0)) throw await localFailure(LocalFailure.NoTime, path);
  // A session that ends takes its calls along.
  const stopListening = core.tokens.onEnded((error) => limits.end({ why: "ended", error }));
  try {
    const lane = call.phoneNumber === undefined ? undefined : `${core.baseUrl} tel ${call.phoneNumber}`;
    const isFree = lane !== undefined && lanes.isFree(lane) && !limits.isEnded;
    const leave = isFree ? (lanes.enter(lane) as Leave) : await turn(core, lane, path, limits);
    try {
      return await attempts(core, call, settings, limits);
    } finally {
      leave();
    }
  } finally {
    stopListening();
  }
}

/** Which calls must not overlap. The SIP URI has no part in it: the core keeps one registration for a number. */
async function laneOf({ baseUrl, tokens }: Core, limits: CallLimits): Promise<string> {
  const subject = tokens.subject();
  const sub = subject && (await limits.hold(subject));
  // Where nobody says whose the token is: all calls with these tokens.
  return sub === undefined ? `${baseUrl} own ${ownName(tokens)}` : `${baseUrl} sub ${sub}`;
}

let sources = 0;
const names = new WeakMap<TokenSource, number>();

function ownName(tokens: TokenSource): number {
  const name = names.get(tokens) ?? ++sources;
  names.set(tokens, name);
  return name;
}

async function turn(core: Core, known: string | undefined, path: string, limits: CallLimits): Promise<Leave> {
  try {
    limits.check();
    const lane = known ?? (await laneOf(core, limits));
    if (lanes.isFree(lane)) return lanes.enter(lane) as Leave;
    const entering = lanes.enter(lane, limits.signal) as Promise<Leave>;
    try {
      return await limits.hold(entering);
    } catch (thrown) {
      // The call may have been let in at the very moment it ended: without this its turn would never be over.
      entering.then(
        (leave) => leave(),
        () => {},
      );
      throw thrown;
    }
  } catch (thrown) {
    if (thrown instanceof Superseded) throw await localFailure(LocalFailure.Superseded, path);
    throw await endedBy(thrown, {
      deadline: () => localFailure(LocalFailure.NoTurnInTime, path, limits.timeoutMs),
      cancelled: (reason) => localFailure(LocalFailure.CancelledUnsent, path, 0, reason),
    });
  }
}

/** The error of a call that was ended; what is thrown otherwise stays. */
async function endedBy(
  thrown: unknown,
  words: { deadline(): unknown; cancelled(reason: unknown): unknown },
): Promise<unknown> {
  if (!(thrown instanceof CallEnded)) return thrown;
  const { end } = thrown;
  if (end.why === "deadline") return words.deadline();
  return end.why === "cancelled" ? words.cancelled(end.reason) : end.error;
}

/** A token, the call, and as long as it is worth while both again. When the core refuses the token, a fresh one once. */
async function attempts(
  core: Core,
  call: Call,
  settings: CallSettings,
  limits: CallLimits,
): Promise<CallResult> {
  const { path } = call;
  const { retry } = settings;
  const retries = new Retries(retry, core.bucket);
  const url = core.baseUrl + path;
  let sent = 0;
  let isProvenAnew = false;
  let refused: string | undefined;
  const tokens: string[] = [];
  let last: CallFailure | undefined;
  const cancelled = async (reason: unknown) => {
    const failure = await localFailure(
      last ? LocalFailure.CancelledSent : LocalFailure.CancelledUnsent,
      path,
      0,
      reason,
    );
    failure.attempts = sent;
    return failure;
  };
  const heard = ({ head, trailers }: AnswerReply) => {
    retries.succeeded();
    core.tokens.heed(url, (name) => head.get(name) ?? trailer(trailers, name));
    tellReply(settings, () => head.flat(), trailers);
  };
  for (;;) {
    let authorization: Authorization;
    let at: Moment;
    try {
      limits.check();
      const coming = core.tokens.authorize(url, refused, limits);
      authorization = coming instanceof Promise ? await limits.hold(coming) : coming;
      at = now();
      if (limits.leftMs(at) <= 0) throw new CallEnded({ why: "deadline" });
    } catch (thrown) {
      throw await endedBy(thrown, {
        deadline: () => last ?? localFailure(LocalFailure.NoTokenInTime, path, limits.timeoutMs),
        cancelled,
      });
    }
    const wasm = current() ?? (await loaded());
    const leftMs = limits.leftMs(at);
    const previous = retry.sendPreviousAttempts ? retries.attempts : 0;
    const limitMs = retries.begin(wasm, leftMs);
    const isCutShort = limitMs < leftMs;
    const request: Request = {
      url,
      path,
      asked: call.asked === Asked.delete && last ? Asked.deleteAgain : call.asked,
      headers: [
        ...requestHeaders(wasm, limitMs, previous),
        ...pairsOf(settings.metadata),
        ...authorization.headers,
      ],
      body: call.body,
      maxMessageBytes: core.maxMessageBytes,
      tokens: tokens.filter((token) => token !== authorization.token),
      transport: settings,
    };
    if (!tokens.includes(authorization.token)) tokens.push(authorization.token);
    sent += 1;
    let failure: CallFailure;
    try {
      const answered = await attemptWithin(request, limits, limitMs, isCutShort ? limitMs : limits.timeoutMs);
      heard(answered);
      return { answer: answered.answer, sentAt: at };
    } catch (thrown) {
      if (!isFailure(thrown)) throw thrown;
      failure = thrown;
    }
    if (failure.answered) {
      heard(failure.answered);
      failure.attempts = sent;
      throw failure;
    }
    if (failure.code === "unauthenticated") {
      const { headers, trailers } = failure;
      const isNonceNew = core.tokens.heed(url, (name) => trailer(headers, name) ?? trailer(trailers, name));
      if ((isNonceNew && !isProvenAnew) || refused === undefined) {
        if (isNonceNew && !isProvenAnew) isProvenAnew = true;
        else refused = authorization.token;
        retries.attempts -= 1;
        continue;
      }
    }
    failure.attempts = sent;
    const failed = () => {
      if (failure.httpStatus !== undefined) tellReply(settings, () => failure.headers, failure.trailers);
      return failure;
    };
    // Ended from outside: there is nothing to try again.
    if (failure.code === "cancelled" && failure.kind === "aborted") throw failed();
    const { next, waitMs } = retries.failed(
      current() ?? (await loaded()),
      failure,
      isCutShort,
      limits.leftMs(),
    );
    if (next === Next.stop) {
      if (failure.code === "deadline_exceeded" && last) {
        failure.message += `; the attempt before: ${last.code}, ${last.message}`;
      }
      throw failed();
    }
    if (next === Next.tooLate) {
      failure.retryAfterMs = waitMs;
      throw failed();
    }
    last = failure;
    try {
      await limits.pause(waitMs);
    } catch (thrown) {
      // After the deadline the next look at the time says so.
      if (!(thrown instanceof CallEnded) || thrown.end.why !== "deadline") {
        throw await endedBy(thrown, { deadline: () => failure, cancelled });
      }
    }
  }
}

const isFailure = (thrown: unknown): thrown is CallFailure =>
  typeof thrown === "object" && thrown !== null && Object.hasOwn(thrown, "repeatable");

/** @internal One attempt within its time. An error names the time that was given, `toldMs`. */
export async function attemptWithin(
  request: Request,
  limits: CallLimits,
  limitMs: number,
  toldMs: number,
): Promise<Answered> {
  const ending = new Ending();
  const { path } = request;
  try {
    return await limits.hold(attempt(request, ending), limitMs);
  } catch (thrown) {
    // A failure has seen to the rest of its reply. After anything else, a trap for one, nobody reads on.
    if (!isFailure(thrown)) ending.abort();
    throw await endedBy(thrown, {
      deadline: () => localFailure(LocalFailure.TimedOut, path, toldMs),
      cancelled: (reason) => localFailure(LocalFailure.CancelledSent, path, 0, reason),
    });
  }
}

/** Those of the last attempt: of one call after another they are the same. */
let lastHeaders: { timeoutMs: number; previous: number; pairs: Pairs } | undefined;

/** @internal The headers that every attempt has. */
export function requestHeaders(wasm: Wasm, limitMs: number, previous: number): Pairs {
  const timeoutMs = Math.ceil(limitMs);
  if (lastHeaders?.timeoutMs !== timeoutMs || lastHeaders.previous !== previous) {
    const flat = ask(wasm, ({ requestHeaders }) => requestHeaders(limitMs, previous)) as unknown as string[];
    lastHeaders = { timeoutMs, previous, pairs: pairsOf(flat) };
  }
  return lastHeaders.pairs;
}

function trailer(flat: readonly string[], name: string): string | undefined {
  const at = flat.findIndex((text, index) => index % 2 === 0 && text === name);
  return at < 0 ? undefined : flat[at + 1];
}

/** What the caller's function throws is the page's affair, and not the call's. */
function tellReply(
  settings: CallSettings,
  headers: () => readonly string[],
  trailers: readonly string[],
): void {
  const { onHeader, onTrailer } = settings;
  tell(onHeader, headers);
  tell(onTrailer, () => trailers);
}

/** What says the status is told apart from metadata. */
const STATUS = ["grpc-status", "grpc-message", "grpc-status-details-bin"];

function tell(listener: ((headers: Headers) => void) | undefined, flat: () => readonly string[]): void {
  if (!listener) return;
  try {
    const headers = new Headers();
    for (const [name, value] of pairsOf(flat())) {
      if (STATUS.includes(name)) continue;
      try {
        headers.append(name, value);
      } catch {
        // A trailer that HTTP itself would not carry can't be shown this way.
      }
    }
    listener(headers);
  } catch (thrown) {
    globalThis.reportError?.(thrown);
  }
}
