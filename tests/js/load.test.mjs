// Loading the wasm: what can go wrong says what to do, and the next call tries again. Each case in a process of its own,
// because a module loads its wasm once.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const entry = new URL("../../dist/index.js", import.meta.url).href;

/** Runs a script that has the package as `sdk`; resolves to the JSON it returns. */
async function inProcess(script) {
  const source = `import * as sdk from ${JSON.stringify(entry)};
    const caught = (promise) => promise.then(() => "no error", (error) => error.toJSON());
    const result = await (async () => { ${script} })();
    console.log(JSON.stringify(result));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source]);
  return JSON.parse(stdout);
}

const works = `await sdk.validateRegistration({ sipUri: "sips:a.example", routeType: "LOOP" })`;

test("an HTML page instead of the wasm", async () => {
  const [error, next] = await inProcess(`
    const page = new TextEncoder().encode("<!doctype html><title>App</title>");
    return [await caught(sdk.preload(page)), ${works}];`);
  assert.equal(error.name, "LoadError");
  assert.equal(error.code, "not_wasm");
  assert.match(error.hint, /optimizeDeps\.exclude/);
  assert.deepEqual(next, []);
});

test("a file that is not there", async () => {
  const [missing, status, unreachable, next] = await inProcess(`
    const missing = await caught(sdk.preload(new URL("file:///nowhere/sipbreakout_bg.wasm")));
    const status = await caught(sdk.preload(new Response("", { status: 404 })));
    const unreachable = await caught(sdk.preload("http://127.0.0.1:1/x.wasm"));
    return [missing, status, unreachable, ${works}];`);
  assert.equal(missing.code, "not_found");
  assert.equal(status.code, "not_found");
  assert.match(status.hint, /inline/);
  assert.deepEqual([unreachable.code, unreachable.kind, unreachable.retryable], ["network", "network", true]);
  assert.deepEqual(next, []);
});

test("a wasm that is cut short, and a wrong kind of source", async () => {
  const [cut, wrong, next] = await inProcess(`
    const cut = await caught(sdk.preload(new Uint8Array([0, 97, 115, 109, 1, 0])));
    const wrong = await caught(sdk.preload(5));
    return [cut, wrong, ${works}];`);
  assert.equal(cut.code, "not_wasm");
  assert.equal(wrong.name, "LoadError");
  assert.deepEqual(next, []);
});

test("every kind of source works", async () => {
  const script = (source) => `
    const { readFileSync } = await import("node:fs");
    const bytes = readFileSync(new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)}));
    await sdk.preload(${source});
    await sdk.preload();
    return ${works};`;
  const sources = [
    "bytes",
    "bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)",
    "new WebAssembly.Module(bytes)",
    'new Response(bytes, { headers: { "content-type": "application/wasm" } })',
    '"data:application/wasm;base64," + bytes.toString("base64")',
    `new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)})`,
    "Promise.resolve(bytes)",
  ];
  for (const source of sources) assert.deepEqual(await inProcess(script(source)), [], source);
});
