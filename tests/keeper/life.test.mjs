// The life of a page that keeps a registration: reload, the back button, freezing, and a network that goes and comes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import {
  inBrowsers,
  isLeading,
  keepIn,
  label,
  noted,
  notes,
  pause,
  ready,
  reload,
  request,
  stands,
  until,
  users,
  view,
} from "./stage.mjs";

const [number] = users;
const TTL_SECONDS = 10;
// What another page was granted is young for a quarter of this: a reload must not take longer, on a slow machine either.
const RELOAD_TTL_SECONDS = 30;

inBrowsers("a page's life", { ttlSeconds: TTL_SECONDS }, (stage, browser) => {
  /** A tab that keeps the number. */
  const keeping = async (ttlSeconds = TTL_SECONDS) => {
    stage.ttlSeconds = ttlSeconds;
    await stage.begin();
    const tab = await stage.signedIn();
    await keepIn(tab);
    assert.ok(stage.registered(number));
    return tab;
  };

  test("it is told again in time, again and again", { skip: repeats(browser === "firefox") }, async () => {
    const tab = await keeping();
    await until("four upserts", () => stage.upserts(number).length >= 4, 40_000);
    const times = stage.upserts(number).map(({ startedAt }) => startedAt);
    for (const [index, time] of times.entries()) {
      const gap = time - times[index - 1];
      if (index > 0)
        assert.ok(gap > 0.74 * TTL_SECONDS * 1000 && gap < 0.95 * TTL_SECONDS * 1000, `${gap} ms`);
    }
    // The last call may be under way still.
    const told = await until("four events", async () => {
      const types = (await notes(tab)).map(({ type }) => type).filter((type) => type !== "change");
      return types.length >= 4 && types;
    });
    assert.deepEqual(told.slice(0, 4), ["registered", "refreshed", "refreshed", "refreshed"]);
    const [{ expiresAt, nextRefreshAt, code }] = await view(tab);
    assert.ok(nextRefreshAt < expiresAt && nextRefreshAt > Date.now() - 1000);
    assert.equal(code, undefined);
  });

  for (const [way, given] of [
    ["resumeKeepers()", { isResuming: true }],
    ["the same keepRegistered()", { keep: [{ request }] }],
  ]) {
    test(`a reload: ${way} goes on, and a young registration is not told again`, {
      skip: repeats(browser === "firefox" || way !== "resumeKeepers()"),
    }, async () => {
      const tab = await keeping(RELOAD_TTL_SECONDS);
      stage.keeping = given;
      const [before] = await view(tab);
      await reload(tab);
      const after = await stands(tab, "registered");
      assert.deepEqual(after.request, before.request);
      await until("the lead", () => isLeading(tab));
      await until("the refresh", () => stage.upserts(number).length >= 2, RELOAD_TTL_SECONDS * 1000);
      const [first, second] = stage.upserts(number);
      const sinceMs = second.startedAt - first.startedAt;
      assert.ok(sinceMs > 0.74 * RELOAD_TTL_SECONDS * 1000, `told again after ${sinceMs} ms`);
      assert.equal(second.label, await label(tab));
      assert.ok(second.endedAt - first.startedAt < RELOAD_TTL_SECONDS * 1000);
    });
  }

  test("away, and back with the back button: it goes on", async (t) => {
    const tab = await keeping();
    stage.keeping = { isResuming: true };
    const before = await label(tab);
    await tab.goto(`${stage.served.url}docs.html`);
    await pause(1000);
    await tab.goBack({ timeout: 5000 }).catch(() => {});
    await ready(tab);
    t.diagnostic(`the page came ${(await label(tab)) === before ? "from the back/forward cache" : "anew"}`);
    await until("the lead", () => isLeading(tab));
    await until("the refresh", () => stage.upserts(number).length >= 2, TTL_SECONDS * 1000);
    const [first, second] = stage.upserts(number);
    assert.ok(second.endedAt - first.startedAt < TTL_SECONDS * 1000);
    await stands(tab, "registered");
  });

  test("too long away: lapsed, and registered again when it is back", { skip: repeats() }, async () => {
    const tab = await keeping();
    stage.keeping = { isResuming: true };
    await tab.goto(`${stage.served.url}docs.html`);
    await until("the core has forgotten it", () => !stage.registered(number), 2 * TTL_SECONDS * 1000);
    await tab.goBack({ timeout: 5000 }).catch(() => {});
    await ready(tab);
    await until("it is registered", () => stage.registered(number));
    await stands(tab, "registered");
  });

  test("an outage of the core: at risk, and told again as soon as it is over", async () => {
    const tab = await keeping();
    stage.sandbox.arm({ on: "core", grpcStatus: 14, times: "always" });
    await noted(tab, "atRisk", { ms: TTL_SECONDS * 1000 });
    await noted(tab, "lapsed", { ms: TTL_SECONDS * 1000 });
    assert.notEqual((await view(tab))[0].code, undefined);
    stage.sandbox.disarm();
    await until("it is registered", () => stage.registered(number), 4000);
    await stands(tab, "registered");
    assert.equal((await view(tab))[0].code, undefined);
    const tries = stage.sandbox.callLog.filter(({ outcome }) => outcome === "fault");
    for (const [index, { startedAt }] of tries.entries()) {
      const since = startedAt - (tries[index - 1]?.endedAt ?? 0);
      assert.ok(since > 900, `two attempts within ${since} ms`);
    }
  });

  if (browser !== "chromium") return;

  test("frozen: the page is silent, and catches up at once when it is thawed", async () => {
    const tab = await keeping();
    const devtools = await tab.createCDPSession();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await until("the core has forgotten it", () => !stage.registered(number), 2 * TTL_SECONDS * 1000);
    assert.equal(stage.upserts(number).length, 1);
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await until("it is registered", () => stage.registered(number), 3000);
    await noted(tab, "lapsed");
    await stands(tab, "registered");
  });

  test("offline, and back: told again at once", async () => {
    const tab = await keeping();
    const devtools = await tab.createCDPSession();
    const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", { ...network, offline: true });
    assert.equal(await tab.evaluate(() => navigator.onLine), false);
    await noted(tab, "lapsed", { ms: 2 * TTL_SECONDS * 1000 });
    assert.equal(stage.upserts(number).length, 1);
    await devtools.send("Network.emulateNetworkConditions", { ...network, offline: false });
    await until("it is registered", () => stage.registered(number), 3000);
    await stands(tab, "registered");
  });
});
