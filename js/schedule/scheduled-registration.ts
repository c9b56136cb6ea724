// A registration as it is stored, and as the numbers that Rust takes (src/schedule/numbers.rs).
import { invalidInput } from "../errors.js";
import { isRecord } from "../given/read.js";
import { Reader } from "../given/reader.js";
import type { RegistrationProblem } from "../options.js";

/**
 * How a registration stands, as JSON to store. Every function returns a new one and changes none. Store it as it is: what is
 * in it is for `next` to say. Times are milliseconds since 1970 (`Date.now()`).
 */
export interface ScheduledRegistration {
  /** The version of this form. */
  readonly v: 1;
  /** What is to be done at the core. */
  readonly desired: "upsert" | "delete" | "nothing";
  /** Since when it is to be deleted. */
  readonly deleteSinceMs?: number;
  /** What the core granted last. */
  readonly granted?: {
    readonly sentAtMs: number;
    readonly timeToLiveMs: number;
    readonly refreshAfterMs: number;
  };
  /** When a call was begun last, and how long to wait from then on. */
  readonly tried?: { readonly atMs: number; readonly waitMs: number };
  /** A call whose answer is not known. */
  readonly call?: {
    readonly untilMs: number;
    readonly isDelete?: true;
    readonly isRepeated?: true;
    readonly isOutdated?: true;
  };
  /** The core has not taken what is desired now. */
  readonly isNew?: true;
  /** Nobody has tried what is desired now. */
  readonly isFirst?: true;
  readonly hasFailed?: true;
  readonly isRejected?: true;
  /** A deletion may reach the core late. */
  readonly isUnsure?: true;
}

const DESIRED = ["upsert", "delete", "nothing"] as const;
/** The bits of the last number. */
const OF_REGISTRATION = { isNew: 1, isFirst: 2, hasFailed: 4, isRejected: 8, isUnsure: 16 };
const OF_CALL = { isDelete: 32, isRepeated: 64, isOutdated: 128 };
/** The last moment of a `Date`. */
const MOST_MS = 8.64e15;

/** @internal A finite number from 0, which has to be there. */
export function amount(reader: Reader, field: string): number {
  const number = reader.number(field, 0, MOST_MS);
  if (number === undefined) reader.problem(field, "missing", "A number is wanted.");
  return number ?? Number.NaN;
}

function flags(reader: Reader, bits: Record<string, number>): number {
  return Object.entries(bits).reduce((sum, [name, bit]) => sum + (reader.boolean(name) ? bit : 0), 0);
}

/** The numbers of an object of numbers; NaN for each where there is none. */
function group(reader: Reader, name: string, fields: string[], problems: RegistrationProblem[]): number[] {
  const given = reader.value(name);
  if (given === undefined) return fields.map(() => Number.NaN);
  const inner = Reader.nested(given, name);
  const numbers = fields.map((field) => amount(inner, field));
  problems.push(...inner.finish());
  return numbers;
}

/** The deadline of the call, and its flags. */
function callOf(reader: Reader, problems: RegistrationProblem[]): [number, number] {
  const given = reader.value("call");
  if (given === undefined) return [Number.NaN, 0];
  const inner = Reader.nested(given, "call");
  const call: [number, number] = [amount(inner, "untilMs"), flags(inner, OF_CALL)];
  problems.push(...inner.finish());
  return call;
}

/** @internal @throws InvalidRequestError for what no function of this entry returned */
export function numbersOf(registration: unknown): number[] {
  const reader = new Reader(isRecord(registration) ? registration : undefined, "registration");
  const v = reader.value("v");
  if (v !== 1) {
    const found = isRecord(registration)
      ? `its v is ${typeof v === "number" ? v : "no number"}`
      : "it is no object";
    const message = `Give what a function of sipbreakout-web/schedule returned, with v: 1; ${found}.`;
    throw invalidInput([{ field: "registration", code: "unknown_version", message }]);
  }
  const others: RegistrationProblem[] = [];
  const desired = reader.choice("desired", DESIRED);
  if (desired === undefined) reader.problem("desired", "missing", `Use one of: ${DESIRED.join(", ")}.`);
  const isDeletion = desired === "delete" || reader.value("deleteSinceMs") !== undefined;
  const deleteSinceMs = isDeletion ? amount(reader, "deleteSinceMs") : Number.NaN;
  const granted = group(reader, "granted", ["sentAtMs", "timeToLiveMs", "refreshAfterMs"], others);
  const tried = group(reader, "tried", ["atMs", "waitMs"], others);
  const [untilMs, callBits] = callOf(reader, others);
  const bits = flags(reader, OF_REGISTRATION) + callBits;
  const problems = [...reader.finish(), ...others];
  if (problems.length > 0) {
    throw invalidInput(problems.map((problem) => ({ ...problem, field: `registration.${problem.field}` })));
  }
  return [DESIRED.indexOf(desired ?? "nothing"), deleteSinceMs, ...granted, ...tried, untilMs, bits];
}

const flagsOf = (sum: number, bits: Record<string, number>) =>
  Object.fromEntries(Object.entries(bits).flatMap(([name, bit]) => (sum & bit ? [[name, true]] : [])));

/** @internal */
export function registrationOf(numbers: ArrayLike<number>): ScheduledRegistration {
  const [desired, deleteSinceMs, sentAtMs, timeToLiveMs, refreshAfterMs, atMs, waitMs, untilMs, bits] =
    numbers as unknown as [number, number, number, number, number, number, number, number, number];
  const isThere = (number: number) => !Number.isNaN(number);
  return Object.freeze({
    v: 1,
    desired: DESIRED[desired] ?? "nothing",
    ...(isThere(deleteSinceMs) && { deleteSinceMs }),
    ...(isThere(sentAtMs) && { granted: Object.freeze({ sentAtMs, timeToLiveMs, refreshAfterMs }) }),
    ...(isThere(atMs) && { tried: Object.freeze({ atMs, waitMs }) }),
    ...(isThere(untilMs) && { call: Object.freeze({ untilMs, ...flagsOf(bits, OF_CALL) }) }),
    ...flagsOf(bits, OF_REGISTRATION),
  });
}
