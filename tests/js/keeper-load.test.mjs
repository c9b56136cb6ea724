// Keepers while the wasm can't be loaded: what may pass is tried again, and what is wanted meanwhile is not lost. Each case in a
// process of its own, because a module loads its wasm once.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inProcess } from "./in-process.mjs";
import { bundle, scripted, wasmAddress } from "./over-http.mjs";

let from;
before(async () => {
  from = await bundle();
});

/** Runs `script` in a page whose wasm is at an https address. */
const page = (script) => inProcess(`${scripted}\n${script}`, { from });

const passing = {
  ...Object.fromEntries(
    [408, 425, 429, 500, 502, 503, 504, 520].map((code) => [`HTTP ${code}`, `status(${code})`]),
  ),
  "a network that fails": `() => { throw new TypeError("Failed to fetch"); }`,
  "a body that breaks off": `() => new Response(new ReadableStream({
    start(stream) { stream.enqueue(bytes.subarray(0, 999)); stream.error(new TypeError("network error")); },
  }))`,
  "a body that is cut off, and looks whole": "() => new Response(bytes.subarray(0, bytes.length >> 1))",
  "a body that is empty": "() => new Response()",
};
const faults = {
  "HTTP 404, as in the middle of a deploy": `status(404)`,
  "HTTP 403": `status(403)`,
  "a page instead of the file": `() => new Response("<!doctype html><title>Sign in to the Wi-Fi</title>")`,
  "another wasm": "() => new Response(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))",
};

describe("the wasm comes at the second try", { concurrency: 3 }, () => {
  for (const [name, answer] of Object.entries({ ...passing, ...faults })) {
    test(`${name}: the keeper tells of it, tries again, and registers`, async () => {
      const [error, seen, state, lastError, loads, calls] = await page(`
        web.answers.push(${answer});
        const client = open();
        const keeper = client.keepRegistered(request);
        let states = [];
        for (const type of ["registered", "stopped"]) keeper.addEventListener(type, () => states.push(type));
        const error = await failure(keeper);
        const seen = [keeper.state, keeper.lastError.code, client.keepers.length];
        await event(keeper, "registered");
        const result = [error, seen, keeper.state, keeper.lastError ?? null, web.loads, web.calls.length];
        client.close();
        return result;`);
      assert.equal(error.name, "LoadError");
      assert.equal(error.retryable, name in passing);
      assert.equal(error.code === "network", name in passing);
      assert.deepEqual(seen, ["registering", error.code, 1]);
      assert.deepEqual([state, lastError, calls], ["registered", null, 1]);
      assert.equal(loads.length, 2);
      assert.ok(loads[1].at - loads[0].at >= 990, "not at once");
      assert.ok(loads[1].at - loads[0].at < 5000);
      assert.equal(loads[0].url, wasmAddress);
    });
  }
});

test("a direct call fails with an error that says whether another may succeed, and the next loads anew", async () => {
  const [busy, missing, done, loads] = await page(`
    web.answers.push(status(429, { "retry-after": "7" }), status(404));
    const client = open();
    const busy = await caught(client.upsertRegistration(request));
    const missing = await caught(client.upsertRegistration(request));
    const done = await client.upsertRegistration(request);
    return [busy, missing, done.status, web.loads];`);
  assert.deepEqual(
    [busy.code, busy.kind, busy.retryable, busy.httpStatus, busy.retryAfterMs],
    ["network", "network", true, 429, 7000],
  );
  assert.deepEqual([missing.code, missing.retryable, missing.httpStatus], ["not_found", false, 404]);
  assert.equal(done, "OK");
  assert.equal(loads.length, 3);
  assert.deepEqual(
    loads.map(({ cache }) => cache ?? null),
    [null, "reload", "reload"],
    "what a cache has was of no use",
  );
});

test("Retry-After is heeded, in seconds and as a date", async () => {
  for (const header of [`"2"`, "new Date(Date.now() + 3000).toUTCString()"]) {
    const loads = await page(`
      web.answers.push(status(503, { "retry-after": ${header} }));
      const client = open();
      await event(client.keepRegistered(request), "registered");
      client.close();
      return web.loads;`);
    assert.equal(loads.length, 2);
    assert.ok(loads[1].at - loads[0].at >= 1900, `${loads[1].at - loads[0].at} ms, ${header}`);
  }
});

