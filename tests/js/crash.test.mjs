// The wasm stops: a panic, a stack overflow, memory that ends. Through doors that only the tests' build has, with calls
// under way. Calls and sessions wait outside the wasm, so they go on. Each case in a process of its own.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { inProcess } from "./in-process.mjs";

const from = new URL("../../target/doors/dist/index.js", import.meta.url).href;
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

before(buildDoors);

/**
 * Two signed-in sessions, one in memory and one in sessionStorage, a client of the first, and one with a token of the page's.
 * While `hold` is set, the provider hangs until `goOn()`, and the core until `answerAll()`. `door(kind)` is a call that stops
 * the wasm.
 */
const scene = `
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { createProvider } = await import(${asUrl("./provider.mjs")});
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const home = "https://console.example/back";
  openPage(home);
  const provider = createProvider();
  let hold = false;
  let hung = [];
  const hanging = (url, init) => new Promise((yes, no) => {
    hung.push(() => yes(provider.fetch(url, init)));
    init.signal.addEventListener("abort", no);
  });
  const goOn = () => { hold = false; for (const answer of hung.splice(0)) answer(); };
  const fetch = (url, init) => hold ? hanging(url, init) : provider.fetch(url, init);
  const sessionOf = async (storage) => {
    const auth = sdk.createAuth({ clientId: "c", redirectUri: home, issuer: provider.issuer, fetch, storage, name: storage });
    await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
    return auth;
  };
  const [inMemory, inStorage] = [await sessionOf("memory"), await sessionOf("session")];
  const frame = (flags, bytes) => [flags, 0, 0, 0, bytes.length, ...bytes];
  const body = Uint8Array.of(...frame(0, [8, 1]), ...frame(0x80, new TextEncoder().encode("grpc-status: 0\\r\\n")));
  const type = { "content-type": "application/grpc-web" };
  let sent = 0;
  let answers = [];
  const answerAll = () => { for (const answer of answers.splice(0)) answer(new Response(body, { headers: type })); };
  const core = (_, init) => {
    sent += 1;
    if (!hold) return Promise.resolve(new Response(body, { headers: type }));
    return new Promise((yes, no) => {
      answers.push(yes);
      init.signal.addEventListener("abort", () => no(init.signal.reason));
    });
  };
  const options = { baseUrl: "https://api.example.com", fetch: core };
  const client = sdk.createClient({ ...options, auth: inMemory });
  const supplied = sdk.createClient({ ...options, accessToken: () => "a-token" });
  const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
  const numbered = (number) => ({ ...request, phoneNumber: "+479990000" + number });
  const other = numbered(2);
  const door = (kind, by = client) => by.upsertRegistration({ ...numbered(3), sipUri: "sips:" + kind + ".door.example" });
  const works = async () => [
    (await client.upsertRegistration(request)).status,
    (await client.deleteRegistration(other)).status,
    (await supplied.upsertRegistration(request)).status,
    await inMemory.isSignedIn(),
    await inStorage.isSignedIn(),
    typeof await inMemory.getAccessToken({ forceRefresh: true }),
    (await inStorage.getUser()).sub,
  ];
  const settled = (promise) => {
    const started = performance.now();
    return promise.then((result) => result?.status ?? "done", (error) =>
      [error.name, error.code, error.kind, performance.now() - started < 1500].join());
  };
  const unhandled = [];
  for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, (error) => unhandled.push(String(error)));
`;
const working = ["OK", "OK", "OK", true, true, "string", "somebody"];
const crashed = "LoadError,crashed,crashed,true";
const kinds = ["panic", "overflow", "exhaust"];

for (const kind of kinds) {
  test(`${kind}: calls under way are answered, a session's work goes on, what follows works`, async () => {
    const [before, calls, ofSession, ofDoor, sent, after, unhandled] = await inProcess(
      `${scene}
      const before = await works();
      const answer = provider.answer(await inStorage.createSignInUrl());
      hold = true;
      sent = 0;
      const calls = [
        client.upsertRegistration(request, { timeoutMs: 1e12 }),
        client.deleteRegistration(other),
        supplied.upsertRegistration(numbered(4)),
      ].map(settled);
      while (answers.length < 3) await wait(5);
      const ofSession = [
        inMemory.getAccessToken({ forceRefresh: true }),
        inStorage.getUser(),
        inStorage.handleRedirectCallback(answer),
      ].map(settled);
      await wait(20);
      const ofDoor = settled(door("${kind}"));
      await ofDoor;
      while (answers.length < 3) await wait(5);
      answerAll();
      const outcomes = await Promise.all(calls);
      const sentInAll = sent;
      const doors = await ofDoor;
      goOn();
      const wentOn = await Promise.all(ofSession);
      const after = await works();
      return [before, outcomes, wentOn, doors, sentInAll, after, unhandled];`,
      { from },
    );
    assert.deepEqual(before, working);
    // Each was sent once: nothing is repeated because of a trap.
    assert.deepEqual(calls, Array(3).fill("OK"));
    assert.deepEqual(ofSession, Array(3).fill("done"));
    assert.equal(ofDoor, crashed);
    assert.equal(sent, 3);
    assert.deepEqual(after, working);
    assert.deepEqual(unhandled, []);
  });
}

