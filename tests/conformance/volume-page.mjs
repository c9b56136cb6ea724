// What is measured over many calls, or large replies: failures, and the wasm's memory, which is caught as it is made. The
// address says what: `task`, and numbers that it takes.
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const instance = await instantiate(...given);
  memories.push(instance.exports.memory);
  return instance;
};
const memoryBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

const { createClient, preload } = await import("../../dist/index.js");
const query = new URLSearchParams(location.search);
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

const clientAt = (path, options = {}) =>
  createClient({
    baseUrl: `${location.origin}${path}`,
    accessToken: () => "token",
    retry: false,
    ...options,
  });
const codeOf = (promise) =>
  promise.then(
    () => "ok",
    (error) => error.code,
  );

/** `count` calls, ten at a time, each for a number of its own. */
async function many(call, count) {
  const codes = {};
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) {
      const code = await codeOf(call({ ...request, phoneNumber: `+4799${String(i).padStart(6, "0")}` }));
      codes[code] = (codes[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
  return codes;
}

const tasks = {
  async pieces() {
    const client = clientAt("/pieces");
    return { codes: await many((one) => client.upsertRegistration(one), Number(query.get("count"))) };
  },

  async large() {
    const results = {};
    for (const kind of query.get("kinds").split(",")) {
      const client = clientAt(`/large/${kind}`, { timeoutMs: 60_000 });
      await client.upsertRegistration(request, { headers: { "x-ordinary": "1" } });
      const before = memoryBytes();
      const code = await codeOf(client.upsertRegistration(request));
      const atOnce = memoryBytes() - before;
      // The rest may be drained unseen for a second.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const ordinary = await codeOf(client.upsertRegistration(request, { headers: { "x-ordinary": "1" } }));
      results[kind] = { code, grown: Math.max(atOnce, memoryBytes() - before), ordinary };
    }
    return results;
  },

  async calls() {
    const body = Uint8Array.of(
      0,
      0,
      0,
      0,
      7,
      8,
      1,
      26,
      3,
      8,
      0xac,
      2,
      0x80,
      0,
      0,
      0,
      16,
      ...new TextEncoder().encode("grpc-status: 0\r\n"),
    );
    const failing = new TextEncoder().encode("down");
    let sent = 0;
    // Every tenth call fails, so that errors are counted too.
    const fetch = async () => {
      sent += 1;
      return sent % 10 === 0
        ? new Response(failing, { status: 503 })
        : new Response(body, {
            headers: { "content-type": "application/grpc-web+proto", "x-h": "a header" },
          });
    };
    const client = clientAt("", { fetch });
    const at = {};
    const codes = {};
    for (const count of query.get("counts").split(",").map(Number)) {
      while (sent < count) {
        const code = await codeOf(client.upsertRegistration(request));
        codes[code] = (codes[code] ?? 0) + 1;
      }
      at[count] = memoryBytes();
    }
    return { codes, at };
  },

  async sequence() {
    const origin = query.get("cross") ? location.origin.replace("127.0.0.1", "localhost") : location.origin;
    const client = clientAt("", { baseUrl: `${origin}/whole` });
    // The page itself came over several connections. One that is given back between two calls would be taken next.
    await preload();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const codes = {};
    for (let i = 0; i < Number(query.get("count")); i += 1) {
      const code = await codeOf(client.upsertRegistration(request));
      codes[code] = (codes[code] ?? 0) + 1;
    }
    return { codes };
  },
};

const task = query.get("task");
const report = await tasks[task]().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