/** With a clock of ours: \`forward\` moves it, and lets what follows happen. */
const timed = `
  const { mock } = await import("node:test");
  const { setImmediate } = globalThis;
  const { setTimeout: real } = globalThis;
  mock.timers.enable({ apis: ["setTimeout"] });
  const turns = async () => {
    await new Promise((done) => real(done, 2));
    for (let i = 0; i < 30; i += 1) await new Promise((done) => setImmediate(done));
  };
  const forward = async (ms) => { mock.timers.tick(ms); await turns(); };
`;

test("it is tried for as long as it takes, more and more seldom, and a day's patience is not granted", async () => {
  const [early, minutes, asked] = await page(`${timed}
    web.answers = Array.from({ length: 1000 }, () => status(503));
    const client = open();
    client.keepRegistered(request);
    while (web.loads.length === 0) await turns();
    for (let second = 0; second < 60; second += 1) await forward(1000);
    const early = web.loads.length;
    for (let second = 0; second < 540; second += 1) await forward(1000);
    const minutes = web.loads.length;
    web.answers = [status(503, { "retry-after": "86400" })];
    for (let second = 0; second < 40; second += 1) await forward(1000);
    const before = web.loads.length;
    await forward(200_000);
    const asked = [web.loads.length - before];
    for (let second = 0; second < 200; second += 1) await forward(1000);
    asked.push(web.loads.length - before);
    client.close();
    return [early, minutes, asked];`);
  assert.ok(early >= 4 && early <= 8, `${early} in a minute`);
  assert.ok(minutes - early >= 14 && minutes - early <= 20, `${minutes - early} in nine minutes`);
  assert.deepEqual(asked, [0, 1], "not before five minutes, and then");
});

test("back online, or looked at again, it is tried at once", async () => {
  const [online, hidden, visible] = await page(`
    globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
    const target = new EventTarget();
    for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
      globalThis[name] = target[name].bind(target);
    }
    ${timed}
    web.answers = Array.from({ length: 100 }, () => status(503));
    const client = open();
    client.keepRegistered(request);
    await turns();
    // Now it waits for 30 seconds each time.
    for (let second = 0; second < 70; second += 1) await forward(1000);
    const { performance: clock } = globalThis;
    let ahead = 0;
    globalThis.performance = { now: () => clock.now() + ahead };
    const after = async (dispatch) => {
      // Just after a try.
      let count = web.loads.length;
      while (count === web.loads.length) await forward(1000);
      ahead += 2000;
      count = web.loads.length;
      dispatch();
      await forward(1100);
      return web.loads.length - count;
    };
    const online = await after(() => dispatchEvent(new Event("online")));
    document.visibilityState = "hidden";
    const hidden = await after(() => document.dispatchEvent(new Event("visibilitychange")));
    document.visibilityState = "visible";
    const visible = await after(() => document.dispatchEvent(new Event("visibilitychange")));
    client.close();
    return [online, hidden, visible];`);
  assert.deepEqual([online, hidden, visible], [1, 0, 1]);
});

test("an address of the application's own is tried again, too", async () => {
  const [first, state, urls] = await page(`
    const own = "https://cdn.example/other.wasm";
    web.answers.push(status(503), status(404));
    const first = await caught(sdk.preload(own));
    const client = open();
    const keeper = client.keepRegistered(request);
    await event(keeper, "registered");
    client.close();
    return [first, keeper.state, web.loads.map(({ url }) => url)];`);
  assert.deepEqual([first.code, first.retryable], ["network", true]);
  assert.equal(state, "stopped");
  assert.deepEqual(urls, ["https://cdn.example/other.wasm", wasmAddress, "https://cdn.example/other.wasm"]);
});