describe("a reply that stops the wasm", () => {
  for (const kind of kinds) {
    test(`${kind}: costs its own call, and no other one that is being read`, async () => {
      const [outcomes, isRequestOver, after, unhandled] = await inProcess(
        `${scene}
        await works();
        /** A body that comes byte by byte; its first half before the trap. */
        const slow = (bytes, init) => {
          let begin;
          const half = new Promise((resolve) => { begin = resolve; });
          const { readable, writable } = new TransformStream();
          const writer = writable.getWriter();
          const pump = async () => {
            for (const [at, byte] of bytes.entries()) {
              if (at === bytes.length >> 1) await half;
              await writer.write(Uint8Array.of(byte));
            }
            await writer.close();
          };
          pump();
          return { response: new Response(readable, { headers: type, ...init }), goOn: () => begin() };
        };
        const signals = new Map();
        const call = (one, response) => {
          let seen;
          const fetch = async (_, { signal }) => {
            signals.set(response, signal);
            return response;
          };
          const how = { fetch, onHeader: (headers) => { seen = headers.get("x-a"); } };
          return settled(supplied.upsertRegistration(one, how)).then((outcome) => [outcome, seen ?? null]);
        };
        const failing = Uint8Array.of(...frame(0x80, new TextEncoder().encode("grpc-status: 5\\r\\ngrpc-message: gone\\r\\n")));
        const good = slow(body, { headers: { ...type, "x-a": "1" } });
        const bad = slow(failing);
        const page = slow(new TextEncoder().encode("a page of a proxy"), { status: 503, headers: { "content-type": "text/html" } });
        const how = { retry: false };
        const beingRead = [
          call(request, good.response),
          supplied.upsertRegistration(other, { ...how, fetch: async () => bad.response }).catch(({ code, message }) => [code, message]),
          supplied.upsertRegistration(numbered(5), { ...how, fetch: async () => page.response }).catch(({ code, bodyText }) => [code, bodyText]),
        ];
        await wait(30);
        const stopping = new Response(body.slice(0, 9), { headers: { ...type, "x-test-door": "${kind}" } });
        const own = await call(numbered(4), stopping);
        const isRequestOver = signals.get(stopping).aborted;
        for (const { goOn } of [good, bad, page]) goOn();
        return [[own, ...await Promise.all(beingRead)], isRequestOver, await works(), unhandled];`,
        { from },
      );
      assert.equal(isRequestOver, true, "nobody reads the rest of that reply");
      assert.deepEqual(outcomes, [
        [crashed, null],
        ["OK", "1"],
        ["not_found", "gone"],
        ["unavailable", "a page of a proxy"],
      ]);
      assert.deepEqual(after, working);
      assert.deepEqual(unhandled, []);
    });
  }
});

test("calls of the same turn as a crash get a fresh instance, before the wasm was loaded", async () => {
  const outcomes = await inProcess(
    `${scene}
    return Promise.all([
      settled(client.deleteRegistration(other)),
      settled(door("panic")),
      settled(client.upsertRegistration(numbered(4))),
      settled(supplied.upsertRegistration(numbered(5))),
      inStorage.isSignedIn(),
      inMemory.getAccessToken().then((token) => typeof token),
    ]);`,
    { from },
  );
  assert.deepEqual(outcomes.slice(1), [crashed, "OK", "OK", true, "string"]);
  // Its token came from the instance that stopped, or from the next.
  assert.ok(["OK", crashed].includes(outcomes[0]), outcomes[0]);
});

