// Copies of what the caller gave, made in the turn of the call: afterwards the caller may change, refill or freeze it, and
// the wasm may take its time to load. Each named field is read once. What has an identity (functions, signals, stores,
// `auth`) is kept as it is. `structuredClone` would refuse functions and throw at every proxy, which is what the state
// of most front-end frameworks is.
import { bare, isRecord, read } from "./read.js";

/** How one field is copied. If it throws, the field counts as unreadable. */
export type Copy = (value: unknown) => unknown;

/** All fields that a type has. */
export type Fields<T> = Record<keyof T, Copy>;

/** The fields that are read, by name. */
type Shape = Readonly<Record<string, Copy>>;

/** A property like any other. Where one is inherited, assigning it might run a setter of `Object.prototype`. */
function define(target: object, name: string, value: unknown): void {
  if (!(name in target)) {
    (target as Record<string, unknown>)[name] = value;
    return;
  }
  const common = { value, enumerable: true, writable: true, configurable: true };
  Object.defineProperty(target, name, bare(common));
}

/** Reading the copy throws too, so the check names the field. The original error is not kept: it may contain a secret. */
function defineUnreadable(target: object, name: string): void {
  const get = () => {
    throw new TypeError(`${name} can't be read.`);
  };
  Object.defineProperty(target, name, bare({ get, enumerable: false, configurable: true }));
}

function copyInto(target: object, given: object, shape: Shape): void {
  for (const name of Object.keys(shape)) {
    try {
      const value = read(given, name);
      const isThere = value !== undefined || Object.hasOwn(given, name);
      if (isThere) define(target, name, (shape[name] as Copy)(value));
    } catch {
      defineUnreadable(target, name);
    }
  }
  let others: string[] = [];
  try {
    others = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
  } catch {
    // A proxy that can't list its fields. The known fields were read above.
  }
  // The check refuses unknown fields by name. Their getters do not run.
  for (const name of others) define(target, name, dataOf(given, name));
}

function dataOf(given: object, name: string): unknown {
  try {
    const found = Object.getOwnPropertyDescriptor(given, name);
    return found && Object.hasOwn(found, "value") ? found.value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @internal A copy of options: an object that inherits nothing. Arrays, functions and primitives are no options: they are
 * returned as they are, and the check refuses them.
 */
export function optionsOf<T>(given: T, shape: Shape): T {
  if (!isRecord(given)) return given;
  const copy = bare({});
  copyInto(copy, given, shape);
  return copy as T;
}

/** @internal A copy that the application gets to see again: an ordinary object. */
export function requestOf<T>(given: T, shape: Shape): T {
  if (!isRecord(given)) return given;
  const copy = {};
  copyInto(copy, given, shape);
  return copy as T;
}

/** @internal Not copied: a primitive, or an object that is used by reference. */
export const asIs: Copy = (value) => value;

/** @internal Options within options. */
export const nested =
  (shape: Shape): Copy =>
  (value) =>
    optionsOf(value, shape);

/** @internal An object of any names. */
export const record: Copy = (value) => {
  if (!isRecord(value)) return value;
  const copy: Record<string, unknown> = bare({});
  for (const name of Object.keys(value)) copy[name] = read(value, name);
  return copy;
};

/** @internal An array of strings, where one string will do. */
export const list: Copy = (value) => (Array.isArray(value) ? [...value] : value);

/** @internal What `new Headers()` takes: a Headers object or another iterable of pairs (as an array of pairs), or an object. */
export const headers: Copy = (value) => {
  if (typeof value !== "object" || value === null) return value;
  if (typeof read(value, Symbol.iterator) !== "function") return record(value);
  return [...(value as Iterable<unknown>)].map((pair) => (Array.isArray(pair) ? [...pair] : pair));
};
