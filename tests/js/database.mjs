// IndexedDB on this process's globals, as far as the package uses it: transactions that run one after the other, as those that
// write do in browsers. What is stored outlives the copies of the package that are imported one after the other, as pages.

/** Puts it there; `records` is what is stored. */
export function openDatabase() {
  const records = new Map();
  let last = Promise.resolve();

  class Transaction {
    #asked = [];
    constructor() {
      last = last.then(() => new Promise((resolve) => setImmediate(() => this.#run(resolve))));
    }
    objectStore() {
      const ask = (work) => {
        const request = { work };
        this.#asked.push(request);
        return request;
      };
      const within = ({ from, to }) => [...records.keys()].filter((key) => key >= from && key <= to).sort();
      const all = { from: "", to: "\uffff" };
      return {
        get: (key) => ask(() => records.get(key)),
        put: (value, key) => ask(() => void records.set(key, value)),
        delete: (key) => ask(() => void records.delete(key)),
        getAllKeys: (range = all) => ask(() => within(range)),
        getAll: (range = all) => ask(() => within(range).map((key) => records.get(key))),
      };
    }
    async #run(resolve) {
      // A request may ask for more when it has succeeded, and who waits for it, too.
      for (let request = this.#asked.shift(); request; request = this.#asked.shift()) {
        request.result = request.work();
        request.onsuccess?.();
        await new Promise((done) => setImmediate(done));
      }
      this.oncomplete?.();
      resolve();
    }
  }

  const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });
  define("IDBKeyRange", { bound: (from, to) => ({ from, to }) });
  define("indexedDB", {
    open() {
      const opening = {
        result: { createObjectStore() {}, transaction: () => new Transaction(), close() {} },
      };
      setImmediate(() => {
        opening.onupgradeneeded?.();
        opening.onsuccess?.();
      });
      return opening;
    },
  });
  return { records };
}
