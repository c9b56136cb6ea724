// JSON texts that lie in stores, or come from other tabs: other scripts and other versions of this package write there, too.
import { bare, isRecord } from "../given/read.js";

/** @internal The fields of an object. Null is as good as missing. */
export type Fields = { readonly [name: string]: unknown };

/** @internal */
export const NONE: Fields = bare({});

/** @internal The object that `text` says, without anything inherited; undefined for anything else. */
export function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? bare(value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** @internal Nobody's `toJSON` is asked. */
export const jsonOf = (fields: Fields): string => JSON.stringify(bare(fields));

/** @internal */
export const isText = (value: unknown): value is string => typeof value === "string";

/** @internal */
export const isNumber = (value: unknown): value is number => typeof value === "number";

/** @internal A text, or nothing. */
export const isAnyText = (value: unknown): value is string | null | undefined =>
  isText(value) || value === undefined || value === null;

/** @internal A number, or nothing. */
export const isAnyNumber = (value: unknown): value is number | null | undefined =>
  isNumber(value) || value === undefined || value === null;
