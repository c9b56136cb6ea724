// A database that never answers (WebKit's, after the machine has slept): noticed once, and asked again later.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "./database.mjs";
import { scriptedCore, until } from "./scripted-core.mjs";

const request = (number) => ({
  sipUri: "sips:a.example.com",
  routeType: "LOOP",
  phoneNumber: `+4799900${number}`,
});

test("it costs three seconds once, is told, and what is kept is stored when it answers again", async (t) => {
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  Object.defineProperty(globalThis, "indexedDB", { value: { open: () => ({}) }, configurable: true });
  Object.defineProperty(globalThis, "IDBKeyRange", { value: { bound: () => ({}) }, configurable: true });
  const core = scriptedCore({ ttlSeconds: 6 });
  const client = core.client({ keeping: { owner: "tenant" } });
  t.after(() => {
    client.close();
    core.close();
    performance.now = now;
  });
  let told = 0;
  client.addEventListener("storageUnavailable", () => {
    told += 1;
  });
  const first = client.keepRegistered(request(100));
  await until("it is registered all the same", () => first.state === "registered", 10_000);
  assert.equal(told, 1);
  const began = Date.now();
  const others = [101, 102, 103].map((number) => client.keepRegistered(request(number)));
  await until("the others, too", () => others.every(({ state }) => state === "registered"));
  assert.ok(Date.now() - began < 1500, `${Date.now() - began} ms`);
  assert.equal(told, 1, "it is told once");

  const { records } = openDatabase();
  ahead += 31_000;
  await until("what is kept is stored", () => records.size === 8, 15_000);
  assert.equal([...records.keys()].filter((name) => name.startsWith("sipbreakout/kept/")).length, 4);
  assert.equal(told, 1);
});
