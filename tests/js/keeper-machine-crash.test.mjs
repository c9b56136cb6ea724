// The wasm stops inside the keeper's machine, which takes what another tab posts, or what is stored: what it was about to do ends,
// and a second later what is kept goes on. Through doors that only the tests' build has.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { kinds } from "./crash-scene.mjs";
import { inProcess } from "./in-process.mjs";
import { scripted } from "./over-http.mjs";

const from = new URL("../../target/doors/dist/index.js", import.meta.url).href;
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

before(buildDoors);

/** A client for a tenant's tokens, and another tab, which is a channel. */
const scene = `${scripted}
  const { openDatabase } = await import(${asUrl("./database.mjs")});
  const { records } = openDatabase();
  const name = (kind) => "sipbreakout/" + kind + "/supplied%2Ftenant/https%3A%2F%2Fapi.example.com/v1/";
  const numbered = (number) => ({ ...request, phoneNumber: "+479990000" + number });
  const wish = (number, sip_uri) => JSON.stringify({ v: 1, id: "of another tab", is_end: false, delete_on_leave: false,
    sip_uri, phone_number: "+479990000" + number, route_type: "LOOP", mo_prefix: "", mt_prefix: "" });
  const heard = [];
  const tab = new BroadcastChannel(name("keeper"));
  tab.onmessage = ({ data }) => heard.push(JSON.parse(data).news);
  const post = (message) => tab.postMessage(JSON.stringify({ v: 1, ...message }));
  const isAnswered = async () => {
    heard.length = 0;
    post({ news: "hello", tab: "another" });
    await soon(100);
    return heard.includes("here");
  };
  const isHeld = async () => (await navigator.locks.query()).held.some((lock) => lock.name === name("keeper"));
  const until = async (isDone, ms) => {
    const started = performance.now();
    while (!(await isDone()) && performance.now() - started < ms) await soon(10);
    return performance.now() - started;
  };
  /** The core answers to deletions only when it is told to. */
  let isHanging = false;
  const core = globalThis.fetch;
  globalThis.fetch = (source, init) => {
    const answer = core(source, init);
    const hangs = isHanging && String(source.url ?? source).endsWith("/DeleteRegistration");
    return hangs ? new Promise((_, no) => init.signal.addEventListener("abort", () => no(init.signal.reason))) : answer;
  };
  const client = open({ keeping: { owner: "tenant" } });
  const told = (method) => web.calls.filter((call) => call.method === method).length;
  const end = (result) => {
    client.close();
    setTimeout(() => process.exit(), 100);
    return result;
  };
`;

for (const kind of kinds) {
  test(`by what another tab posts: ${kind}`, async () => {
    const result = await inProcess(
      `${scene}
      const keepers = [1, 2, 4].map((number) => client.keepRegistered(numbered(number)));
      await until(() => keepers.every(({ state, isLeading }) => state === "registered" && isLeading), 5000);
      const before = [await isHeld(), await isAnswered()];
      isHanging = true;
      const stopped = caught(keepers[2].stop({ delete: true }));
      await until(() => told("DeleteRegistration") === 1, 5000);
      post({ news: "wished", key: "+4799900003", wish: wish(3, "sips:${kind}.door.example") });
      const error = await stopped;
      isHanging = false;
      const after = [await isHeld(), await isAnswered(), keepers[0].isLeading];
      const states = keepers.map(({ state }) => state);
      const againMs = await until(() => keepers[0].isLeading, 5000);
      await until(() => told("DeleteRegistration") > 1, 5000);
      const upserts = told("UpsertRegistration");
      await Promise.all(keepers.slice(0, 2).map((keeper) => keeper.refresh()));
      await until(() => told("UpsertRegistration") === upserts + 2, 5000);
      const last = { upserts: told("UpsertRegistration") - upserts, deletions: told("DeleteRegistration") };
      const kept = client.keepers.map(({ request }) => request.phoneNumber);
      const fresh = client.keepRegistered(numbered(5));
      await until(() => fresh.state === "registered", 5000);
      const held = [await isHeld(), await isAnswered()];
      return end({ before, code: error.code, after, states, isSoon: againMs < 2000, last, kept, fresh: fresh.state, held });`,
      { from },
    );
    assert.deepEqual(result, {
      before: [true, true],
      code: "crashed",
      after: [false, false, false],
      states: ["registered", "registered", "stopped"],
      isSoon: true,
      last: { upserts: 2, deletions: 2 },
      kept: ["+4799900001", "+4799900002"],
      fresh: "registered",
      held: [true, true],
    });
  });
}

