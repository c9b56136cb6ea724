// A deletion that could not be made is in the store when the next page registers the number by a call of its own, before it keeps
// anything. What the application said last holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { entry, inProcess } from "./in-process.mjs";
import { scripted } from "./over-http.mjs";

const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

/** A page before this one could not delete the number; `client` is this page's. */
const scene = `
  ${scripted}
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { openDatabase } = await import(${asUrl("./database.mjs")});
  openPage("https://console.example/back");
  openDatabase();
  const turns = new Map();
  /** Web Locks: with them whoever leads does not hesitate. */
  const locks = {
    request(name, { signal }, work) {
      const turn = (turns.get(name) ?? Promise.resolve()).then(() => (signal?.aborted ? undefined : work()));
      turns.set(name, turn.catch(() => {}));
      return turn;
    },
  };
  Object.defineProperty(globalThis, "navigator", { value: { locks, onLine: true }, configurable: true });
  const core = globalThis.fetch;
  let isDown = true;
  const fetch = async (url, init) => {
    if (isDown && String(url).endsWith("/DeleteRegistration")) throw new TypeError("Failed to fetch");
    return core(url, init);
  };
  const begin = (copy) =>
    copy.createClient({
      baseUrl: "https://api.example.com",
      accessToken: () => "a-token",
      keeping: { owner: "anna" },
      retry: false,
      fetch,
    });
  const first = begin(sdk);
  const keeper = first.keepRegistered(request);
  if (keeper.state !== "registered") await event(keeper, "registered");
  const stopped = await caught(keeper.stop({ delete: true }));
  first.close();
  isDown = false;
  await soon(100);
  web.calls.length = 0;
  const client = begin(await import(${JSON.stringify(entry)} + "?next"));`;

const told = (script) =>
  inProcess(
    `${scene}
    ${script}
    await soon(2500);
    client.close();
    setTimeout(() => process.exit(), 100);
    return [stopped.code, ...web.calls.map(({ method }) => method)];`,
  );

test("the next page deletes", async () => {
  assert.deepEqual(await told("await client.resumeKeepers();"), ["unavailable", "DeleteRegistration"]);
});

test("it does not, when it has registered the number before", async () => {
  const calls = await told("await client.upsertRegistration(request); await client.resumeKeepers();");
  assert.deepEqual(calls, ["unavailable", "UpsertRegistration"]);
});

test("nor when another number is kept afterwards", async () => {
  const calls = await told(`await client.upsertRegistration({ ...request, phoneNumber: "+47 99 90 00 01" });
    client.keepRegistered({ ...request, phoneNumber: "+4799900002" });`);
  assert.deepEqual(calls, ["unavailable", "UpsertRegistration", "UpsertRegistration"]);
});

test("another number that was registered changes nothing", async () => {
  const calls = await told(`await client.upsertRegistration({ ...request, phoneNumber: "+4799900002" });
    await client.resumeKeepers();`);
  assert.deepEqual(calls, ["unavailable", "UpsertRegistration", "DeleteRegistration"]);
});
