// What runs inside the pages while they are measured. Each function is sent there as text: it sees nothing of this module.

/** Upserts one after another; resolves to milliseconds. Each has a number of its own, the same for every variant. */
export async function callInTurn(count) {
  const started = performance.now();
  for (let i = 0; i < count; i += 1) await globalThis.calls.upsert(`+47${10_000_000 + i}`);
  return performance.now() - started;
}

/** Deletions one after another. */
export async function removeInTurn(count) {
  for (let i = 0; i < count; i += 1) await globalThis.calls.remove(`+47${10_000_000 + i}`);
}

/** `count` numbers from `first` on, `concurrency` at a time; resolves to milliseconds for all. */
export async function callTogether(first, count, concurrency) {
  let next = first;
  const work = async () => {
    while (next < first + count) {
      const number = `+47${10_000_000 + next}`;
      next += 1;
      await globalThis.calls.upsert(number);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return performance.now() - started;
}

/** Puts a `fetch` into the page that answers calls by itself once `isCanned` is set. All else goes to the real one. */
export function installCannedFetch(body) {
  const real = globalThis.fetch;
  const bytes = new Uint8Array(body);
  globalThis.fetch = (...args) => {
    if (!globalThis.isCanned) return real(...args);
    const headers = { "content-type": "application/grpc-web+proto" };
    return Promise.resolve(new Response(bytes, { headers }));
  };
}

/** Notes the memories of WebAssembly instances, for `wasmBytes`. */
export function noteMemories() {
  globalThis.memories = new Set();
  const note = (result) => {
    const instance = result?.instance ?? result;
    for (const value of Object.values(instance?.exports ?? {})) {
      if (value instanceof WebAssembly.Memory) globalThis.memories.add(value);
    }
    return result;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const real = WebAssembly[name];
    WebAssembly[name] = (...args) => real(...args).then(note);
  }
}

export function wasmBytes() {
  let total = 0;
  for (const { buffer } of globalThis.memories) total += buffer.byteLength;
  return total;
}
