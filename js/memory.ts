// `storage: "memory"`: sessions in a closure of this module, out of reach of the page's globals. They are not in the
// wasm's memory, so that a fresh instance finds them again.
const entries = new Map<string, string>();

/** @internal One for all: the keys that Rust gives hold issuer, client and the session's name. */
export const memory = {
  get: (key: string) => entries.get(key),
  set: (key: string, value: string) => void entries.set(key, value),
  remove: (key: string) => void entries.delete(key),
  keys: () => [...entries.keys()],
};
