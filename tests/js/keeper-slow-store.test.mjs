// A database whose first answer takes longer than a call waits for it (a cold disk, a machine that slept meanwhile).

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "./database.mjs";
import { scriptedCore, until } from "./scripted-core.mjs";

const request = (number) => ({
  sipUri: "sips:a.example.com",
  routeType: "LOOP",
  phoneNumber: `+4799900${number}`,
});

test("an open that takes four seconds is used when it is there: what is kept after that is stored at once", async (t) => {
  const { records } = openDatabase();
  const { open } = indexedDB;
  let opened = 0;
  indexedDB.open = (...args) => {
    opened += 1;
    const opening = {};
    setTimeout(() => {
      const real = open(...args);
      real.onupgradeneeded = () => opening.onupgradeneeded?.();
      real.onsuccess = () => opening.onsuccess?.();
      opening.result = real.result;
    }, 4000);
    return opening;
  };
  const core = scriptedCore();
  t.after(() => core.close());
  const client = core.client({ keeping: { owner: "tenant" } });
  let told = 0;
  client.addEventListener("storageUnavailable", () => {
    told += 1;
  });
  const first = client.keepRegistered(request(100));
  await until("it is registered all the same", () => first.state === "registered", 10_000);
  assert.equal(told, 1);
  await until("the database answers", () => records.size === 0 && opened === 1, 100);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const second = client.keepRegistered(request(101));
  await until("it is registered", () => second.state === "registered");
  await until("it is stored", () => [...records.keys()].some((name) => name.includes("4799900101")), 1000);
  assert.equal(opened, 1, "it is opened once");
});
