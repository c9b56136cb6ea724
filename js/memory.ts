// `storage: "memory"`: the session in a closure of this module, out of reach of the page's globals. It is not in the
// wasm's memory, so that a fresh instance finds it again.
import type { AuthOptions } from "./options.js";

interface Memory {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

function createMemory(): Memory {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
    keys: () => [...entries.keys()],
  };
}

const memories = new Map<string, Memory>();

/** @internal One memory for each issuer, client and name, however often `createAuth` runs (strict mode runs it twice). */
export function memoryOf(options: AuthOptions): Memory {
  const { issuer, preset, endpoints, clientId, name } = options ?? {};
  const key = JSON.stringify([issuer, preset, endpoints?.authorization, clientId, name]);
  const memory = memories.get(key) ?? createMemory();
  memories.set(key, memory);
  return memory;
}
