// Where the registrations that are kept are remembered: strings by name, never a token. One store outlives the page and is
// shared by all tabs (IndexedDB), one outlives only an instance of the wasm.

import { clock } from "./alarm.js";

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

const DATABASE = "sipbreakout-kept";
const STORE = "records";
/** A database that does not answer must not hold up a call. */
const TIMEOUT_MS = 3000;
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

/** It is opened anew later. */
function fallSilent(): void {
  const isNews = database !== undefined;
  database = undefined;
  silentUntil = clock() + SILENT_MS;
  if (isNews) for (const listener of [...silence]) listener();
}

function open(): Promise<IDBDatabase> {
  database ??= new Promise<IDBDatabase>((resolve, reject) => {
    const isCurrent = () => silentUntil < clock();
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => {
      const opened = opening.result;
      // Too late: another one may be open.
      if (!isCurrent()) return opened.close();
      const leave = () => {
        database = undefined;
      };
      opened.onclose = leave;
      // A later version of this package wants another form.
      opened.onversionchange = () => {
        opened.close();
        leave();
      };
      resolve(opened);
    };
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("The database is blocked by another tab."));
  });
  database.catch(() => {
    database = undefined;
  });
  return database;
}

/** All that was asked in one turn is one transaction. */
async function flush(): Promise<void> {
  const works = waiting;
  waiting = [];
  const fail = (reason: unknown) => {
    for (const { reject } of works) reject(reason);
  };
  if (clock() < silentUntil) return fail(new Error("The database did not answer just now."));
  const timer = setTimeout(() => {
    fallSilent();
    fail(new Error("The database does not answer."));
  }, TIMEOUT_MS);
  try {
    const transaction = (await open()).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    const requests = works.map(({ ask }) => ask(store));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    works.forEach(({ resolve }, index) => {
      resolve(requests[index]?.result);
    });
  } catch (thrown) {
    fail(thrown);
  } finally {
    clearTimeout(timer);
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
