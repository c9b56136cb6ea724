// The wasm stops while calls are at various steps: none of them waits for ever, or is sent a second time for it.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { crashed, inScene, kinds, working } from "./crash-scene.mjs";

before(buildDoors);

describe("a reply that stops the wasm", () => {
  for (const kind of kinds) {
    test(`${kind}: costs its own call, and no other one that is being read`, async () => {
      const [outcomes, isRequestOver, after, unhandled] = await inScene(`
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
        return [[own, ...await Promise.all(beingRead)], isRequestOver, await works(), unhandled];`);
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

test("calls that wait for a token, for their turn or for another attempt go on", async () => {
  const [outcomes, sent, after, unhandled] = await inScene(`
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
    return [[crash, tries, ...outcomes], sent, await works(), unhandled];`);
  assert.deepEqual(outcomes, [crashed, 2, "OK", "OK", "OK", "OK"]);
  assert.equal(sent, 3);
  assert.deepEqual(after, working);
  assert.deepEqual(unhandled, []);
});

test("while a wasm that stopped does not start again, deadline and signal end calls all the same", async () => {
  const outcomes = await inScene(`
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
    process.exit();`);
  const [late, aborted] = [
    ["deadline_exceeded", "timeout", false],
    ["cancelled", "aborted", false],
  ];
  assert.deepEqual(outcomes, [late, aborted, late, aborted]);
});

test("what the page's function for tokens threw is still the cause, after a crash", async () => {
  const causes = await inScene(`
    let isGood = true;
    const own = sdk.createClient({ ...options, accessToken: () => { if (isGood) return "a-token"; throw new Error("no token today"); } });
    await own.upsertRegistration(request);
    const crash = await settled(door("panic", own));
    isGood = false;
    const causeOf = (promise) => promise.catch(({ code, cause }) => [code, cause?.message]);
    return [crash, await causeOf(own.upsertRegistration(request)), await causeOf(own.upsertRegistration(request))];`);
  const failed = ["token_supplier_failed", "no token today"];
  assert.deepEqual(causes, [crashed, failed, failed]);
});

test("timers and replies of a call that was under way at a crash do nothing to the next one", async () => {
  const [first, second, after, unhandled] = await inScene(`
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
    return [outcome, late, await works(), unhandled];`);
  assert.equal(first, "RpcError,deadline_exceeded,timeout,true");
  assert.equal(second, "OK");
  assert.deepEqual(after, working);
  assert.deepEqual(unhandled, []);
});
