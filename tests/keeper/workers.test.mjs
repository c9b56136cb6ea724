// In workers, with supplied tokens: no document, no session, and whoever is left goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import { inBrowsers, isNeverForgotten, request, until } from "./stage.mjs";

const number = "+4799900007";
const TTL_SECONDS = 10;

inBrowsers("workers", { ttlSeconds: TTL_SECONDS }, (stage, browser) => {
  const startWorker = (tab, kind, label) =>
    tab.evaluate(
      (name, given) => {
        const worker = new window[name]("/tests/keeper/worker.js", { type: "module", name: given.label });
        const port = worker.port ?? worker;
        window.told = [];
        port.onmessage = ({ data }) => window.told.push(data);
        port.postMessage(given);
        window.worker = worker;
      },
      kind,
      { baseUrl: stage.sandbox.url, request: { ...request, phoneNumber: number }, label },
    );

  const isKept = () => {
    const calls = stage.upserts(number);
    for (const [index, { outcome, startedAt }] of calls.entries()) {
      assert.equal(outcome, "ok");
      if (index > 0) assert.ok(startedAt >= calls[index - 1].endedAt, "two at once");
    }
    isNeverForgotten(calls, TTL_SECONDS);
  };

  for (const kind of ["Worker", "SharedWorker"]) {
    test(`${kind}: told again in time`, {
      skip: repeats(browser === "firefox" || kind === "Worker"),
    }, async () => {
      await stage.begin();
      const tab = await stage.tab();
      await startWorker(tab, kind, "one");
      await until("three upserts", () => stage.upserts(number).length >= 3, 3 * TTL_SECONDS * 1000);
      isKept();
      const told = await until("the page is told", async () => {
        const events = (await tab.evaluate(() => window.told)).filter((type) => type !== "change");
        return events.length >= 3 && events;
      });
      assert.deepEqual(told.slice(0, 3), ["registered", "refreshed", "refreshed"]);
      assert.ok(stage.upserts(number).every(({ label }) => label === "one"));
    });
  }

  test("a worker ends: one in another tab, of the same owner, goes on", async () => {
    await stage.begin();
    const [one, two] = [await stage.tab(), await stage.tab()];
    await startWorker(one, "Worker", "one");
    await until("it is registered", () => stage.registered(number));
    await startWorker(two, "Worker", "two");
    await until("the second knows", async () => (await two.evaluate(() => window.told.length)) > 0);
    await one.evaluate(() => window.worker.terminate());
    await until(
      "the other one's",
      () => stage.upserts(number).some(({ label }) => label === "two"),
      TTL_SECONDS * 1000,
    );
    isKept();
    assert.deepEqual([...new Set(stage.upserts(number).map(({ label }) => label))], ["one", "two"]);
  });
});
