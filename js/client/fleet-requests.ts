// The requests of a fleet: whatever can be iterated.
import { peek, read } from "../given/read.js";
import { REGISTRATION } from "../given/shapes.js";
import { requestOf } from "../given/snapshot.js";

/** @internal */
export type Requests<Request> = Iterable<Request> | AsyncIterable<Request>;
/** What was taken: `request` is a copy. */
type Taken<Request> = { isEnd: true } | { isEnd: false; request: Request };
/** @internal */
export type Pull<Request> = Promise<Taken<Request>>;

/** @internal The function that opens an iterable of either kind. */
export function opener<Request>(requests: Requests<Request>) {
  const either = [Symbol.asyncIterator, Symbol.iterator].map((name) => peek(requests, name));
  return either.find((each) => typeof each === "function") as
    | (() => Iterator<Request> | AsyncIterator<Request>)
    | undefined;
}

/**
 * @internal The next request. It is copied as soon as it is there: the caller may fill the same object again for the next one.
 */
export function take<Request>(iterator: Iterator<Request> | AsyncIterator<Request>): Pull<Request> {
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

/** @internal */
export function close(iterator: Iterator<unknown> | AsyncIterator<unknown>): unknown {
  return typeof read(iterator, "return") === "function" ? iterator.return?.() : undefined;
}
