// Loading the wasm: what can go wrong says what to do, and the next call tries again. Each case in a process of its own,
// because a module loads its wasm once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, inProcess } from "./in-process.mjs";

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
    "new Uint8Array([0, 0, 0, ...bytes]).subarray(3)",
    "new DataView(new Uint8Array([0, 0, 0, ...bytes]).buffer, 3)",
    "bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)",
    "new WebAssembly.Module(bytes)",
    'new Response(bytes, { headers: { "content-type": "application/wasm" } })',
    '"data:application/wasm;base64," + bytes.toString("base64")',
    `new URL("./wasm/sipbreakout_bg.wasm", ${JSON.stringify(entry)})`,
    "Promise.resolve(bytes)",
  ];
  for (const source of sources) assert.deepEqual(await inProcess(script(source)), [], source);
});

test("a view is only what it shows", async () => {
  const [short, html, none] = await inProcess(`
    const bytes = new TextEncoder().encode("<!doctype html>\\0asm");
    return [
      await caught(sdk.preload(bytes.subarray(15, 17))),
      await caught(sdk.preload(bytes.subarray(0, 15))),
      await caught(sdk.preload(bytes.subarray(3, 3))),
    ];`);
  assert.deepEqual([short.code, html.code, none.code], ["not_wasm", "not_wasm", "not_wasm"]);
  assert.match(html.hint, /HTML page/);
  assert.doesNotMatch(short.hint, /HTML page/);
});

test("a promise that rejects is a LoadError with the cause, and the next call tries again", async () => {
  const [error, cause, ignored, next] = await inProcess(`
    const reason = new Error("the app's own");
    let kept;
    const error = await caught(sdk.preload(Promise.reject(reason)).catch((thrown) => { kept = thrown; throw thrown; }));
    const next = ${works};
    // It is loaded now: a rejection that nobody needs must not end the process.
    const ignored = await sdk.preload(Promise.reject(reason)).then(() => "nothing");
    await new Promise((resolve) => setTimeout(resolve, 20));
    return [error, kept.cause === reason, ignored, next];`);
  assert.deepEqual([error.name, error.code, error.retryable], ["LoadError", "network", true]);
  assert.ok(error.hint.length > 5);
  assert.deepEqual([cause, ignored, next], [true, "nothing", []]);
});

/** A wasm that has our export, which is an import that the glue does not give. */
function ofAnotherBuild(importModule) {
  const text = (value) => [value.length, ...Buffer.from(value)];
  const section = (id, content) => [id, content.length, ...content];
  return [
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]), // type 0: () -> ()
    ...section(2, [1, ...text(importModule), ...text("gone"), 0, 0]),
    ...section(7, [1, ...text("clienthandle_upsertRegistration"), 0, 0]),
  ];
}

const foreignModules = {
  "another wasm": [0, 97, 115, 109, 1, 0, 0, 0],
  "a wasm that wants another function": ofAnotherBuild("./sipbreakout_bg.js"),
  "a wasm that wants another glue": ofAnotherBuild("./other_bg.js"),
};

for (const [name, bytes] of Object.entries(foreignModules)) {
  test(`${name} is refused before it is in use, and later calls work`, async () => {
    const [error, module, next] = await inProcess(`
      const bytes = new Uint8Array(${JSON.stringify(bytes)});
      const error = await caught(sdk.preload(bytes));
      const module = await caught(sdk.preload(new WebAssembly.Module(bytes)));
      return [error, module, ${works}];`);
    for (const { code, retryable, hint } of [error, module]) {
      assert.deepEqual([code, retryable], ["not_wasm", false]);
      assert.match(hint, /deploy.*cache/);
    }
    assert.deepEqual(next, []);
  });
}

test("a load that hangs ends after a minute, its request is aborted, and the next call tries again", async () => {
  const [early, error, aborted, promised, next] = await inProcess(`
    const { mock } = await import("node:test");
    mock.timers.enable({ apis: ["setTimeout"] });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    let signal;
    globalThis.fetch = (_, init) => { signal = init.signal; return new Promise(() => {}); };
    const hangs = caught(sdk.preload("https://console.example/sipbreakout_bg.wasm"));
    await settle();
    mock.timers.tick(59_999);
    const early = await Promise.race([hangs, settle().then(() => "pending")]);
    mock.timers.tick(1);
    const error = await hangs;
    const promised = caught(sdk.preload(new Promise(() => {})));
    mock.timers.tick(60_000);
    const second = await promised;
    mock.timers.reset();
    return [early, error, signal.aborted, second, ${works}];`);
  assert.equal(early, "pending");
  for (const { name, code, kind, retryable } of [error, promised]) {
    assert.deepEqual([name, code, kind, retryable], ["LoadError", "network", "network", true]);
  }
  assert.equal(aborted, true);
  assert.deepEqual(next, []);
});
