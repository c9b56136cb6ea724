// One attempt of a call: the request, and what its reply comes to. What a reply means is decided in Rust (src/grpc_web/).
import { ask, current, loaded, type Wasm } from "../core/load.js";
import { toSdkError } from "../errors.js";
import { setAlarm } from "../platform/alarm.js";
import { causeOf, type Secrets } from "./cause.js";
import { drain } from "./drain.js";
import type { Ending } from "./ending.js";
import { type Fetched, FetchFailure, fetched } from "./fetching.js";
import { type AnswerReply, type CallFailure, failureOf } from "./raw-failure.js";
import { type Outcome, Reading } from "./reading.js";
import { BodyFailure, chunksOf, type Head, headOf, type NextChunk } from "./response.js";
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

/** @internal The error of an attempt that came to no reply, or was given up. */
export async function localFailure(
  which: number,
  path: string,
  ms = 0,
  cause?: unknown,
): Promise<CallFailure> {
  const wasm = current() ?? (await loaded());
  const failure = failureOf(ask(wasm, ({ localFailure }) => localFailure(which, path, ms)));
  failure.cause = cause;
  return failure;
}

const flatten = (pairs: Pairs): string[] => pairs.flat() as string[];

/** Finds the secrets of a request in what is thrown meanwhile. */
export function secretsOf(wasm: Wasm, headers: readonly string[], tokens: readonly string[]): Secrets {
  return {
    isSecret: (text) => ask(wasm, ({ hasSecret }) => hasSecret(text, [...headers], [...tokens], true)),
    cut: (text) => ask(wasm, ({ cutSecrets }) => cutSecrets(text, [...headers], [...tokens])),
  };
}

async function failed(request: Request, which: number, thrown?: unknown): Promise<CallFailure> {
  const wasm = current() ?? (await loaded());
  const cause =
    thrown === undefined
      ? undefined
      : causeOf(thrown, secretsOf(wasm, flatten(request.headers), request.tokens));
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
  let next: NextChunk;
  let first: Uint8Array | undefined;
  let broken: BodyFailure | undefined;
  try {
    const body = chunksOf(response);
    next = body.next;
    ending.onBody(body.cancel);
    // Only a reply that can be an answer is read before its head is judged: of any other the body may not come for long.
    if (head.status === 200 && /^\s*application\/grpc-web/i.test(head.contentType)) first = await next();
  } catch (thrown) {
    broken = thrown as BodyFailure;
    next = async () => {
      throw thrown;
    };
  }
  const wasm = current() ?? (await loaded());
  if (first && first.length <= request.maxMessageBytes + MORE_BYTES) {
    const { asked, maxMessageBytes } = request;
    const chunk = first;
    const answer = ask(wasm, ({ answerAtOnce }) =>
      answerAtOnce(asked, head.status, head.contentType, maxMessageBytes, chunk),
    ) as unknown;
    if (answer !== undefined) {
      void drain(next, ending);
      return Array.isArray(answer)
        ? { answer: answer[0], head, trailers: answer[1] }
        : { answer, head, trailers: [] };
    }
  }
  return readOn(request, head, first, next, broken, ending);
}

/** A reply that is not whole with its first chunk, or is no answer. */
async function readOn(
  request: Request,
  head: Head,
  first: Uint8Array | undefined,
  next: NextChunk,
  broken: BodyFailure | undefined,
  ending: Ending,
): Promise<Answered> {
  const reading = new Reading(request, head);
  let cause: unknown;
  try {
    const outcome = await read();
    const [isDrained, answer, flat, trailers] = outcome;
    if (isDrained) void drain(next, ending);
    else ending.abort();
    if (!flat) return { answer, head, trailers: trailers ?? [] };
    const failure = failureOf(flat);
    if (trailers) failure.answered = { head, trailers };
    if (cause !== undefined) {
      const wasm = current() ?? (await loaded());
      failure.cause = causeOf(cause, secretsOf(wasm, flatten(request.headers), request.tokens));
    }
    throw failure;
  } finally {
    reading.stop();
  }

  async function read(): Promise<Outcome> {
    let outcome = (await reading.begin()) ?? (first && (await reading.chunk(first)));
    // An error page may come slowly.
    let lift = () => {};
    const patience =
      !outcome && reading.isExplanation
        ? new Promise<undefined>((resolve) => {
            lift = setAlarm(EXPLANATION_MS, () => resolve(undefined));
          })
        : undefined;
    try {
      if (broken) throw broken;
      while (!outcome) {
        const coming = next();
        const chunk = await (patience ? Promise.race([coming, patience]) : coming);
        outcome = chunk ? await reading.chunk(chunk) : await reading.end();
      }
    } catch (thrown) {
      if (!(thrown instanceof BodyFailure)) throw thrown;
      cause = thrown.cause;
      outcome = await reading.broken(LocalFailure[thrown.which]);
    } finally {
      lift();
    }
    if (!outcome) throw toSdkError(undefined);
    return outcome;
  }
}
