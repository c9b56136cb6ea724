// The wasm stops: a panic, a stack overflow, memory that ends. Through doors that only the tests' build has, with calls
// under way. Calls and sessions wait outside the wasm, so they go on. Each case in a process of its own.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { crashed, inScene, kinds, working } from "./crash-scene.mjs";
import { inProcess } from "./in-process.mjs";

before(buildDoors);

for (const kind of kinds) {
  test(`${kind}: calls under way are answered, a session's work goes on, what follows works`, async () => {
    const [before, calls, ofSession, ofDoor, sent, after, unhandled] = await inScene(`
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
      const ofDoor = Promise.all([settled(door("${kind}")), settled(sessionDoor("${kind}"))]);
      await ofDoor;
      while (answers.length < 3) await wait(5);
      answerAll();
      const outcomes = await Promise.all(calls);
      const sentInAll = sent;
      const doors = await ofDoor;
      goOn();
      const wentOn = await Promise.all(ofSession);
      const after = await works();
      return [before, outcomes, wentOn, doors, sentInAll, after, unhandled];`);
    assert.deepEqual(before, working);
    // Each was sent once: nothing is repeated because of a trap.
    assert.deepEqual(calls, Array(3).fill("OK"));
    assert.deepEqual(ofSession, Array(3).fill("done"));
    assert.deepEqual(ofDoor, [crashed, crashed]);
    assert.equal(sent, 3);
    assert.deepEqual(after, working);
    assert.deepEqual(unhandled, []);
  });
}

test("calls of the same turn as a crash get a fresh instance, before the wasm was loaded", async () => {
  const outcomes = await inScene(`
    return Promise.all([
      settled(client.deleteRegistration(other)),
      settled(door("panic")),
      settled(client.upsertRegistration(numbered(4))),
      settled(supplied.upsertRegistration(numbered(5))),
      inStorage.isSignedIn(),
      inMemory.getAccessToken().then((token) => typeof token),
    ]);`);
  assert.deepEqual(outcomes.slice(1), [crashed, "OK", "OK", true, "string"]);
  // Its token came from the instance that stopped, or from the next.
  assert.ok(["OK", crashed].includes(outcomes[0]), outcomes[0]);
});

test("ten crashes in a row: each leaves a working instance, and the dead ones are given back", async () => {
  const [doors, hanging, after, alive, unhandled] = await inScene(
    `
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
      const opened = Promise.all([settled(door(kind)), settled(sessionDoor(kind))]);
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
    {
      before: `
    const instances = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      instances.push(new WeakRef(instance.exports.memory));
      return instance;
    };`,
      flags: ["--expose-gc"],
    },
  );
  assert.deepEqual(doors, Array(10).fill("done"));
  assert.deepEqual(hanging, Array(10).fill("OK"));
  assert.deepEqual(after, working);
  assert.equal(alive.length, 22);
  // The last ones work; those before them may still be held by a turn of the engine.
  assert.ok(alive.filter(Boolean).length <= 4, String(alive));
  assert.deepEqual(unhandled, []);
});

test("a caller whose own stack is nearly full gets an error, and later calls work", async () => {
  const [outcomes, after] = await inScene(`
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
    const after = await works();
    // A timer that could not be cleared, because the stack was full, would hold Node up until it fires.
    setTimeout(() => process.exit(), 100);
    return [settledOnes, after];`);
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
