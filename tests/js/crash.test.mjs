// The wasm stops: a panic, a stack overflow, memory that ends. Through doors that only the tests' build has, with calls
// under way. Each case in a process of its own.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { inProcess } from "./in-process.mjs";

const from = new URL("../../target/doors/dist/index.js", import.meta.url).href;
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

before(buildDoors);

/** Two signed-in sessions, one in memory and one in sessionStorage, and a client; `hold` makes all servers hang. */
const scene = `
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { createProvider } = await import(${asUrl("./provider.mjs")});
  const home = "https://console.example/back";
  openPage(home);
  const provider = createProvider();
  let hold = false;
  const hung = new Set();
  const hanging = (init) => new Promise((_, no) => {
    hung.add(init.signal);
    init.signal.addEventListener("abort", no);
  });
  const fetch = (url, init) => hold ? hanging(init) : provider.fetch(url, init);
  const sessionOf = async (storage) => {
    const auth = sdk.createAuth({ clientId: "c", redirectUri: home, issuer: provider.issuer, fetch, storage, name: storage });
    await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
    return auth;
  };
  const [inMemory, inStorage] = [await sessionOf("memory"), await sessionOf("session")];
  const trailers = new TextEncoder().encode("grpc-status: 0\\r\\n");
  const body = Uint8Array.of(0, 0, 0, 0, 2, 8, 1, 0x80, 0, 0, 0, trailers.length, ...trailers);
  const core = (url, init) => hold ? hanging(init)
    : Promise.resolve(new Response(body, { headers: { "content-type": "application/grpc-web" } }));
  const client = sdk.createClient({ baseUrl: "https://api.example.com", auth: inMemory, fetch: core });
  const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
  const other = { ...request, phoneNumber: "+4799900002" };
  const works = async () => [
    (await client.upsertRegistration(request)).status,
    (await client.deleteRegistration(other)).status,
    await inMemory.isSignedIn(),
    await inStorage.isSignedIn(),
    typeof await inMemory.getAccessToken({ forceRefresh: true }),
    (await inStorage.getUser()).sub,
  ];
  const settled = (promise) => {
    const started = performance.now();
    return promise.then(() => "no error", (error) =>
      [error.name, error.code, error.kind, performance.now() - started < 1500].join());
  };
`;
const working = ["OK", "OK", true, true, "string", "somebody"];
const crashed = "LoadError,crashed,crashed,true";

for (const kind of ["panic", "overflow", "exhaust"]) {
  for (const when of ["", "-later"]) {
    const place = when === "" ? "at an entry" : "in a callback";
    test(`${kind} ${place}: what is under way rejects, what follows works`, async () => {
      const [before, outcomes, after, leftHanging] = await inProcess(
        `${scene}
        const before = await works();
        const answer = provider.answer(await inStorage.createSignInUrl());
        hold = true;
        const underWay = [
          client.upsertRegistration(request, { timeoutMs: 1e12 }),
          client.deleteRegistration(other),
          inMemory.getAccessToken({ forceRefresh: true }),
          inStorage.getUser(),
          inStorage.handleRedirectCallback(answer),
        ].map(settled);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const third = { ...request, phoneNumber: "+4799900003" };
        underWay.push(settled(client.upsertRegistration(third, { testDoor: "${kind}${when}" })));
        const outcomes = await Promise.all(underWay);
        hold = false;
        return [before, outcomes, await works(), [...hung].filter((signal) => !signal.aborted).length];`,
        { from },
      );
      assert.deepEqual(before, working);
      assert.deepEqual(outcomes, Array(6).fill(crashed));
      assert.deepEqual(after, working);
      assert.equal(leftHanging, 0);
    });
  }
}

test("calls of the same turn as a crash at an entry get a fresh instance", async () => {
  const outcomes = await inProcess(
    `${scene}
    return Promise.all([
      settled(client.deleteRegistration(other)),
      settled(client.upsertRegistration(request, { testDoor: "panic" })),
      client.upsertRegistration({ ...request, phoneNumber: "+4799900004" }).then(({ status, timeToLiveSeconds }) => [status, timeToLiveSeconds]),
      inStorage.isSignedIn(),
      inMemory.getAccessToken().then((token) => typeof token),
    ]);`,
    { from },
  );
  assert.deepEqual(outcomes, [crashed, crashed, ["OK", 3600], true, "string"]);
});

test("ten crashes in a row: each leaves a working instance, and the dead ones are given back", async () => {
  const [outcomes, after, alive] = await inProcess(
    `const instances = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate(...given);
      instances.push(new WeakRef(instance.exports.memory));
      return instance;
    };
    ${scene}
    const outcomes = [];
    const { signal } = new AbortController();
    for (let i = 0; i < 10; i += 1) {
      // Listens to the client's own signal, and to one of the page: both outlive the instance.
      hold = true;
      const hanging = settled(client.upsertRegistration(other, { signal }));
      await new Promise((resolve) => setTimeout(resolve, 5));
      outcomes.push(await settled(client.upsertRegistration(request, { testDoor: ["panic", "panic-later", "exhaust", "overflow"][i % 4] })));
      await hanging;
      hold = false;
      await works();
    }
    for (let i = 0; i < 20; i += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return [outcomes, await works(), instances.map((instance) => Boolean(instance.deref()))];`,
    { from, flags: ["--expose-gc"] },
  );
  assert.deepEqual(outcomes, Array(10).fill(crashed));
  assert.deepEqual(after, working);
  assert.equal(alive.length, 11);
  // The last one works; the one before it may still be held by a turn of the engine.
  assert.ok(alive.filter(Boolean).length <= 2, String(alive));
});

test("timers and replies of a dead instance do nothing to the next one", async () => {
  const [outcome, after, unhandled] = await inProcess(
    `let unhandled = [];
    process.on("uncaughtException", (error) => unhandled.push(String(error)));
    process.on("unhandledRejection", (error) => unhandled.push(String(error)));
    ${scene}
    let answer;
    const late = sdk.createClient({ baseUrl: "https://api.example.com", auth: inMemory, fetch: () => new Promise((resolve) => { answer = resolve; }) });
    const first = settled(late.upsertRegistration(request, { timeoutMs: 150 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await settled(client.upsertRegistration(other, { testDoor: "panic" }));
    const outcome = await first;
    answer(new Response(body, { headers: { "content-type": "application/grpc-web" } }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await works();
    return [outcome, after, unhandled];`,
    { from },
  );
  assert.equal(outcome, crashed);
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
  for (const outcome of outcomes) assert.ok(["no error", "crashed", "superseded"].includes(outcome), outcome);
  assert.deepEqual(after, working);
});

test("the published build has no doors", async () => {
  const problems = await inProcess(`
    const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t" });
    const request = { sipUri: "sips:a.example", routeType: "LOOP", phoneNumber: "+4799900001" };
    return client.upsertRegistration(request, { testDoor: "panic" }).catch((error) => error.problems);`);
  assert.deepEqual(
    problems.map(({ field, code }) => [field, code]),
    [["testDoor", "unknown_field"]],
  );
});
