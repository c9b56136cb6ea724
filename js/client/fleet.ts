// Fleets: a call for each of many requests, a few at a time. Iterating is JavaScript's own, so this is here and not in
// Rust; each call is the client's own, with its turn, its attempts and its deadline.
import type { RpcError, SdkError } from "../errors.js";
import type { FleetResult } from "../fleet-result.js";
import { peek } from "../given/read.js";
import type { FleetOptions } from "../options.js";
import { digitsOf } from "../phone-number.js";
import { type Call, check, failure } from "./fleet-options.js";
import { close, opener, type Pull, type Requests, take } from "./fleet-requests.js";

/** A request that was taken. Of two with the same key the second waits for the first. */
interface Item<Request> {
  index: number;
  request: Request;
  key: string;
}

type Outcome<Response> =
  | { status: "ok"; response: Response }
  | { status: "failed" | "unknown"; error: SdkError }
  | { status: "notSent" };

/** Errors of kind `auth` that say nothing of the next call: another number, or another try of the application's function. */
const OF_ONE_CALL = ["permission_denied", "token_supplier_failed"];
const PROGRESS_MS = 100;
/** After so long the page has its turn: well below 50 ms, also where others want the processor. */
const SLICE_MS = 5;
/** So much of a timer's lateness is made up for. */
const LATE_MS = 5;
/** How long a request that was asked for before the fleet was aborted is waited for. */
const GRACE_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What came later than that, by iterator: it is the next fleet's. */
const leftBehind = new WeakMap<object, Pull<unknown>>();

