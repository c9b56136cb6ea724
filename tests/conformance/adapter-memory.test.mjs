// A foreign suite runs for long, and its replies are large: what the adapter's wasm took for them comes back. In Node,
// which can be told to collect.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { inProcess } from "../js/in-process.mjs";

const from = new URL("./dist/adapter.mjs", import.meta.url).href;
const MIB = 1024 * 1024;

before(buildDoors);

test("a hundred calls with 4 MiB announced each take no memory of the wasm before all has come, and leave none taken", async () => {
  const { most, begun, between, left, codes, compiled, instances } = await inProcess(
    `const { instantiate, compile } = WebAssembly;
    const memories = [];
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      memories.push(new WeakRef(instance.exports.memory));
      return instance;
    };
    let compiled = 0;
    WebAssembly.compile = (...given) => {
      compiled += 1;
      return compile(...given);
    };
    const bytes = () => memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
    const collect = async () => {
      for (let i = 0; i < 20; i += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };

    const headers = { "content-type": "application/grpc-web+proto" };
    const trailers = new TextEncoder().encode("grpc-status: 0\\r\\n");
    const message = 4 * 1024 * 1024;
    const parts = [Uint8Array.of(0, 0, 64, 0, 0), new Uint8Array(message - 1000), new Uint8Array(1000),
      Uint8Array.of(0x80, 0, 0, 0, trailers.length, ...trailers)];
    const open = [];
    globalThis.fetch = async () => {
      const body = new ReadableStream({ start: (controller) => {
        controller.enqueue(parts[0]);
        controller.enqueue(parts[1].subarray(0, 20_000));
        open.push(controller);
      } });
      return new Response(body, { headers });
    };
    const finish = (controller) => {
      controller.enqueue(parts[1].subarray(20_000));
      controller.enqueue(parts[2]);
      controller.enqueue(parts[3]);
      controller.close();
    };
    const call = () => sdk.unary("https://api.example.com", "/a.B/C", new Uint8Array(0)).then(({ code, messages }) =>
      code === 0 ? messages.map(({ length }) => length).join() : code);
    await sdk.init();
    const begun = bytes();
    const calls = Array.from({ length: 100 }, call);
    while (open.length < 100) await new Promise((resolve) => setTimeout(resolve, 10));
    await collect();
    const most = bytes();
    const last = open.pop();
    for (const controller of open.splice(0)) controller.error(new Error("enough"));
    const codes = [...new Set(await Promise.all(calls.slice(0, 99)))];
    await collect();
    // One is still being read.
    const between = bytes();
    finish(last);
    codes.push(await calls[99]);
    await collect();
    const left = bytes();
    const next = call();
    while (open.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    finish(open.pop());
    codes.push(await next);
    return { most, begun, between, left, codes, compiled, instances: memories.length };`,
    {
      from,
      flags: ["--expose-gc"],
    },
  );
  assert.ok(most < begun + MIB, `${most} bytes while they are under way, ${begun} at the beginning`);
  assert.ok(between < 16 * MIB, `${between} bytes while one is under way`);
  // A broken connection is UNAVAILABLE; the others have the whole message.
  assert.deepEqual(codes, [14, String(4 * MIB), String(4 * MIB)]);
  // What one message took is used again.
  assert.ok(left < 32 * MIB, `${left} bytes afterwards, ${begun} at the beginning`);
  assert.deepEqual([compiled, instances], [1, 1]);
});