test("what another tab wants or stops before this page goes on counts", async () => {
  const result = await inProcess(
    `${scene}
    const keepers = [1, 2, 4].map((number) => client.keepRegistered(numbered(number), { deleteOnPageHide: true }));
    await until(() => keepers.every(({ state, isLeading }) => state === "registered" && isLeading), 5000);
    post({ news: "wished", key: "+4799900003", wish: wish(3, "sips:panic.door.example") });
    await until(() => !keepers[0].isLeading, 5000);
    records.set(name("kept") + "+4799900001", wish(1, "sips:new.example.com"));
    records.delete(name("kept") + "+4799900002");
    await until(() => keepers[0].isLeading && keepers[1].state === "stopped", 5000);
    await until(() => web.calls.some(({ text }) => text.includes("sips:new.example.com")), 5000);
    await until(() => keepers[0].state === "registered", 5000);
    const { is_end, delete_on_leave } = JSON.parse(records.get(name("kept") + "+4799900004"));
    return end({
      states: keepers.map(({ state }) => state),
      sipUri: keepers[0].request.sipUri,
      stored: [...records.keys()].filter((key) => key.startsWith(name("kept"))).map((key) => key.slice(-1)).sort(),
      of4: { is_end, delete_on_leave },
      upserts: told("UpsertRegistration"),
    });`,
    { from },
  );
  assert.deepEqual(result, {
    states: ["registered", "stopped", "registered"],
    sipUri: "sips:new.example.com",
    stored: ["1", "4"],
    of4: { is_end: false, delete_on_leave: true },
    upserts: 4,
  });
});

test("by what is stored: each second anew, and on as soon as that is there no more", async () => {
  const result = await inProcess(
    `${scene}
    records.set(name("kept") + "+4799900001", wish(1, "sips:pbx.example.com"));
    records.set(name("kept") + "+4799900003", wish(3, "sips:panic.door.example"));
    const first = await caught(client.resumeKeepers());
    const keeper = client.keepRegistered(numbered(2));
    await soon(2500);
    const calls = web.calls.length;
    records.delete(name("kept") + "+4799900003");
    await until(() => client.keepers.length === 2 && client.keepers.every(({ state }) => state === "registered"), 5000);
    return end({
      code: first.code,
      calls,
      kept: client.keepers.map(({ state, request }) => [state, request.phoneNumber]).sort(),
    });`,
    { from },
  );
  assert.deepEqual(result, {
    code: "crashed",
    calls: 0,
    kept: [
      ["registered", "+4799900001"],
      ["registered", "+4799900002"],
    ],
  });
});

test("what is updated before it is begun anew, and was never stored, is kept as it was updated", async () => {
  const result = await inProcess(
    `${scene}
      delete globalThis.indexedDB;
      const keeper = client.keepRegistered(numbered(1));
      await until(() => keeper.state === "registered" && keeper.isLeading, 5000);
      post({ news: "wished", key: "+4799900003", wish: wish(3, "sips:${kinds[0]}.door.example") });
      await until(() => !keeper.isLeading, 5000);
      const upserts = told("UpsertRegistration");
      await keeper.update({ ...numbered(1), sipUri: "sips:updated.example.com" });
      await until(() => told("UpsertRegistration") > upserts && keeper.state === "registered", 5000);
      await soon(2000);
      const { state, request: { sipUri } } = keeper;
      return end({ state, sipUri, upserts: told("UpsertRegistration") - upserts });`,
    { from },
  );
  assert.deepEqual(result, { state: "registered", sipUri: "sips:updated.example.com", upserts: 1 });
});