/** @internal Nothing happens before the first `next()`. */
export async function* fleet<Request, Response>(
  call: Call<Request, Response>,
  closed: AbortSignal,
  requests: Requests<Request>,
  given: FleetOptions | undefined,
): AsyncGenerator<FleetResult<Request, Response>, void, undefined> {
  const { concurrency = 8, maxPerSecond, onProgress, signal, ...rest } = await check(call, requests, given);
  const intervalMs = maxPerSecond ? 1000 / maxPerSecond : 0;
  const abort = new AbortController();
  const options = { ...rest, signal: abort.signal };
  const iterator = (opener(requests) as NonNullable<ReturnType<typeof opener<Request>>>).call(requests);

  const counts = { taken: 0, ok: 0, failed: 0, unknown: 0, notSent: 0 };
  let readCount = 0;
  const results: FleetResult<Request, Response>[] = [];
  /** The keys of the calls under way. */
  const underWay = new Set<string>();
  /** Waits until it may be sent; nothing else is taken meanwhile. */
  let head: Item<Request> | undefined;
  let isPulling = false;
  let pulled: Pull<Request> | undefined;
  /** Nothing more is taken, and why; without an error, because there is no more. */
  let end: { error?: unknown } | undefined;
  let isDry = false;
  let isStopped = false;
  let isLate = false;
  let isFinished = false;
  let restedAt = performance.now();
  let dueAt = restedAt;
  let wake = () => {};
  let pacer: ReturnType<typeof setTimeout> | undefined;
  let teller: ReturnType<typeof setTimeout> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;

  const tell = (isDone: boolean) => {
    teller = undefined;
    // What it throws, or rejects with, is the page's affair.
    new Promise((resolve) => resolve(onProgress?.({ ...counts, isDone }))).catch((thrown) =>
      globalThis.reportError?.(thrown),
    );
  };

  const note = () => {
    if (onProgress) teller ??= setTimeout(tell, PROGRESS_MS, false);
  };

  const settle = ({ index, request }: Item<Request>, outcome: Outcome<Response>) => {
    counts[outcome.status] += 1;
    results.push({ index, request, ...outcome });
    note();
  };

  const launch = async (item: Item<Request>) => {
    underWay.add(item.key);
    try {
      settle(item, { status: "ok", response: await call(item.request, options) });
    } catch (thrown) {
      const error = thrown as SdkError;
      // Nobody is signed in any more, or the core refuses even a fresh token: no other call can succeed.
      if (error.kind === "auth" && !OF_ONE_CALL.includes(error.code)) stop(error);
      const isAborted = abort.signal.aborted && error.code === "cancelled";
      const wasSent = !isAborted || (error as RpcError).attempts;
      settle(item, wasSent ? { status: isAborted ? "unknown" : "failed", error } : { status: "notSent" });
    }
    underWay.delete(item.key);
    advance();
  };

  const pull = async () => {
    isPulling = true;
    try {
      if (performance.now() - restedAt > SLICE_MS) {
        await nextTask();
        restedAt = performance.now();
      }
      if (!end) {
        pulled = (leftBehind.get(iterator) as Pull<Request>) ?? take(iterator);
        leftBehind.delete(iterator);
        const taken = await pulled;
        if (isFinished) return;
        if (taken.isEnd) {
          isDry = true;
          end ??= {};
        } else {
          const { request } = taken;
          head = { index: counts.taken++, request, key: keyOf(request) };
          note();
        }
      }
    } catch (error) {
      isDry = true;
      end ??= { error };
    }
    pulled = undefined;
    isPulling = false;
    advance();
  };

  /** Whether the next call may be made; later, it is asked again. */
  const isDue = () => {
    const now = performance.now();
    if (now < dueAt) {
      pacer ??= setTimeout(
        () => {
          pacer = undefined;
          advance();
        },
        Math.min(dueAt - now, LONGEST_TIMER_MS),
      );
      return false;
    }
    dueAt = Math.max(dueAt, now - LATE_MS) + intervalMs;
    return true;
  };

  /** Whatever can be done now. */
  const advance = () => {
    const item = head;
    if (item && (isStopped || (!underWay.has(item.key) && isDue()))) {
      head = undefined;
      if (isStopped) settle(item, { status: "notSent" });
      else void launch(item);
    }
    if (!head && !end && !isPulling && counts.taken - readCount < concurrency) void pull();
    wake();
  };

  const stop = (error: unknown) => {
    // What is under way, or waits, will not all be done: that is no good end.
    if (!end || (!isFailure(end) && (underWay.size || head))) end = { error };
    isStopped = true;
    grace ??= setTimeout(() => {
      isLate = true;
      wake();
    }, GRACE_MS);
    advance();
  };

  const onAbort = () => {
    const { reason } = signal?.aborted ? signal : closed;
    const message = "the fleet was aborted; what it had taken has its results";
    stop(failure({ family: "rpc", code: "cancelled", kind: "aborted", message, cause: reason }));
    abort.abort(reason);
  };
  const listen = (method: "addEventListener" | "removeEventListener") => {
    for (const source of [signal, closed]) {
      // A signal may be anybody's: one that throws is as good as none.
      try {
        source?.[method]("abort", onAbort);
      } catch {}
    }
  };
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  listen("addEventListener");
  if (signal?.aborted || closed.aborted) onAbort();
  let isLeft = true;
  try {
    for (;;) {
      advance();
      const result = results.shift();
      if (result) {
        yield result;
        // Read when the next one is asked for.
        readCount += 1;
      } else if (end && !underWay.size && !head && (!isPulling || isLate)) break;
      else await change();
    }
    isLeft = false;
    if (isFailure(end)) throw end.error;
  } finally {
    if (isLeft) {
      stop(undefined);
      abort.abort();
      while (underWay.size) await change();
    }
    isFinished = true;
    listen("removeEventListener");
    for (const timer of [pacer, teller, grace]) clearTimeout(timer);
    tell(true);
    if (!isDry) {
      if (!isLeft) {
        if (pulled) leftBehind.set(iterator, pulled);
      } else if (pulled) Promise.resolve(close(iterator)).catch(() => {});
      else await close(iterator);
    }
  }
}

const isFailure = (end: { error?: unknown }) => Object.hasOwn(end, "error");

/** What the core takes for the same number has the same digits. Who names none means their own. */
function keyOf(request: unknown): string {
  const number = peek(request, "phoneNumber");
  return typeof number === "string" ? digitsOf(number) : "";
}

/** After whatever else the page has to do. Unlike a timer, it is not slowed down when the page is hidden. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    try {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    } catch {
      // There is none, or what other scripts put on `Object.prototype` keeps it from working.
      setTimeout(resolve);
    }
  });
}
