// What listeners of a page do while a keeper tells them something: they throw, close the client, read all keepers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "./database.mjs";
import { pause, scriptedCore, until } from "./scripted-core.mjs";

const request = (number) => ({
  sipUri: "sips:a.example.com",
  routeType: "LOOP",
  phoneNumber: `+47999${10_000 + number}`,
});

test("a page whose `dispatchEvent` lets through what listeners throw: registrations are kept all the same", async (t) => {
  const core = scriptedCore({ ttlSeconds: 4 });
  const { dispatchEvent } = EventTarget.prototype;
  t.after(() => {
    core.close();
    EventTarget.prototype.dispatchEvent = dispatchEvent;
  });
  EventTarget.prototype.dispatchEvent = function (event) {
    dispatchEvent.call(this, event);
    if (["registered", "refreshed", "change"].includes(event.type)) throw new Error("A listener threw.");
    return true;
  };
  const client = core.client();
  const keepers = [1, 2, 3].map((number) => client.keepRegistered(request(number)));
  const isToldOften = (count) =>
    keepers.every((_, index) => core.told(request(index + 1).phoneNumber).length >= count);
  await until("they are refreshed", () => isToldOften(3), 10_000);
  assert.deepEqual(
    keepers.map(({ state }) => state),
    ["registered", "registered", "registered"],
  );
  await keepers[0].stop({ delete: true });
  assert.deepEqual([...core.registrations.keys()].sort(), [request(2).phoneNumber, request(3).phoneNumber]);
});

test("a client that a listener closes has no keepers, also none that the machine was about to tell of", async (t) => {
  openDatabase();
  const core = scriptedCore();
  t.after(() => core.close());
  const owner = { keeping: { owner: "tenant" } };
  const before = core.client(owner);
  const kept = [1, 2, 3, 4].map((number) => before.keepRegistered(request(number)));
  await until("they are registered", () => kept.every(({ state }) => state === "registered"));
  before.close();
  const client = core.client(owner);
  const ended = [];
  client.addEventListener("keepersChanged", () => {
    for (const keeper of client.keepers) {
      keeper.addEventListener("change", () => client.close());
      keeper.addEventListener("stopped", () => ended.push(keeper));
    }
  });
  client.keepRegistered(request(5));
  await pause(500);
  assert.equal(client.keepers.length, 0);
  assert.equal(new Set(ended).size > 0, true);
});

test("10,000 keepers: a page that reads them all whenever they change is not held up", async (t) => {
  const core = scriptedCore({ delay: () => 60_000 });
  t.after(() => core.close());
  const client = core.client({ keeping: { maxPerSecond: 1 } });
  let read = 0;
  client.addEventListener("keepersChanged", () => {
    read += client.keepers.length > 0 ? 1 : 0;
  });
  const began = performance.now();
  for (let number = 0; number < 10_000; number += 1) client.keepRegistered(request(number));
  const tookMs = performance.now() - began;
  assert.equal(read, 10_000);
  assert.equal(client.keepers.length, 10_000);
  assert.ok(tookMs < 4000, `${tookMs} ms`);
});
