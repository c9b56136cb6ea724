// Where the registrations that are kept are remembered: strings by name, never a token. One store outlives the page and is
// shared by all tabs (IndexedDB), one outlives only an instance of the wasm.

import { clock } from "./alarm.js";
import { KEPT_DATABASE } from "./kept-database.js";

/** @internal */
export interface RecordStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  /** With `value` only if that is what is there. */
  remove(key: string, value?: string): Promise<unknown>;
  entries(prefix: string): Promise<[key: string, value: unknown][]>;
}

/** @internal */
export interface SharedStore extends RecordStore {
  /** Puts `value` there, if `known` is what is there; undefined is nothing. Resolves to what was there. */
  replace(key: string, known: string | undefined, value: string): Promise<unknown>;
}

const STORE = "records";
/** A database that does not answer must not hold up a call. */
const TIMEOUT_MS = 3000;
/** Many records may take longer. */
const TIMEOUT_FOR_EACH_MS = 1;
/** When the page had no turn for so long, the answer may be there and wait behind the timer. */
const GRACE_MS = 100;
/** After which it is asked again. (WebKit's may never answer after the machine has slept.) */
const SILENT_MS = 30_000;

interface Work {
  ask: (store: IDBObjectStore) => IDBRequest;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

let database: Promise<IDBDatabase> | undefined;
let waiting: Work[] = [];
/** Until then it is not asked, by the page's clock. */
let silentUntil = Number.NEGATIVE_INFINITY;
const silence = new Set<() => void>();

/** @internal Calls `listener` when the database does not answer. Returns how to stop listening. */
export function onSilence(listener: () => void): () => void {
  silence.add(listener);
  return () => silence.delete(listener);
}

/** It is opened anew later, unless it answers before that. */
function fallSilent(): void {
  const isNews = database !== undefined;
  database = undefined;
  silentUntil = clock() + SILENT_MS;
  if (isNews) for (const listener of [...silence]) listener();
}

function open(): Promise<IDBDatabase> {
  if (database) return database;
  const coming = new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(KEPT_DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => {
      const opened = opening.result;
      // After a silence another one may be open.
      database ??= coming;
      if (database !== coming) {
        opened.close();
        return reject(new Error("Another connection is open by now."));
      }
      silentUntil = Number.NEGATIVE_INFINITY;
      opened.onclose = leave;
      // A later version of this package wants another form.
      opened.onversionchange = () => {
        opened.close();
        leave();
      };
      resolve(opened);
    };
    opening.onerror = () => reject(opening.error);
  });
  const leave = () => {
    if (database === coming) database = undefined;
  };
  coming.catch(leave);
  database = coming;
  return coming;
}

/** Calls `expire` after `ms`. Returns how to prevent it. */
function limit(ms: number, expire: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(expire, GRACE_MS);
  }, ms);
  return () => clearTimeout(timer);
}

/** All that was asked in one turn is one transaction. */
async function flush(): Promise<void> {
  const works = waiting;
  waiting = [];
  let isGivenUp = false;
  let transaction: IDBTransaction | undefined;
  const fail = (reason: unknown) => {
    isGivenUp = true;
    for (const { reject } of works) reject(reason);
  };
  if (clock() < silentUntil) return fail(new Error("The database did not answer just now."));
  const lift = limit(TIMEOUT_MS + works.length * TIMEOUT_FOR_EACH_MS, () => {
    fallSilent();
    fail(new Error("The database does not answer."));
    // What was refused must not be done later, over what was wanted since.
    try {
      transaction?.abort();
    } catch {
      // It has ended.
    }
  });
  try {
    const opened = await open();
    if (isGivenUp) return;
    const begun = opened.transaction(STORE, "readwrite");
    transaction = begun;
    const store = begun.objectStore(STORE);
    const requests = works.map(({ ask }) => ask(store));
    await new Promise<void>((resolve, reject) => {
      begun.oncomplete = () => resolve();
      begun.onabort = () => reject(begun.error);
    });
    works.forEach(({ resolve }, index) => {
      resolve(requests[index]?.result);
    });
  } catch (thrown) {
    fail(thrown);
  } finally {
    lift();
  }
}

function ask<T>(request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (waiting.length === 0) queueMicrotask(flush);
    waiting.push({ ask: request, resolve: resolve as Work["resolve"], reject });
  });
}

/** Names that begin with `prefix`. */
const range = (prefix: string) => IDBKeyRange.bound(prefix, `${prefix}\uffff`);

/** Reads, and in the same transaction writes: what another tab writes in between must stay. */
function ifItIs(key: string, known: string | undefined, write: (store: IDBObjectStore) => void) {
  return ask((store) => {
    const reading = store.get(key);
    reading.onsuccess = () => {
      if (reading.result === known) write(store);
    };
    return reading;
  });
}

/** @internal Shared by all tabs of this origin. Where there is no IndexedDB every access rejects. */
export const lasting: SharedStore = {
  get: (key) => ask((store) => store.get(key)),
  set: (key, value) => ask((store) => store.put(value, key)),
  remove: (key, value) =>
    value === undefined
      ? ask((store) => store.delete(key))
      : ifItIs(key, value, (store) => store.delete(key)),
  replace: (key, known, value) => ifItIs(key, known, (store) => store.put(value, key)),
  // Both in one transaction, so that they belong together.
  entries: async (prefix) => {
    const [keys, values] = await Promise.all([
      ask((store) => store.getAllKeys(range(prefix))),
      ask((store) => store.getAll(range(prefix))),
    ]);
    return keys.map((key, index) => [String(key), values[index]]);
  },
};

const entries = new Map<string, string>();

/** @internal This page's. */
export const fleeting: RecordStore = {
  get: async (key) => entries.get(key),
  set: async (key, value) => entries.set(key, value),
  remove: async (key, value) => (value === undefined || entries.get(key) === value) && entries.delete(key),
  entries: async (prefix) => [...entries].filter(([key]) => key.startsWith(prefix)),
};