for (const [while_, refusals, first] of [
  ["for a moment", 2, "access"],
  ["for so long that the refresh fails", 100, ["LoadError", "crashed"]],
]) {
  test(`a renewed token is not lost when the wasm stops before it is read, and no fresh one starts ${while_}`, async () => {
    const [token, then, sent, after, unhandled] = await inProcess(
      `${scene}
      await works();
      const { instantiate } = WebAssembly;
      let left = ${refusals};
      WebAssembly.instantiate = (...given) =>
        left-- > 0 ? Promise.reject(new RangeError("out of memory")) : instantiate(...given);
      hold = true;
      const renewing = inStorage.getAccessToken({ forceRefresh: true }).catch(({ name, code }) => [name, code]);
      while (hung.length < 1) await wait(5);
      const before = provider.requests.length;
      await settled(door("panic"));
      goOn();
      const token = await renewing;
      left = 0;
      const then = token === "access" ? token : await inStorage.getAccessToken({ forceRefresh: true });
      return [token, then, provider.requests.slice(before), await works(), unhandled];`,
      { from },
    );
    assert.deepEqual(token, first);
    assert.equal(then, "access");
    // What it was exchanged for came once, and is asked for once.
    assert.deepEqual(sent, ["token"]);
    assert.deepEqual(after, working);
    assert.deepEqual(unhandled, []);
  });
}

test("calls that wait for a token, for their turn or for another attempt go on", async () => {
  const [outcomes, sent, after, unhandled] = await inProcess(
    `${scene}
    await works();
    let giveToken;
    const waiting = sdk.createClient({ ...options, accessToken: () => new Promise((resolve) => { giveToken = resolve; }) });
    let tries = 0;
    const busy = async () => (tries++ === 0 ? new Response("busy", { status: 503 }) : new Response(body, { headers: type }));
    hold = true;
    sent = 0;
    const calls = [
      waiting.upsertRegistration(numbered(5)),
      supplied.upsertRegistration(other),
      supplied.deleteRegistration(other),
      supplied.upsertRegistration(numbered(6), { fetch: busy, retry: { initialDelayMs: 400 } }),
    ].map(settled);
    await wait(30);
    const crash = await settled(door("panic", supplied));
    hold = false;
    giveToken("a-token");
    answerAll();
    const outcomes = await Promise.all(calls);
    return [[crash, tries, ...outcomes], sent, await works(), unhandled];`,
    { from },
  );
  assert.deepEqual(outcomes, [crashed, 2, "OK", "OK", "OK", "OK"]);
  assert.equal(sent, 3);
  assert.deepEqual(after, working);
  assert.deepEqual(unhandled, []);
});

test("while a wasm that stopped does not start again, deadline and signal end calls all the same", async () => {
  const outcomes = await inProcess(
    `${scene}
    await works();
    const { instantiate } = WebAssembly;
    const waits = () => {
      let giveToken;
      const accessToken = () => new Promise((resolve) => { giveToken = () => resolve("a-token"); });
      return { own: sdk.createClient({ ...options, accessToken }), give: () => giveToken() };
    };
    const { signal, abort } = (() => { const own = new AbortController(); return { signal: own.signal, abort: () => own.abort() }; })();
    const [first, second] = [waits(), waits()];
    const busy = async () => new Response("busy", { status: 503 });
    const slow = (_, init) => new Promise((resolve) => setTimeout(() => resolve(new Response("busy", { status: 503 })), 100));
    const told = (promise) => promise.then(() => "OK", ({ code, kind, message }) => [code, kind, /loading/.test(message)]);
    const calls = [
      first.own.upsertRegistration(numbered(5), { timeoutMs: 300 }),
      second.own.upsertRegistration(numbered(6), { signal }),
      supplied.upsertRegistration(numbered(7), { fetch: slow, timeoutMs: 400 }),
      supplied.upsertRegistration(numbered(8), { fetch: slow, signal }),
    ].map(told);
    await wait(30);
    WebAssembly.instantiate = () => new Promise(() => {});
    await settled(door("panic", supplied));
    first.give();
    second.give();
    setTimeout(abort, 200);
    const never = wait(3000).then(() => "it did not end");
    const outcomes = await Promise.all(calls.map((call) => Promise.race([call, never])));
    WebAssembly.instantiate = instantiate;
    console.log(JSON.stringify(outcomes));
    process.exit();`,
    { from },
  );
  const [late, aborted] = [
    ["deadline_exceeded", "timeout", false],
    ["cancelled", "aborted", false],
  ];
  assert.deepEqual(outcomes, [late, aborted, late, aborted]);
});

