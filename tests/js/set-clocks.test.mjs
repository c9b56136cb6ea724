// A clock that was set back after a refresh had failed: what was noted of that lies in the future, and keeps nobody from asking.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapter, clock, failing, renewed, reply, signedIn } from "./session.mjs";

const HOUR_MS = 3_600_000;
const broken = new TypeError("Failed to fetch");
let time;
beforeEach(() => {
  openPage("https://console.example/back");
  time = clock();
});
afterEach(() => time.back());

for (const [name, storage] of [
  ["sessionStorage", () => "session"],
  ["an application's own storage", () => adapter()],
  ["memory", () => "memory"],
]) {
  test(`the same page asks again (${name})`, async () => {
    const refreshes = [broken, broken, reply(200, renewed(2))];
    const { auth, sent } = await signedIn({ refreshes, storage: storage() });
    assert.equal((await failing(auth.getAccessToken())).code, "network");
    time.pass(-HOUR_MS);
    assert.equal(await auth.getAccessToken(), "access-2");
    assert.equal(sent.length, 3);
  });
}

test("the next page asks, however often the one before it failed", async () => {
  const storage = adapter();
  const { auth, options, script } = await signedIn({ refreshes: [broken], storage });
  for (let tries = 0; tries < 4; tries += 1) {
    await failing(auth.getAccessToken());
    time.pass(120_000);
  }
  time.pass(-HOUR_MS);
  script.refreshes = [reply(200, renewed(2))];
  const { timeOrigin } = performance;
  Object.defineProperty(performance, "timeOrigin", { value: timeOrigin + 1000, configurable: true });
  try {
    // A copy of the store: the page before is gone.
    const next = createAuth({ ...options, storage: adapter(storage.entries) });
    assert.equal(await next.getAccessToken(), "access-2");
  } finally {
    delete performance.timeOrigin;
    assert.equal(performance.timeOrigin, timeOrigin);
  }
});

test("what another tab came to a moment ago is still the answer", async () => {
  const storage = adapter();
  const { auth, options, sent } = await signedIn({
    refreshes: [() => new Promise((resolve) => setTimeout(resolve, 100, reply(503, "busy", "text/plain")))],
    storage,
  });
  const other = createAuth({ ...options, storage: adapter(storage.entries) });
  const codes = [auth, other].map((one) => failing(one.getAccessToken()).then(({ code }) => code));
  assert.deepEqual(await Promise.all(codes), ["temporarily_unavailable", "temporarily_unavailable"]);
  assert.equal(sent.length, 1);
});
