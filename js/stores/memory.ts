// `storage: "memory"`: sessions in a closure of this module, out of reach of the page's globals.

interface Memory {
  get(key: string): unknown;
  set(key: string, value: string): void;
  remove(key: string): void;
}

function createMemory(): Memory {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key),
    set: (key, value) => void entries.set(key, value),
    remove: (key) => void entries.delete(key),
  };
}

/** One person sits before a page: all that is made in it is one session. The keys hold issuer, client and name. */
const ofPage = createMemory();

/** @internal */
export interface PageMemory {
  readonly memory: Memory;
  /** Nobody else has it. */
  readonly isOwnMemory: boolean;
}

/** @internal A server has many people, so each `Auth` there has a memory of its own. */
export const memoryOf = (): PageMemory =>
  globalThis.document
    ? { memory: ofPage, isOwnMemory: false }
    : { memory: createMemory(), isOwnMemory: true };

let objects = 0;
const names = new WeakMap<object, string>();

/** @internal A name for an object, which no other one in this copy of the package has. */
export function nameOf(object: object): string {
  const name = names.get(object) ?? String(++objects);
  names.set(object, name);
  return name;
}
