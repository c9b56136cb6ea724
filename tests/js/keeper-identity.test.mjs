// What is read from a client and a keeper again and again is the same object until it changes: React's
// `useSyncExternalStore` renders for ever otherwise. The same with React itself is in tests/keeper/react.test.mjs.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createClient } from "../../dist/index.js";
import { reply } from "./fleet.mjs";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
const granted = (seconds) => reply([8, 1, 26, 2, 8, seconds]);
const unavailable = () => reply(undefined, 14);

const clients = [];
after(() => clients.map((client) => client.close()));

function open(answer = () => granted(100)) {
  const core = { answer };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    retry: false,
    fetch: async () => core.answer(),
  });
  clients.push(client);
  return { client, core };
}

const event = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

const properties = ["request", "inEffect", "state", "expiresAt", "nextRefreshAt", "lastError", "isLeading"];
const read = (keeper) => properties.map((name) => keeper[name]);

/** As React does: reads twice each time it renders, and renders again when something is told. */
function store(target, types, getSnapshot) {
  const seen = { renders: 0, unstable: 0, snapshot: getSnapshot() };
  const render = () => {
    const next = getSnapshot();
    if (!Object.is(next, getSnapshot())) seen.unstable += 1;
    if (Object.is(next, seen.snapshot)) return;
    seen.snapshot = next;
    seen.renders += 1;
  };
  for (const type of types) target.addEventListener(type, render);
  return seen;
}

test("every property of a keeper is the same object at each read, at every stage of its life", async () => {
  const { client, core } = open(unavailable);
  const keeper = client.keepRegistered(request);
  const unstable = [];
  const check = (stage) => {
    const [one, other] = [read(keeper), read(keeper)];
    for (const [index, name] of properties.entries()) {
      if (!Object.is(one[index], other[index])) unstable.push(`${name}, ${stage}`);
    }
  };
  check("new");
  const types = ["registered", "refreshed", "atRisk", "lapsed", "rejected", "stopped", "change"];
  for (const type of types) keeper.addEventListener(type, () => check(type));
  await new Promise((resolve) =>
    keeper.addEventListener("change", ({ detail }) => detail.error && resolve()),
  );
  check("failed");
  assert.ok(keeper.lastError);
  core.answer = () => granted(100);
  await keeper.refresh();
  await event(keeper, "registered");
  check("registered");
  await keeper.stop();
  check("stopped");
  assert.deepEqual(unstable, []);
});

test("what has not changed is the same object after an event, and what has is readable when it is told", async () => {
  const { client } = open();
  const keeper = client.keepRegistered(request);
  const wrong = [];
  for (const type of ["registered", "refreshed", "change", "stopped"]) {
    keeper.addEventListener(type, ({ detail }) => {
      for (const name of ["state", "inEffect", "expiresAt", "nextRefreshAt"]) {
        if (!Object.is(detail[name], keeper[name])) wrong.push(`${name} at ${type}`);
      }
      if (!Object.is(detail.error, keeper.lastError)) wrong.push(`lastError at ${type}`);
    });
  }
  await event(keeper, "registered");
  const { request: wanted, inEffect, expiresAt } = keeper;
  await keeper.refresh();
  assert.equal(keeper.request, wanted);
  assert.equal(keeper.inEffect, inEffect);
  await Promise.race([event(keeper, "registered"), event(keeper, "refreshed")]);
  assert.equal(keeper.request, wanted);
  assert.equal(keeper.inEffect, inEffect);
  assert.notEqual(keeper.expiresAt, expiresAt);
  await keeper.stop();
  assert.deepEqual(wrong, []);
});

test("the same error is the same object when something else is told", async () => {
  const { client } = open(unavailable);
  const keeper = client.keepRegistered(request);
  await new Promise((resolve) =>
    keeper.addEventListener("change", ({ detail }) => detail.error && resolve()),
  );
  const { lastError } = keeper;
  const told = event(keeper, "change");
  await keeper.update({ ...request, routeType: "FORK" });
  await told;
  assert.equal(keeper.lastError, lastError);
});

test("client.keepers is the same array until there are others, and can be read when keepersChanged is told", async () => {
  const { client } = open();
  assert.equal(client.keepers, client.keepers);
  const lists = store(client, ["keepersChanged"], () => client.keepers);
  const keeper = client.keepRegistered(request);
  assert.deepEqual([...client.keepers], [keeper]);
  assert.equal(lists.snapshot, client.keepers);
  await event(keeper, "registered");
  assert.equal(lists.snapshot, client.keepers);
  assert.equal(lists.renders, 1);
  await keeper.stop();
  assert.deepEqual([lists.renders, lists.unstable, [...lists.snapshot]], [2, 0, []]);
});

test("who changes what was returned changes nothing inside", async () => {
  const { client } = open();
  const keeper = client.keepRegistered(request);
  await event(keeper, "registered");
  for (const name of ["expiresAt", "nextRefreshAt"]) {
    const ms = keeper[name].getTime();
    keeper[name].setFullYear(1999);
    assert.equal(keeper[name].getTime(), ms, name);
    try {
      keeper[name].getTime = () => 0;
    } catch {}
    assert.equal(keeper[name].getTime(), ms, name);
    assert.equal(keeper[name], keeper[name]);
  }
  const tried = [
    () => client.keepers.push(keeper),
    () => {
      client.keepers.length = 0;
    },
    () => {
      keeper.request.sipUri = "sips:elsewhere.example.com";
    },
    () => {
      keeper.inEffect.sipUri = "sips:elsewhere.example.com";
    },
  ];
  for (const change of tried) assert.throws(change, TypeError);
  assert.deepEqual([...client.keepers], [keeper]);
  assert.equal(keeper.request.sipUri, request.sipUri);
  assert.equal(keeper.inEffect.sipUri, request.sipUri);
  // What is resolved to is the caller's own.
  const resumed = await client.resumeKeepers();
  resumed.length = 0;
  assert.deepEqual([...client.keepers], [keeper]);
});
