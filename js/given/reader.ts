// Reading options field by field, so that each mistake names its field. All of them are found at once. What is read are
// the copies of snapshot.ts: a field that could not be read is a getter that throws.
import type { RegistrationProblem } from "../options.js";
import { isArray, isRecord, peek, read } from "./read.js";

/** @internal What `fetch` knows. */
export const CREDENTIALS = ["omit", "same-origin", "include"] as const;

/** For people: what came instead. */
function kindOf(value: unknown): string {
  if (isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** @internal Something that can be heeded as an AbortSignal. It may be another realm's, or a polyfill's. */
export function isSignal(value: unknown): value is AbortSignal {
  return typeof peek(value, "aborted") === "boolean" && typeof peek(value, "addEventListener") === "function";
}

/** The name and value of each entry, one after the other; undefined if not all are strings. */
function flat(entries: readonly unknown[]): string[] | undefined {
  const texts = entries.flatMap((entry) => (isArray(entry) ? [entry[0], entry[1]] : [undefined]));
  return texts.every((text) => typeof text === "string") ? (texts as string[]) : undefined;
}

const flatRecord = (value: unknown) => (isRecord(value) ? flat(Object.entries(value)) : undefined);

/** @internal Reads the properties of one object and remembers what is wrong with them. */
export class Reader {
  readonly #object: unknown;
  readonly #prefix: string;
  readonly #known: string[] = [];
  readonly #problems: RegistrationProblem[] = [];

  /** `what` names the object where it is none itself. Undefined and null are an empty object. */
  constructor(object: unknown, what: string, prefix = "") {
    this.#object = object ?? undefined;
    this.#prefix = prefix;
    if (this.#object !== undefined && !isRecord(object)) {
      this.#problems.push({ field: what, ...wrongType("An object", object) });
    }
  }

  /** For an object within options: problems are named `prefix.field`. */
  static nested(object: unknown, prefix: string): Reader {
    return new Reader(object, prefix, `${prefix}.`);
  }

  /** Notes a problem of `field`, unless it has one. */
  problem(field: string, code: string, message: string): void {
    const name = this.#prefix + field;
    if (!this.#problems.some((problem) => problem.field === name)) {
      this.#problems.push({ field: name, code, message });
    }
  }

  /** The value of `field`; null is undefined. */
  value(field: string): unknown {
    this.#known.push(field);
    try {
      return read(this.#object, field) ?? undefined;
    } catch {
      // What it threw may quote anything, a token as well.
      this.problem(field, "unreadable", "Reading it threw an error.");
      return undefined;
    }
  }

  #typed<T>(field: string, wanted: string, convert: (value: unknown) => T | undefined): T | undefined {
    const value = this.value(field);
    if (value === undefined) return undefined;
    const converted = convert(value);
    if (converted === undefined) {
      const { code, message } = wrongType(wanted, value);
      this.problem(field, code, message);
    }
    return converted;
  }

  string(field: string): string | undefined {
    return this.#typed(field, "A string", (value) => (typeof value === "string" ? value : undefined));
  }

  boolean(field: string): boolean | undefined {
    return this.#typed(field, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  #finite(field: string, wanted: string): number | undefined {
    return this.#typed(field, wanted, (value) => (Number.isFinite(value) ? (value as number) : undefined));
  }

  /** A finite number of milliseconds. */
  milliseconds(field: string): number | undefined {
    return this.#finite(field, "A finite number of milliseconds");
  }

  /** A finite number from `least` to `most`. */
  number(field: string, least: number, most: number): number | undefined {
    const number = this.#finite(field, "A finite number");
    if (number === undefined || (number >= least && number <= most)) return number;
    this.problem(field, "out_of_range", `Give a number from ${least} to ${most}.`);
    return undefined;
  }

  /** Nothing is known of the function but that it is one: what it returns is checked when it is called. */
  function<T extends (...args: never[]) => unknown>(field: string): T | undefined {
    return this.#typed(field, "A function", (value) =>
      typeof value === "function" ? (value as T) : undefined,
    );
  }

  signal(field: string): AbortSignal | undefined {
    return this.#typed(field, "An AbortSignal", (value) => (isSignal(value) ? value : undefined));
  }

  /** A string of names divided by blanks, or an array of strings. */
  names(field: string): string[] | undefined {
    return this.#typed(field, "A string or an array of strings", (value) => {
      const names = typeof value === "string" ? value.split(/[ \t\n\f\r]+/).filter(Boolean) : value;
      const isList = isArray(names) && names.every((name) => typeof name === "string");
      return isList ? (names as string[]) : undefined;
    });
  }

  /** An object whose values are strings: each name with its value behind it. */
  record(field: string): string[] {
    return this.#typed(field, "An object whose values are strings", flatRecord) ?? [];
  }

  /** What `new Headers()` takes: a Headers object, an array of pairs, or an object. Each name with its value behind it. */
  headers(field: string): string[] {
    const wanted = "A Headers object, an array of pairs or an object of strings";
    return this.#typed(field, wanted, (value) => (isArray(value) ? flat(value) : flatRecord(value))) ?? [];
  }

  /** One of `allowed`. */
  choice<T extends string>(field: string, allowed: readonly T[]): T | undefined {
    const text = this.string(field);
    const found = allowed.find((each) => each === text);
    if (text !== undefined && found === undefined) {
      this.problem(field, "unknown_value", `Use one of: ${allowed.join(", ")}.`);
    }
    return found;
  }

  /** All problems, unknown fields among them. */
  finish(): RegistrationProblem[] {
    const names = isRecord(this.#object) ? Object.keys(this.#object) : [];
    for (const name of names) {
      if (this.#known.includes(name)) continue;
      const message = `There is no such option. Known are: ${this.#known.join(", ")}.`;
      this.problem(name, "unknown_field", message);
    }
    return this.#problems;
  }
}

function wrongType(wanted: string, value: unknown) {
  return { code: "wrong_type", message: `${wanted} is wanted, not ${kindOf(value)}.` };
}