test("what the page's function for tokens threw is still the cause, after a crash", async () => {
  const causes = await inProcess(
    `${scene}
    let isGood = true;
    const own = sdk.createClient({ ...options, accessToken: () => { if (isGood) return "a-token"; throw new Error("no token today"); } });
    await own.upsertRegistration(request);
    const crash = await settled(door("panic", own));
    isGood = false;
    const causeOf = (promise) => promise.catch(({ code, cause }) => [code, cause?.message]);
    return [crash, await causeOf(own.upsertRegistration(request)), await causeOf(own.upsertRegistration(request))];`,
    { from },
  );
  const failed = ["token_supplier_failed", "no token today"];
  assert.deepEqual(causes, [crashed, failed, failed]);
});

test("ten crashes in a row: each leaves a working instance, and the dead ones are given back", async () => {
  const [doors, hanging, after, alive, unhandled] = await inProcess(
    `const instances = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      instances.push(new WeakRef(instance.exports.memory));
      return instance;
    };
    ${scene}
    const doors = [];
    const calls = [];
    const { signal } = new AbortController();
    for (let i = 0; i < 10; i += 1) {
      // Listens to the client's own signal, and to one of the page: both outlive the instance.
      hold = true;
      const call = settled(client.upsertRegistration(other, { signal }));
      while (answers.length < 1) await wait(5);
      const kind = ["panic", "exhaust", "overflow"][i % 3];
      const waiting = settled(inStorage.getUser());
      await wait(5);
      const opened = settled(door(kind));
      await wait(20);
      answerAll();
      await wait(20);
      answerAll();
      await opened;
      calls.push(await call);
      goOn();
      doors.push(await waiting);
      await works();
    }
    for (let i = 0; i < 20; i += 1) {
      globalThis.gc();
      await wait(20);
    }
    return [doors, calls, await works(), instances.map((instance) => Boolean(instance.deref())), unhandled];`,
    { from, flags: ["--expose-gc"] },
  );
  assert.deepEqual(doors, Array(10).fill("done"));
  assert.deepEqual(hanging, Array(10).fill("OK"));
  assert.deepEqual(after, working);
  assert.equal(alive.length, 11);
  // The last one works; the one before it may still be held by a turn of the engine.
  assert.ok(alive.filter(Boolean).length <= 2, String(alive));
  assert.deepEqual(unhandled, []);
});

test("timers and replies of a call that was under way at a crash do nothing to the next one", async () => {
  const [first, second, after, unhandled] = await inProcess(
    `${scene}
    hold = true;
    const first = settled(client.upsertRegistration(request, { timeoutMs: 150 }));
    const second = settled(client.upsertRegistration(other));
    while (answers.length < 2) await wait(5);
    await settled(door("panic"));
    // The first one is over when its answer comes.
    const outcome = await first;
    answerAll();
    const late = await second;
    hold = false;
    await wait(300);
    return [outcome, late, await works(), unhandled];`,
    { from },
  );
  assert.equal(first, "RpcError,deadline_exceeded,timeout,true");
  assert.equal(second, "OK");
  assert.deepEqual(after, working);
  assert.deepEqual(unhandled, []);
});

test("a caller whose own stack is nearly full gets an error, and later calls work", async () => {
  const [outcomes, after] = await inProcess(
    `${scene}
    const outcomes = [];
    const dive = (depth) => {
      try { dive(depth + 1); } catch (error) {
        if (outcomes.length < 40) {
          try { outcomes.push(settled(client.upsertRegistration(request))); } catch (thrown) { throw error; }
        }
        throw error;
      }
    };
    try { dive(0); } catch {}
    const settledOnes = (await Promise.all(outcomes)).map((outcome) => outcome.split(",")[1] ?? outcome);
    return [settledOnes, await works()];`,
    { from },
  );
  assert.ok(outcomes.length > 0);
  for (const outcome of outcomes) assert.ok(["OK", "crashed", "superseded"].includes(outcome), outcome);
  assert.deepEqual(after, working);
});

test("the published build has no doors", async () => {
  const outcomes = await inProcess(`
    const type = { "content-type": "application/grpc-web" };
    const trailers = new TextEncoder().encode("grpc-status: 5\\r\\n");
    const body = Uint8Array.of(0x80, 0, 0, 0, trailers.length, ...trailers);
    const fetch = async () => new Response(body, { headers: { ...type, "x-test-door": "panic" } });
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch });
    const request = { sipUri: "sips:panic.door.example", routeType: "LOOP", phoneNumber: "+4799900001" };
    const { code } = await client.upsertRegistration(request).catch((error) => error);
    return [code, (await sdk.validateRegistration(request)).length];`);
  assert.deepEqual(outcomes, ["not_found", 0]);
});
