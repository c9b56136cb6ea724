// `appState` as JSON, in the turn of the call.
import { bare, read } from "./read.js";
import type { Copy } from "./snapshot.js";

/** A value that is not a string, so that the check refuses it. */
const NO_JSON = bare({});

/**
 * A copy of a value with what JSON keeps of it. `JSON.stringify` on the value itself would also call a `toJSON` that is on
 * `Object.prototype`; the copy inherits none.
 */
function sayable(given: unknown, key: string, above: readonly object[]): unknown {
  let value = given;
  const toJson = read(value, "toJSON");
  if (typeof toJson === "function") value = toJson.call(value, key);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) value = value.valueOf();
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) throw new TypeError("It has itself in it.");
  const path = [...above, value];
  if (Array.isArray(value)) {
    const list = value.map((each, index) => sayable(each, String(index), path));
    return Object.defineProperty(list, "toJSON", bare({ value: undefined }));
  }
  const copy: Record<string, unknown> = bare({});
  for (const name of Object.keys(value)) copy[name] = sayable(read(value, name), name, path);
  return copy;
}

/** @internal The JSON text; `NO_JSON` for a value that has none. */
export const json: Copy = (value) => {
  if (value === undefined || value === null) return undefined;
  try {
    return JSON.stringify(sayable(value, "", [])) ?? NO_JSON;
  } catch {
    return NO_JSON;
  }
};
