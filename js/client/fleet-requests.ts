// The requests of a fleet: whatever can be iterated, taken one by one.
import { peek, read } from "../given/read.js";
import { REGISTRATION } from "../given/shapes.js";
import { requestOf } from "../given/snapshot.js";

/** @internal */
export type Requests<Request> = Iterable<Request> | AsyncIterable<Request>;
type AnyIterator<Request> = Iterator<Request> | AsyncIterator<Request>;
/** What was taken: `request` is a copy. */
type Taken<Request> = { isEnd: true } | { isEnd: false; request: Request };
type Pull<Request> = Promise<Taken<Request>>;

/** After so long the page has its turn: well below 50 ms, also where others want the processor. */
const SLICE_MS = 5;

/** What a fleet had asked for and did not wait for, by iterator: it is the next fleet's. */
const leftBehind = new WeakMap<object, Pull<unknown>>();

/** @internal The function that opens an iterable of either kind. */
export function opener<Request>(requests: Requests<Request>) {
  const either = [Symbol.asyncIterator, Symbol.iterator].map((name) => peek(requests, name));
  return either.find((each) => typeof each === "function") as (() => AnyIterator<Request>) | undefined;
}

/** @internal An iterator, as a fleet reads it. */
export class RequestSource<Request> {
  readonly #iterator: AnyIterator<Request>;
  /** What was asked for and is not there yet. */
  #pulled: Pull<Request> | undefined;
  #isDry = false;
  #restedAt = performance.now();

  constructor(requests: Requests<Request>) {
    this.#iterator = (opener(requests) as () => AnyIterator<Request>).call(requests);
  }

  /** Whether the page waits for its turn. */
  get needsRest(): boolean {
    return performance.now() - this.#restedAt > SLICE_MS;
  }

  async rest(): Promise<void> {
    await nextTask();
    this.#restedAt = performance.now();
  }

  /** The next request. Rejects with what the iterator throws. */
  async take(): Pull<Request> {
    try {
      this.#pulled = (leftBehind.get(this.#iterator) as Pull<Request>) ?? pull(this.#iterator);
      leftBehind.delete(this.#iterator);
      const taken = await this.#pulled;
      this.#isDry = taken.isEnd;
      return taken;
    } catch (error) {
      this.#isDry = true;
      throw error;
    } finally {
      this.#pulled = undefined;
    }
  }

  /** Nothing more is taken by this fleet. The next one can go on with the iterator, unless it is to be closed. */
  async release(isToBeClosed: boolean): Promise<void> {
    if (this.#isDry) return;
    if (!isToBeClosed) {
      if (this.#pulled) leftBehind.set(this.#iterator, this.#pulled);
      return;
    }
    const closing = close(this.#iterator);
    // It may close only when it has given what it was asked for, and that may take for ever.
    if (this.#pulled) Promise.resolve(closing).catch(() => {});
    else await closing;
  }
}

/** The next request. It is copied as soon as it is there: the caller may fill the same object again for the next one. */
function pull<Request>(iterator: AnyIterator<Request>): Pull<Request> {
  const copied = (step: unknown): Taken<Request> => {
    if (typeof step !== "object" || step === null) throw new TypeError("The iterator gave no result.");
    if (read(step, "done")) return { isEnd: true };
    return { isEnd: false, request: requestOf(read(step, "value") as Request, REGISTRATION) };
  };
  const step: unknown = iterator.next();
  return typeof peek(step, "then") === "function"
    ? Promise.resolve(step).then(copied)
    : Promise.resolve(copied(step));
}

function close(iterator: AnyIterator<unknown>): unknown {
  return typeof read(iterator, "return") === "function" ? iterator.return?.() : undefined;
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
