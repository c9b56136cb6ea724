// One attempt of a call: the request, and what its reply comes to. What a reply means is decided in Rust (src/grpc_web/).
import { ask, current, latest, loaded, type Wasm } from "../core/load.js";
import { toSdkError } from "../errors.js";
import { type Alarm, setAlarm } from "../platform/alarm.js";
import { causeOf, type Secrets } from "./cause.js";
import { drain } from "./drain.js";
import type { Ending } from "./ending.js";
import { type Fetched, FetchFailure, fetched } from "./fetching.js";
import { type AnswerReply, type CallFailure, failureOf } from "./raw-failure.js";
import { type Outcome, Reading } from "./reading.js";
import { BodyFailure, type Chunks, chunksOf, type Head, headOf } from "./response.js";
import type { Transport } from "./settings.js";
import type { Pairs } from "./token-source.js";

/** @internal What is asked, as src/bindings/calls.rs numbers it. */
export const Asked = { upsert: 0, delete: 1, deleteAgain: 2, bytes: 3 } as const;

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

/** @internal */
export interface Request {
  url: string;
  /** The method's path, for errors. */
  path: string;
  asked: number;
  headers: Pairs;
  body: Uint8Array;
  maxMessageBytes: number;
  /** Tokens that earlier attempts sent: the reply may repeat them. */
  tokens: readonly string[];
  transport: Pick<Transport, "fetch" | "credentials" | "cache" | "keepalive">;
}

/** @internal An answered attempt. */
export interface Answered extends AnswerReply {
  /** The time to live in seconds of an upsert. */
  answer: unknown;
}

/** What a reply may have beside its message: frames, and the trailers of an answer. */
const MORE_BYTES = 4096;

/** How long the text of an error page is waited for: the error itself is known by then. */
const EXPLANATION_MS = 1000;

/** Whether a reply may be an answer, which is tried to be read at once; all of any other is read in Rust. */
const isHopeful = ({ status, contentType }: Head) =>
  status === 200 && /^application\/grpc-web(\+proto)?$/i.test(contentType);

const NO_TRAILERS: readonly string[] = [];

/** @internal The error of an attempt that came to no reply, or was given up. */
export function localFailure(which: number, path: string, ms = 0, cause?: unknown): CallFailure {
  const wasm = latest();
  const failure = wasm
    ? failureOf(ask(wasm, ({ localFailure }) => localFailure(which, path, ms)))
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
    isSecret: (text) => ask(wasm, ({ hasSecret }) => hasSecret(text, [...headers], [...tokens], true)),
    cut: (text) => ask(wasm, ({ cutSecrets }) => cutSecrets(text, [...headers], [...tokens])),
  };
}

/** What was thrown, as the cause of an error. */
async function shownCause({ headers, tokens }: Request, thrown: unknown): Promise<unknown> {
  if (thrown === undefined) return undefined;
  return causeOf(thrown, secretsOf(current() ?? (await loaded()), flatten(headers), tokens));
}

async function failed(request: Request, which: number, thrown?: unknown): Promise<CallFailure> {
  const cause = await shownCause(request, thrown);
  if (!latest()) await loaded();
  return localFailure(which, request.path, 0, cause);
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
  let body: Chunks | undefined;
  let first: Uint8Array | undefined;
  let broken: unknown;
  try {
    body = chunksOf(response);
    ending.body = body;
    // A fetch that does not heed its signal is late. Nobody waits any more, and nothing of it is read.
    if (ending.isOver) throw localFailure(LocalFailure.CancelledSent, request.path);
    // Of any other reply the body may not come for long.
    if (isHopeful(head)) first = await body.next();
  } catch (thrown) {
    if (!(thrown instanceof BodyFailure)) throw thrown;
    broken = thrown;
  }
  if (body && first && first.length <= request.maxMessageBytes + MORE_BYTES) {
    const wasm = current() ?? (await loaded());
    const { asked, maxMessageBytes } = request;
    const chunk = first;
    const answer: unknown = ask(wasm, ({ answerAtOnce }) => answerAtOnce(asked, maxMessageBytes, chunk));
    if (answer !== undefined) {
      void drain(body, ending);
      return Array.isArray(answer)
        ? { answer: answer[0], head, trailers: answer[1] }
        : { answer, head, trailers: NO_TRAILERS };
    }
  }
  return readOn(request, head, first, body, broken, ending);
}

/** A reply that is not whole with its first chunk, or is no answer. Without a body it is known why: `broken`. */
async function readOn(
  request: Request,
  head: Head,
  first: Uint8Array | undefined,
  body: Chunks | undefined,
  broken: unknown,
  ending: Ending,
): Promise<Answered> {
  const reading = new Reading(request, head);
  let cause: unknown;
  try {
    const [isDrained, answer, flat, trailers] = await read();
    if (isDrained && body) void drain(body, ending);
    else ending.abort();
    if (!flat) return { answer, head, trailers: trailers ?? NO_TRAILERS };
    const failure = failureOf(flat);
    if (trailers) failure.answered = { head, trailers };
    failure.cause = await shownCause(request, cause);
    throw failure;
  } finally {
    reading.stop();
  }

  async function read(): Promise<Outcome> {
    let outcome = (await reading.begin()) ?? (first && (await reading.chunk(first)));
    // An error page may come slowly.
    let limit: Alarm | undefined;
    const patience =
      !outcome && reading.isExplanation
        ? new Promise<undefined>((resolve) => {
            limit = setAlarm(EXPLANATION_MS, () => resolve(undefined));
          })
        : undefined;
    try {
      if (broken) throw broken;
      while (!outcome) {
        const coming = (body as Chunks).next();
        const chunk = await (patience ? Promise.race([coming, patience]) : coming);
        outcome = chunk ? await reading.chunk(chunk) : await reading.end();
      }
    } catch (thrown) {
      if (!(thrown instanceof BodyFailure)) throw thrown;
      cause = thrown.cause;
      outcome = await reading.broken(LocalFailure[thrown.which]);
    } finally {
      limit?.lift();
    }
    if (!outcome) throw toSdkError(undefined);
    return outcome;
  }
}
