// Deletions whose page is frozen, left, closed, reloaded or crashed before the core has answered: they are not forgotten. And
// deletions that are answered late: what somebody wants since stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import { rendererOf, signal } from "./renderers.mjs";
import {
  inBrowsers,
  leaderOf,
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
/** Longer than a test: nothing ends by itself. */
const LONG_TTL_SECONDS = 120;
const SHORT_TTL_SECONDS = 10;
/** Until a new page may look whether somebody else does it. */
const PATIENCE_MS = 20_000;

inBrowsers("deletions", { ttlSeconds: LONG_TTL_SECONDS }, (stage, browser) => {
  /** `count` tabs that keep the number, the one that leads first. */
  const keeping = async (count = 1, ttlSeconds = LONG_TTL_SECONDS) => {
    stage.ttlSeconds = ttlSeconds;
    await stage.begin({}, { keep: [{ request }] });
    // Else the browser may go with its last tab.
    await stage.context.newPage();
    const tabs = [await stage.signedIn()];
    await stands(tabs[0], "registered");
    while (tabs.length < count) {
      tabs.push(await stage.tab());
      await stands(tabs.at(-1), "registered");
    }
    const leader = await leaderOf(tabs);
    return [leader, ...tabs.filter((tab) => tab !== leader)];
  };

  /** `asking` deletes what it keeps, and the core does not answer. */
  const deleting = async (asking, fault = { delayMs: 8000 }) => {
    stage.sandbox.arm({ on: "core", times: "always", ...fault });
    await asking.evaluate(() => {
      window.page.deletion = window.page.caught(window.page.keeper.stop({ delete: true }));
    });
    await until("the core is asked to delete it", () => stage.sandbox.faults().some(({ hits }) => hits > 0));
    await pause(200);
  };
  /** The next request is answered. */
  const mend = () => stage.sandbox.disarm();

  const isDeleted = () => until("the core has deleted it", () => !stage.registered(number), PATIENCE_MS);

  /** It is deleted, and nobody tells the core again. */
  const staysDeleted = async (...tabs) => {
    await isDeleted();
    await pause(1500);
    assert.equal(stage.registered(number), undefined);
    assert.equal(stage.upserts(number).length, 1);
    for (const tab of tabs) {
      await until("no keeper is left", async () => (await view(tab)).length === 0);
      const stopped = (await notes(tab)).filter(({ type }) => type === "stopped");
      assert.ok(stopped.length <= 1, "stopped once");
    }
  };

  for (const [way, how] of [
    ["resumeKeepers()", { isResuming: true }],
    ["keepRegistered() of another number", { keep: [{ request: { ...request, phoneNumber: users[1] } }] }],
  ]) {
    test(`reloaded meanwhile: ${way} goes on with it`, {
      skip: repeats(browser === "firefox" || way !== "resumeKeepers()"),
    }, async () => {
      const [tab] = await keeping();
      await deleting(tab);
      stage.keeping = how;
      await tab.reload();
      mend();
      await ready(tab);
      await isDeleted();
      const kept = (await view(tab)).map(({ request }) => request.phoneNumber);
      assert.ok(
        !kept.includes(undefined) && kept.length === (how.keep ? 1 : 0),
        "what is deleted is nobody's",
      );
      await pause(1500);
      assert.equal(stage.upserts(number).length, 1);
    });
  }

  test("closed meanwhile: the next page goes on with it", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const [tab] = await keeping();
    await deleting(tab);
    await tab.close();
    mend();
    stage.keeping = { isResuming: true };
    await staysDeleted(await stage.tab());
  });

  test("closed meanwhile: another tab goes on with it", async () => {
    const [leader, follower] = await keeping(2);
    await deleting(leader);
    await leader.close();
    mend();
    await staysDeleted(follower);
  });

  test("who asked for it is closed while the leader is at it", { skip: repeats() }, async () => {
    const [leader, follower] = await keeping(2);
    await deleting(follower, { delayMs: 3000 });
    await follower.close();
    await staysDeleted(leader);
  });

  test("left meanwhile, and back with the back button", async (t) => {
    const [tab] = await keeping();
    await deleting(tab);
    stage.keeping = { isResuming: true };
    await tab.evaluate(() => {
      window.page.isFirst = true;
    });
    await tab.goto(`${stage.served.url}docs.html`);
    mend();
    await pause(1000);
    await tab.goBack({ timeout: 5000 }).catch(() => {});
    await ready(tab);
    const isFirst = await tab.evaluate(() => window.page.isFirst === true);
    t.diagnostic(`the page came ${isFirst ? "from the back/forward cache" : "anew"}`);
    await staysDeleted(tab);
    if (isFirst) assert.equal(await tab.evaluate(() => window.page.deletion), "done");
  });

  test("the core is away, and the page is reloaded: deleted when the core is back", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const [tab] = await keeping();
    await deleting(tab, { lose: "request" });
    stage.keeping = { isResuming: true };
    await reload(tab);
    await pause(4000);
    mend();
    await staysDeleted(tab);
  });

  test("wanted again in another tab after the page was closed: it stays", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const [leader, follower] = await keeping(2);
    await deleting(leader, { delayMs: 3000 });
    await follower.evaluate((given) => window.page.keep(given), { ...request, routeType: "FORK" });
    await leader.close();
    mend();
    await until("the core has it", () => stage.registered(number)?.routeType === "FORK", PATIENCE_MS);
    // The deletion that was under way comes to the core by now.
    await pause(5000);
    await until(
      "the core has it still, or again",
      () => stage.registered(number)?.routeType === "FORK",
      PATIENCE_MS,
    );
    await stands(follower, "registered");
  });

  test("not made yet, and the next page registers the number by a call of its own: it stays", {
    skip: repeats(),
  }, async () => {
    const [tab] = await keeping();
    await deleting(tab, { lose: "request" });
    stage.keeping = {};
    await tab.reload();
    mend();
    await ready(tab);
    await tab.evaluate((given) => window.page.client.upsertRegistration(given), {
      ...request,
      routeType: "FORK",
    });
    await tab.evaluate(() => window.page.client.resumeKeepers());
    await pause(5000);
    assert.equal(stage.registered(number)?.routeType, "FORK");
    assert.deepEqual(await view(tab), []);
  });

  if (browser !== "chromium") return;

  const lifecycle = async (tab) => {
    const devtools = await tab.createCDPSession();
    return (state) => devtools.send("Page.setWebLifecycleState", { state });
  };

  for (const [name, fault] of [
    ["frozen meanwhile: the page goes on with it when it is thawed"],
    ["frozen when the core had deleted it, and nobody heard the answer", { lose: "reply" }],
  ]) {
    test(name, { skip: repeats(fault !== undefined) }, async () => {
      const [tab] = await keeping();
      const become = await lifecycle(tab);
      await deleting(tab, fault);
      await become("frozen");
      mend();
      await pause(1500);
      await become("active");
      await staysDeleted(tab);
      assert.equal(await tab.evaluate(() => window.page.deletion), "done");
    });
  }

  test("frozen meanwhile: another tab goes on with it", { skip: repeats() }, async () => {
    const [leader, follower] = await keeping(2);
    const become = await lifecycle(leader);
    await deleting(leader);
    await become("frozen");
    mend();
    await staysDeleted(follower);
    await become("active");
    await staysDeleted(leader);
    assert.equal(await leader.evaluate(() => window.page.deletion), "done");
  });

  test("crashed meanwhile: the next page goes on with it", async () => {
    const [tab] = await keeping();
    await deleting(tab);
    const devtools = await tab.createCDPSession();
    await Promise.race([devtools.send("Page.crash").catch(() => {}), pause(1000)]);
    mend();
    stage.keeping = { isResuming: true };
    await staysDeleted(await stage.tab());
  });

  for (const [way, ends] of [
    [
      "frozen",
      async (tab) => {
        const become = await lifecycle(tab);
        return { stop: () => become("frozen"), wake: () => become("active") };
      },
    ],
    [
      "hung",
      async (tab) => {
        const pid = await rendererOf(tab);
        return { stop: () => signal(pid, "SIGSTOP"), wake: () => signal(pid, "SIGCONT") };
      },
    ],
  ]) {
    test(`a ${way} leader wakes when another tab wants the number again: it stays`, {
      skip: repeats(way === "hung"),
    }, async () => {
      const [leader, follower] = await keeping(2, SHORT_TTL_SECONDS);
      const { stop, wake } = await ends(leader);
      const state = () => follower.evaluate(() => window.page.keeper.state);
      // The core carries it out when nobody hears the answer.
      await deleting(leader, { delayMs: 1500 });
      await stop();
      try {
        mend();
        const wanted = { ...request, routeType: "FORK" };
        await follower.evaluate((given) => window.page.keep(given), wanted);
        await until("the core has it", () => stage.registered(number)?.routeType === "FORK", PATIENCE_MS);
      } finally {
        await wake();
      }
      await pause(1000);
      // Whatever came late: it is told again, and kept.
      await until("the core has it", () => stage.registered(number)?.routeType === "FORK", 4000);
      await until("it stands", async () => (await state()) === "registered");
      const calls = stage.upserts(number).length;
      await until("it is refreshed", () => stage.upserts(number).length > calls, SHORT_TTL_SECONDS * 1000);
      assert.equal(stage.registered(number)?.routeType, "FORK");
      assert.equal(await state(), "registered");
    });
  }
});