test("what can't pass ends the keeper, and says so", async () => {
  const [unsupported, blocked, loads] = await page(`
    const ending = async () => {
      const keeper = open().keepRegistered(request);
      const { state, error } = await event(keeper, "stopped");
      return [state, error.code, error.retryable];
    };
    const { compileStreaming } = WebAssembly;
    WebAssembly.compileStreaming = async () => {
      throw new WebAssembly.CompileError("violates the following Content Security Policy directive");
    };
    const blocked = await ending();
    WebAssembly.compileStreaming = compileStreaming;
    const { WebAssembly: kept } = globalThis;
    delete globalThis.WebAssembly;
    const unsupported = await ending();
    globalThis.WebAssembly = kept;
    return [unsupported, blocked, web.loads.length];`);
  assert.deepEqual(unsupported, ["stopped", "unsupported", false]);
  assert.deepEqual(blocked, ["stopped", "blocked_by_csp", false]);
  assert.equal(loads, 1);
});

test("resumeKeepers says that it failed, and what was kept comes when the wasm can be loaded", async () => {
  const [error, loads, afterwards] = await page(`
    web.answers.push(status(503), status(503));
    const client = open();
    const error = await caught(client.resumeKeepers());
    await soon(4500);
    client.close();
    return [error, web.loads.length, await caught(client.resumeKeepers())];`);
  assert.deepEqual([error.code, error.retryable], ["network", true]);
  assert.equal(loads, 3);
  assert.deepEqual([afterwards.name, afterwards.code], ["RpcError", "cancelled"]);
});

test("nothing is tried after close()", async () => {
  const loads = await page(`
    web.answers = Array.from({ length: 9 }, () => status(503));
    const client = open();
    const keeper = client.keepRegistered(request);
    client.resumeKeepers().catch(() => {});
    await failure(keeper);
    await soon(100);
    client.close();
    const before = web.loads.length;
    await soon(2500);
    return web.loads.length - before;`);
  assert.equal(loads, 0);
});

test("update, refresh and stop wait for the wasm, and are made when it comes", async () => {
  const [pending, outcomes, calls, loads] = await page(`
    web.answers.push(status(503), status(503));
    const client = open();
    const kept = client.keepRegistered(request);
    const ended = client.keepRegistered({ ...request, phoneNumber: "+4799900002" });
    await failure(kept);
    const works = [
      kept.update({ ...request, routeType: "FORK", sipUri: "sips:other.example.com" }),
      kept.refresh(),
      ended.stop({ delete: true }),
    ];
    const pending = await Promise.all(works.map((work) => Promise.race([work, soon(200)])));
    const outcomes = await Promise.all(works.map((work) => work.then(() => "done")));
    if (kept.state !== "registered" || kept.inEffect?.routeType !== "FORK") await event(kept, "registered");
    client.close();
    return [pending, outcomes, web.calls, web.loads.length];`);
  assert.deepEqual(pending, ["pending", "pending", "pending"]);
  assert.deepEqual(outcomes, ["done", "done", "done"]);
  assert.equal(loads, 3);
  const of = (number) => calls.filter(({ text }) => text.includes(number));
  assert.deepEqual(
    of("+4799900002").map(({ method }) => method),
    ["DeleteRegistration"],
  );
  assert.match(of("+4799900001").at(-1).text, /sips:other\.example\.com/);
});

test("what waits for a wasm that can't come is told so, and so is what waits when the client is closed", async () => {
  const [given, closed] = await page(`
    const waiting = (keeper) => [keeper.update(request), keeper.refresh(), keeper.stop({ delete: true })].map(caught);
    const { WebAssembly: kept } = globalThis;
    delete globalThis.WebAssembly;
    const given = await Promise.all(waiting(open().keepRegistered(request)));
    globalThis.WebAssembly = kept;
    web.answers = Array.from({ length: 9 }, () => status(503));
    const client = open();
    const keeper = client.keepRegistered(request);
    await failure(keeper);
    const works = waiting(keeper);
    client.close();
    return [given, await Promise.all(works)];`);
  assert.deepEqual(
    given.map(({ code }) => code),
    ["unsupported", "unsupported", "unsupported"],
  );
  for (const error of closed) assert.notEqual(error, "no error");
});
