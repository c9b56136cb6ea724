// A store of the application's own. What it throws may quote what it was given, or gave: there are tokens in that.
import { secretsOf } from "./client/attempt.js";
import { causeOf } from "./client/cause.js";
import { current, loaded } from "./core/load.js";
import { peek } from "./given/read.js";

/** How many of the newest records are remembered. */
const NEWEST = 8;

let records: string[] = [];

function remember(record: unknown): void {
  if (typeof record !== "string") return;
  records = [record, ...records.filter((known) => known !== record)].slice(0, NEWEST);
}

/** @internal The store as Rust sees it: it rejects with what may be shown of what `store` throws. */
export function guarded(store: object) {
  const ask = async (method: string, ...texts: string[]): Promise<unknown> => {
    remember(texts[1]);
    try {
      const value = await (peek(store, method) as (...texts: string[]) => unknown).apply(store, texts);
      if (method === "get") remember(value);
      return value;
    } catch (thrown) {
      throw causeOf(thrown, secretsOf(current() ?? (await loaded()), [], records));
    }
  };
  return {
    get: (key: string) => ask("get", key),
    set: (key: string, value: string) => ask("set", key, value),
    remove: (key: string) => ask("remove", key),
  };
}
