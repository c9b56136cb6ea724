// Key pairs that sessions are bound to (DPoP). Nobody can read the private half, not even this page: it is kept as it
// is, in IndexedDB, where it outlives the page. Where there is none, or nothing is to outlive the page, in memory.

const DATABASE = "sipbreakout";
const STORE = "keys";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** @internal The key pairs of one place. */
export interface Keys {
  publicKey(name: string): Promise<JsonWebKey>;
  sign(name: string, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  drop(name: string): Promise<void>;
}

interface Place {
  /** The pair under that name; `made`, if there is none. */
  keep(name: string, made?: CryptoKeyPair): Promise<CryptoKeyPair | undefined>;
  drop(name: string): Promise<void>;
}

function inMemory(): Place {
  const pairs = new Map<string, CryptoKeyPair>();
  return {
    async keep(name, made) {
      if (made && !pairs.has(name)) pairs.set(name, made);
      return pairs.get(name);
    },
    async drop(name) {
      pairs.delete(name);
    },
  };
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Opened for each use: a connection that is kept would keep another version of the package from changing the form. */
async function store<T>(work: (keys: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await result(opening);
  try {
    return await work(database.transaction(STORE, "readwrite").objectStore(STORE));
  } finally {
    database.close();
  }
}

const inDatabase: Place = {
  keep: (name, made) =>
    store(async (keys) => {
      const kept = await result<CryptoKeyPair | undefined>(keys.get(name));
      // In one transaction with the look: of two tabs the first one's key is the one.
      if (!kept && made) await result(keys.put(made, name));
      return kept ?? made;
    }),
  drop: (name) => store((keys) => result(keys.delete(name))),
};

function keysIn(place: Place): Keys {
  const pair = async (name: string): Promise<CryptoKeyPair> => {
    const kept = await place.keep(name);
    if (kept) return kept;
    const made = (await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"])) as CryptoKeyPair;
    return (await place.keep(name, made)) as CryptoKeyPair;
  };
  return {
    publicKey: async (name) => crypto.subtle.exportKey("jwk", (await pair(name)).publicKey),
    sign: async (name, data) =>
      new Uint8Array(await crypto.subtle.sign(ALGORITHM, (await pair(name)).privateKey, data)),
    drop: (name) => place.drop(name),
  };
}

const memoryKeys = keysIn(inMemory());
const databaseKeys = keysIn(inDatabase);

/** @internal Where a session's keys are: as long-lived as its tokens. */
export function keysFor(storage: unknown): Keys {
  const isLasting = storage !== undefined && storage !== "memory";
  return isLasting && globalThis.indexedDB ? databaseKeys : memoryKeys;
}
