// The attempts of a call: a token, the request, and as long as it is worth while both again.
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { type Moment, now } from "../platform/clock.js";
import type { Pairs } from "../platform/fetching.js";
import type { Authorization, TokenSource } from "../token-source.js";
import { type Answered, attempt, LocalFailure, localFailure } from "./attempt.js";
import { CallEnded, type CallLimits, endedBy } from "./call-limits.js";
import { Ending } from "./ending.js";
import { type AnswerReply, type CallFailure, pairsOf } from "./raw-failure.js";
import { Asked, type Request } from "./request.js";
import { Next, Retries, type RetryBucket } from "./retries.js";
import type { CallSettings } from "./settings.js";
import { tellReply } from "./told-reply.js";

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

/** @internal Makes attempts until one is answered, or none is worth while. When the core refuses the token, a fresh one once. */
export async function attempts(
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
  /** The same token was tried again with the nonce that a reply gave. */
  let isProvenAnew = false;
  let refused: string | undefined;
  const tokens: string[] = [];
  let last: CallFailure | undefined;
  const cancelled = (reason: unknown) => {
    const which = last ? LocalFailure.CancelledSent : LocalFailure.CancelledUnsent;
    const failure = localFailure(which, path, 0, reason);
    failure.attempts = sent;
    return failure;
  };
  const heard = ({ head, trailers }: AnswerReply) => {
    retries.succeeded();
    core.tokens.heed(url, (name) => head.get(name) ?? entry(trailers, name));
    tellReply(settings, () => head.flat(), trailers);
  };
  for (;;) {
    let authorization: Authorization;
    let wasm: Wasm;
    let at: Moment;
    try {
      limits.check();
      const coming = core.tokens.authorize(url, refused, limits);
      authorization = coming instanceof Promise ? await limits.hold(coming) : coming;
      wasm = callsWasm.current() ?? (await limits.hold(callsWasm.loaded()));
      at = now();
      if (limits.leftMs(at) <= 0) throw new CallEnded({ why: "deadline" });
    } catch (thrown) {
      throw endedBy(thrown, {
        deadline: () => last ?? localFailure(LocalFailure.NoTokenInTime, path, limits.timeoutMs),
        cancelled,
      });
    }
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
      const answered = await attemptWithin(
        request,
        limits,
        limitMs,
        isCutShort ? limitMs : limits.timeoutMs,
        at,
      );
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
    const { headers, trailers } = failure;
    const isNonceNew = core.tokens.heed(url, (name) => entry(headers, name) ?? entry(trailers, name));
    if (failure.code === "unauthenticated") {
      const isNonceWanted: boolean = isNonceNew && !isProvenAnew;
      if (isNonceWanted || refused === undefined) {
        // With a fresh token it may be wanted again.
        isProvenAnew = isNonceWanted;
        if (!isNonceWanted) refused = authorization.token;
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
    try {
      const wasm = callsWasm.current() ?? (await limits.hold(callsWasm.loaded()));
      const { next, waitMs } = retries.failed(wasm, failure, isCutShort, limits.leftMs());
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
      isProvenAnew = false;
      await limits.pause(waitMs);
    } catch (thrown) {
      throw endedBy(thrown, { deadline: failed, cancelled });
    }
  }
}

const isFailure = (thrown: unknown): thrown is CallFailure =>
  typeof thrown === "object" && thrown !== null && Object.hasOwn(thrown, "repeatable");

/** @internal One attempt within its time, which begins `at` that moment. An error names the time that was given, `toldMs`. */
export async function attemptWithin(
  request: Request,
  limits: CallLimits,
  limitMs: number,
  toldMs: number,
  at?: Moment,
): Promise<Answered> {
  const ending = new Ending();
  const { path } = request;
  try {
    return await limits.hold(attempt(request, ending), limitMs, at);
  } catch (thrown) {
    // A failure has seen to the rest of its reply. After anything else, a trap for one, nobody reads on.
    if (!isFailure(thrown)) ending.abort();
    throw endedBy(thrown, {
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
    const flat = callsWasm.ask(wasm, ({ requestHeaders }) =>
      requestHeaders(limitMs, previous),
    ) as unknown as string[];
    lastHeaders = { timeoutMs, previous, pairs: pairsOf(flat) };
  }
  return lastHeaders.pairs;
}

/** The value of an entry, of names with their values behind them. */
function entry(flat: readonly string[], name: string): string | undefined {
  const at = flat.findIndex((text, index) => index % 2 === 0 && text === name);
  return at < 0 ? undefined : flat[at + 1];
}
