// A database whose first answer takes longer than it is waited for: what a page before this one kept is kept all the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openDatabase } from "./database.mjs";
import { scriptedCore, until } from "./scripted-core.mjs";

const OPENS_AFTER_MS = 4000;

test("it is read again later, and what is found is registered", async (t) => {
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  const { records } = openDatabase();
  const { indexedDB } = globalThis;
  let isSlow = true;
  const open = () => {
    const opening = indexedDB.open();
    if (!isSlow) return opening;
    const late = { result: opening.result };
    setTimeout(() => late.onsuccess(), OPENS_AFTER_MS);
    return late;
  };
  Object.defineProperty(globalThis, "indexedDB", { value: { open }, configurable: true });
  const core = scriptedCore({ ttlSeconds: 60 });
  const client = core.client({ keeping: { owner: "tenant" } });
  t.after(() => {
    client.close();
    core.close();
    performance.now = now;
  });
  const wish = {
    v: 1,
    id: "of a page before",
    is_end: false,
    delete_on_leave: false,
    sip_uri: "sips:a.example.com",
    phone_number: "+4799900001",
    route_type: "LOOP",
    mo_prefix: "",
    mt_prefix: "",
  };
  const name = `sipbreakout/kept/supplied%2Ftenant/${encodeURIComponent(core.url)}/v1/+4799900001`;
  records.set(name, JSON.stringify(wish));
  assert.deepEqual(await client.resumeKeepers(), []);
  isSlow = false;
  ahead += 31_000;
  await until("it is met", () => client.keepers.length === 1, 10_000);
  await until("it is registered", () => client.keepers[0].state === "registered");
  assert.equal(core.registrations.get("+4799900001").sipUri, "sips:a.example.com");
});
