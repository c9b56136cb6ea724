// Sign-ins under way: one record for each `state`, so that two tabs and the back button do not get into each other's way.
// The records are in sessionStorage, which is looked up at each access: it may come and go with the person's settings.

import { type SignInRecord, usableRecord, writeRecord } from "../flows/sign-in-record.js";
import { read } from "../given/read.js";
import { encoded, SIGN_INS } from "../provider/names.js";
import { storageRefused } from "../stores/session-errors.js";

/** @internal What `work` makes of sessionStorage. @throws AuthError (`storage_unavailable`) */
export function inPageStorage<T>(work: (storage: Storage) => T): T {
  let storage: Storage | undefined;
  try {
    storage = (read(globalThis, "sessionStorage") as Storage | null) ?? undefined;
    if (storage) return work(storage);
  } catch (thrown) {
    throw storageRefused(thrown);
  }
  throw storageRefused();
}

const namesIn = (storage: Storage, prefix: string) =>
  Object.keys(storage).filter((name) => name.startsWith(prefix));

/** @internal All of this tab that can still be used. */
export function allPending(nowWallMs: number): { key: string; record: SignInRecord }[] {
  return inPageStorage((storage) => {
    const all = namesIn(storage, SIGN_INS).map((key) => ({
      key,
      record: usableRecord(storage.getItem(key), nowWallMs),
    }));
    return all.filter((one): one is { key: string; record: SignInRecord } => one.record !== undefined);
  });
}

/** @internal Those of one session. */
export class PendingSignIns {
  /** No part of a namespace has a slash, so that no session's prefix is the beginning of another's. */
  readonly prefix: string;

  constructor(namespace: string) {
    this.prefix = `${SIGN_INS}${namespace}/`;
  }

  /** A state from a URL may be anything. */
  #key(state: string): string {
    return this.prefix + encoded(state);
  }

  put(state: string, record: SignInRecord): void {
    inPageStorage((storage) => storage.setItem(this.#key(state), writeRecord(record)));
  }

  get(state: string, nowWallMs: number): SignInRecord | undefined {
    return inPageStorage((storage) => usableRecord(storage.getItem(this.#key(state)), nowWallMs));
  }

  /** Why there is none that can be finished, as far as this tab can tell. */
  whyNot(state: string): string | undefined {
    return inPageStorage((storage) => {
      const names = namesIn(storage, SIGN_INS);
      if (names.includes(this.#key(state)))
        return "it took more than 10 minutes, or this computer's clock was set meanwhile.";
      const other = names.find((name) => name.endsWith(`/${encoded(state)}`))?.split("/");
      const own = this.prefix.split("/");
      const option = ["issuer", "clientId", "name"].find(
        (_, index) => other?.at(index - 4) !== own.at(index - 4),
      );
      return other && `it was begun with another \`${option}\` than createAuth was given here.`;
    });
  }

  remove(state: string): void {
    inPageStorage((storage) => storage.removeItem(this.#key(state)));
  }

  /** Removes records that are too old, damaged, or of another form. */
  sweep(nowWallMs: number): void {
    inPageStorage((storage) => {
      for (const key of namesIn(storage, this.prefix)) {
        const text = storage.getItem(key);
        if (text !== null && !usableRecord(text, nowWallMs)) storage.removeItem(key);
      }
    });
  }
}
