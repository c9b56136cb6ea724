// `appState` as JSON, in the turn of the call.
import { bare, read } from "./read.js";
import type { Copy } from "./snapshot.js";

/** What the check does not take for JSON text. */
const NO_JSON = bare({});

/**
 * What JSON says of a value. `JSON.stringify` alone would also ask a `toJSON` that is on `Object.prototype`; the copy
 * has none.
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

/** @internal The text; something that is no text where JSON can't say it. */
export const json: Copy = (value) => {
  if (value === undefined || value === null) return undefined;
  try {
    return JSON.stringify(sayable(value, "", [])) ?? NO_JSON;
  } catch {
    return NO_JSON;
  }
};
