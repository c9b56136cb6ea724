// `sipbreakout-web/schedule`: when a server that keeps registrations has to call, and what the answers mean. Plain functions for Node:
// what they know of a registration is in the JSON that they are given and return.
import { invalidInput } from "../errors.js";
import { Reader } from "../given/reader.js";
import type { RegistrationProblem } from "../options.js";
import { type CallFailure, flatFailure } from "./call-failure.js";
import { amount, numbersOf, registrationOf, type ScheduledRegistration } from "./scheduled-registration.js";
import { decide } from "./wasm.js";

export type { CallFailure, ScheduledRegistration };

/**
 * How a registration stands. As a keeper's `state`: `registering`, `registered`, `atRisk`, `lapsed`, `rejected`. `deleting`: it is
 * to be deleted; `stopped`: nothing is done about it any more.
 */
export type ScheduledState =
  | "registering"
  | "registered"
  | "atRisk"
  | "lapsed"
  | "rejected"
  | "deleting"
  | "stopped";

/** What is to be called, and how the registration stands. */
export type NextCall = {
  state: ScheduledState;
  /** When the core forgets what it granted; undefined if it granted nothing, or has deleted it. */
  expiresAtMs: number | undefined;
} & (
  | {
      call: "upsert" | "delete";
      /** When it is due: in the past if it is late. While a call is under way, its deadline: it is made again then. */
      atMs: number;
      /** How long it may take at most. */
      timeoutMs: number;
    }
  | { call: undefined; atMs: undefined; timeoutMs: undefined }
);

/** What the core granted. */
export interface GrantedAnswer {
  timeToLiveMs: number;
  /** When the request was sent, if that is known better than by when `begin` was called. */
  sentAtMs?: number | undefined;
}

/** Reads arguments; all that is wrong with them is one error. */
function read<T>(
  given: Record<string, unknown>,
  of: (reader: Reader) => T,
  more: RegistrationProblem[] = [],
): T {
  const reader = new Reader(given, "arguments");
  const result = of(reader);
  const problems = [...reader.finish(), ...more];
  if (problems.length > 0) throw invalidInput(problems);
  return result;
}

const moment = (nowMs: unknown) => read({ nowMs }, (reader) => amount(reader, "nowMs"));

/** From 0 to 1. */
function chance(reader: Reader): number {
  return reader.number("random", 0, 1) ?? Math.random();
}

/** A registration that is newly desired. */
export function desired(): ScheduledRegistration;
/** It is desired otherwise than before, again, or to be told to the core now. */
export function desired(registration: ScheduledRegistration, nowMs: number): ScheduledRegistration;
export function desired(registration?: ScheduledRegistration, nowMs?: number): ScheduledRegistration {
  if (registration === undefined) return registrationOf(decide((wasm) => wasm.newRegistration()));
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  return registrationOf(decide((wasm) => wasm.desired(numbers, now)));
}

/** It is to be deleted at the core, and kept no more. */
export function deletionDesired(registration: ScheduledRegistration, nowMs: number): ScheduledRegistration {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  return registrationOf(decide((wasm) => wasm.deletionDesired(numbers, now)));
}

/** What is to be called, when, and how the registration stands. */
export function next(registration: ScheduledRegistration, nowMs: number): NextCall {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  const [call, state, atMs, timeoutMs, expires] = decide((wasm) => wasm.nextCall(numbers, now));
  const expiresAtMs = Number.isNaN(expires) ? undefined : expires;
  if (call === "") return { state, expiresAtMs, call: undefined, atMs: undefined, timeoutMs: undefined };
  // Queues want whole milliseconds, and a job that comes a fraction too early would find nothing due.
  return { state, expiresAtMs, call, atMs: Math.ceil(atMs), timeoutMs };
}

/**
 * The call that `next` tells of begins. Store what this returns before the call is sent: until its deadline `next` tells of
 * no other one, whoever asks. `timeoutMs`: the call's deadline, if it is sooner than `next` says.
 * @throws InvalidRequestError if no call is due: `next` says so before
 */
export function begin(
  registration: ScheduledRegistration,
  nowMs: number,
  options?: { timeoutMs?: number | undefined },
): ScheduledRegistration {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  const reader = new Reader(options, "options");
  const timeoutMs = reader.number("timeoutMs", 1, 86_400_000) ?? Infinity;
  const problems = reader.finish();
  if (problems.length > 0) throw invalidInput(problems);
  const begun = decide((wasm) => wasm.begin(numbers, timeoutMs, now));
  if (begun) return registrationOf(begun);
  const message = "No call is due: next() says when one is.";
  throw invalidInput([{ field: "registration", code: "not_due", message }]);
}

/** The core took it. `random` is a number from 0 to 1, from which it follows when it is refreshed. */
export function registered(
  registration: ScheduledRegistration,
  nowMs: number,
  answer: GrantedAnswer,
  random?: number,
): ScheduledRegistration {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  const reader = new Reader(answer, "answer");
  const timeToLiveMs = amount(reader, "timeToLiveMs");
  const sentAtMs = reader.value("sentAtMs") === undefined ? Number.NaN : amount(reader, "sentAtMs");
  const drawn = read({ random }, chance, reader.finish());
  return registrationOf(decide((wasm) => wasm.registered(numbers, timeToLiveMs, sentAtMs, drawn, now)));
}

/**
 * The call failed. Whatever it was, it is tried again, unless the core answered NOT_ACCEPTABLE (kind `rejected`). A deletion
 * ends also with other answers that are for good. `random` is a number from 0 to 1, from which the length of the wait follows.
 */
export function failed(
  registration: ScheduledRegistration,
  nowMs: number,
  error: CallFailure,
  random?: number,
): ScheduledRegistration {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  const drawn = read({ random }, chance);
  const [family, code, kind, askedMs] = flatFailure(error);
  return registrationOf(decide((wasm) => wasm.failed(numbers, family, code, kind, askedMs, drawn, now)));
}

/** The core deleted it. */
export function deleted(registration: ScheduledRegistration, nowMs: number): ScheduledRegistration {
  const [numbers, now] = [numbersOf(registration), moment(nowMs)];
  return registrationOf(decide((wasm) => wasm.deleted(numbers, now)));
}
