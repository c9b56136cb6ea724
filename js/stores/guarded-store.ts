// A store of the application's own. What it throws may quote what it was given, or gave: there are tokens in that.
import { shownCause } from "../core/shown-cause.js";
import { peek } from "../given/read.js";

/** How many of the newest records are remembered, of each store and of all. */
const NEWEST = 8;

/** What else is stored has no tokens in it. */
const SECRET_KEYS = "sipbreakout/session/";

/** Two stores may stand before one database. */
let ofAll: readonly string[] = [];

const newest = (records: readonly string[], record: string): readonly string[] =>
  [record, ...records.filter((known) => known !== record)].slice(0, NEWEST);

/** @internal The same store: it rejects with what may be shown of what `store` throws. */
export function guarded(store: object) {
  // A server has the stores of many people, and each may throw long after.
  let own: readonly string[] = [];
  const remember = (key: string, record: unknown): void => {
    if (typeof record !== "string" || !key.startsWith(SECRET_KEYS)) return;
    own = newest(own, record);
    ofAll = newest(ofAll, record);
  };
  const ask = async (method: string, key: string, text?: string): Promise<unknown> => {
    remember(key, text);
    const texts = text === undefined ? [key] : [key, text];
    try {
      const value = await (peek(store, method) as (...texts: string[]) => unknown).apply(store, texts);
      if (method === "get") remember(key, value);
      return value;
    } catch (thrown) {
      throw await shownCause(thrown, [...own, ...ofAll]);
    }
  };
  return {
    get: (key: string) => ask("get", key),
    set: (key: string, value: string) => ask("set", key, value),
    remove: (key: string) => ask("remove", key),
  };
}
