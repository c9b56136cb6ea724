// One attempt of a call: the request, and what its reply comes to. What a reply means is decided in Rust (src/grpc_web/).
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { type Alarm, setAlarm } from "../platform/alarm.js";
import { causeOf, type Secrets } from "../platform/cause.js";
import { type Fetched, FetchFailure, fetched, type Pairs } from "../platform/fetching.js";
import { BodyFailure, type Chunks, chunksOf, type Head, headOf } from "../platform/response.js";
import { drain } from "./drain.js";
import type { Ending } from "./ending.js";
import { type AnswerReply, type CallFailure, failureOf } from "./raw-failure.js";
import { End, Reading } from "./reading.js";
import type { Request } from "./request.js";

/** @internal Failures that are no reply's, as src/bindings/calls.rs numbers them. */
export const LocalFailure = {
  Network: 0,
  BodyBroken: 1,
  FetchUnusable: 2,
  BodyUnusable: 3,
  NoBytes: 4,
  NoTime: 5,
  TimedOut: 6,
  NoTokenInTime: 7,
  NoTurnInTime: 8,
  Superseded: 9,
  CancelledUnsent: 10,
  CancelledSent: 11,
} as const;

/** @internal An answered attempt. */
export interface Answered extends AnswerReply {
  /** The time to live in seconds of an upsert. */
  answer: unknown;
}

/** How long the text of an error page is waited for: the error itself is known by then. */
const EXPLANATION_MS = 1000;

/** @internal The error of an attempt that came to no reply, or was given up. */
export function localFailure(which: number, path: string, ms = 0, cause?: unknown): CallFailure {
  const wasm = callsWasm.latest();
  const failure = wasm
    ? failureOf(callsWasm.ask(wasm, ({ localFailure }) => localFailure(which, path, ms)))
    : withoutWasm(which, path);
  failure.cause = cause;
  return failure;
}

/** In other words, because nobody waits for the wasm to say it: it has stopped, and the next is not there yet. */
function withoutWasm(which: number, path: string): CallFailure {
  const isLate = which < LocalFailure.Superseded;
  const isSent = which === LocalFailure.TimedOut || which === LocalFailure.CancelledSent;
  const failure = ended(
    isLate,
    isSent ? "; whether the core carried the call out is unknown" : " before anything was sent",
  );
  failure.method = path;
  return failure;
}

/** @internal The error of a call that ended: by its deadline, or otherwise. */
export function ended(isLate: boolean, when: string): CallFailure {
  const message = `${isLate ? "the deadline passed" : "the call was aborted"}${when}`;
  return failureOf([
    "rpc",
    ...(isLate
      ? ["deadline_exceeded", "timeout", true, message, 4]
      : ["cancelled", "aborted", false, message, 1]),
    ...["", undefined, undefined, undefined, [], [], [], 0, Number.NaN],
  ]);
}

const flatten = (pairs: Pairs): string[] => pairs.flat() as string[];

/** Finds the secrets of a request in what is thrown meanwhile. */
export function secretsOf(wasm: Wasm, headers: readonly string[], tokens: readonly string[]): Secrets {
  return {
    isSecret: (text) =>
      callsWasm.ask(wasm, ({ hasSecret }) => hasSecret(text, [...headers], [...tokens], true)),
    cut: (text) => callsWasm.ask(wasm, ({ cutSecrets }) => cutSecrets(text, [...headers], [...tokens])),
  };
}

/** `failure` with what was thrown as its cause. Not that itself: a promise that resolves to it would read its `then`. */
async function withCause(request: Request, failure: CallFailure, thrown: unknown): Promise<CallFailure> {
  if (thrown === undefined) return failure;
  const { headers, tokens } = request;
  failure.cause = causeOf(
    thrown,
    secretsOf(callsWasm.current() ?? (await callsWasm.loaded()), flatten(headers), tokens),
  );
  return failure;
}

async function failed(request: Request, which: number, thrown?: unknown): Promise<CallFailure> {
  if (!callsWasm.latest()) await callsWasm.loaded();
  return withCause(request, localFailure(which, request.path), thrown);
}

async function send(request: Request, signal: AbortSignal): Promise<Fetched> {
  const { url, headers, body, transport } = request;
  const { fetch, credentials, cache, keepalive } = transport;
  const init: RequestInit = {
    ...(cache && { cache }),
    method: "POST",
    headers: headers as [string, string][],
    body: body as Uint8Array<ArrayBuffer>,
    credentials,
    keepalive,
    signal,
  };
  try {
    return await fetched(fetch, url, init);
  } catch (thrown) {
    if (!(thrown instanceof FetchFailure)) throw thrown;
    throw await failed(request, LocalFailure[thrown.which], thrown.cause);
  }
}

/**
 * @internal Makes one attempt. `ending` ends it, and what is left of it afterwards.
 * @throws CallFailure
 */
export async function attempt(request: Request, ending: Ending): Promise<Answered> {
  const { response } = await send(request, ending.signal);
  const head = headOf(response);
  if (!head) throw await failed(request, LocalFailure.FetchUnusable);
  const reading = new Reading(request, head);
  let end: number = End.coming;
  let cause: unknown;
  const broke = (thrown: unknown) => {
    if (!(thrown instanceof BodyFailure)) throw thrown;
    end = LocalFailure[thrown.which];
    cause = thrown.cause;
  };
  let body: Chunks | undefined;
  try {
    body = chunksOf(response);
    ending.body = body;
  } catch (thrown) {
    broke(thrown);
  }
  // A fetch that does not heed its signal is late. Nobody waits any more, and nothing of it is read.
  if (ending.isOver) throw localFailure(LocalFailure.CancelledSent, request.path);
  let limit: Alarm | undefined;
  let tooLong: Promise<undefined> | undefined;
  try {
    for (;;) {
      while (body && reading.missing > 0 && end === End.coming) {
        try {
          const coming = body.next();
          const chunk = await (tooLong ? Promise.race([coming, tooLong]) : coming);
          if (chunk) reading.add(chunk);
          else end = End.ended;
        } catch (thrown) {
          broke(thrown);
        }
      }
      const outcome = reading.ask(callsWasm.current() ?? (await callsWasm.loaded()), end);
      if (outcome) {
        const [isDrained, answer, flat, trailers] = outcome;
        if (isDrained && body) void drain(body, ending);
        else ending.abort();
        if (!flat) return { answer, head, trailers: trailers as readonly string[] };
        throw await meant(request, head, flat, trailers, cause);
      }
      // An error page may come slowly.
      if (reading.isExplanation) {
        tooLong ??= new Promise((resolve) => {
          limit = setAlarm(EXPLANATION_MS, () => resolve(undefined));
        });
      }
    }
  } finally {
    limit?.lift();
  }
}

/** The error that a reply means. */
async function meant(
  request: Request,
  head: Head,
  flat: readonly unknown[],
  trailers: readonly string[] | undefined,
  cause: unknown,
): Promise<CallFailure> {
  const failure = failureOf(flat);
  if (trailers) failure.answered = { head, trailers };
  return withCause(request, failure, cause);
}
