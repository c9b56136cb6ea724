// What is wanted, from whichever tab and however often: updates, stops, deletions, strict mode, and pages that take their
// registration along.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import {
  inBrowsers,
  label,
  leaderOf,
  noted,
  notes,
  pause,
  request,
  stands,
  until,
  users,
  view,
} from "./stage.mjs";

const [number] = users;
const TTL_SECONDS = 10;

inBrowsers("wishes", { ttlSeconds: TTL_SECONDS }, (stage, browser) => {
  /** A leader and a follower, both with a keeper of the number. */
  const twoTabs = async (options) => {
    await stage.begin({}, { keep: [{ request, options }] });
    const tabs = [await stage.signedIn()];
    await stands(tabs[0], "registered");
    tabs.push(await stage.tab());
    // What another page has, and may delete when it goes, is believed when it is told again.
    await stands(tabs[1], "registered", (TTL_SECONDS + 2) * 1000);
    const leader = await leaderOf(tabs);
    return { leader, follower: tabs.find((tab) => tab !== leader) };
  };

  test("an update from a follower is carried out by the leader, and all tabs know", async () => {
    const { leader, follower } = await twoTabs();
    const wanted = { ...request, sipUri: "sips:other.example.com", routeType: "FORK" };
    await follower.evaluate((given) => window.page.keeper.update(given), wanted);
    await until("the core has it", () => stage.registered(number)?.sipUri === wanted.sipUri);
    for (const tab of [leader, follower]) {
      await until("the tab has it", async () => {
        const [keeper] = await view(tab);
        return keeper.request.sipUri === wanted.sipUri && keeper.state === "registered";
      });
    }
    const last = stage.upserts(number).at(-1);
    assert.equal(last.label, await label(leader));
    assert.equal(stage.upserts(number).length, 2);
    assert.equal(stage.registered(number).routeType, "FORK");
  });

  test("many updates from both tabs: the last wish wins, one call at a time", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const { leader, follower } = await twoTabs();
    const tabs = [leader, follower];
    stage.sandbox.arm({ on: "core", delayMs: 200, times: "always" });
    for (let i = 0; i < 8; i += 1) {
      const sipUri = `sips:pbx${i}.example.com`;
      await tabs[i % 2].evaluate((given) => window.page.keeper.update(given), { ...request, sipUri });
    }
    await until("the core has the last", () => stage.registered(number)?.sipUri === "sips:pbx7.example.com");
    stage.sandbox.disarm();
    await pause(1500);
    assert.equal(stage.registered(number).sipUri, "sips:pbx7.example.com");
    const calls = stage.upserts(number);
    for (const [index, call] of calls.entries()) {
      if (index > 0) assert.ok(call.startedAt >= calls[index - 1].endedAt, "two at once");
    }
    assert.ok(calls.length < 8, "not each of them was told");
    for (const tab of tabs) assert.equal((await view(tab))[0].request.sipUri, "sips:pbx7.example.com");
  });

  test("stop({ delete: true }) in a follower deletes, and stops it everywhere", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const { leader, follower } = await twoTabs();
    assert.equal(
      await follower.evaluate(() => window.page.caught(window.page.keeper.stop({ delete: true }))),
      "done",
    );
    assert.equal(stage.registered(number), undefined);
    const [deletion, ...more] = stage.calls(number, "DeleteRegistration");
    assert.deepEqual([deletion.outcome, deletion.label, more.length], ["ok", await label(leader), 0]);
    for (const tab of [leader, follower]) {
      await noted(tab, "stopped");
      assert.deepEqual(await view(tab), []);
    }
    stage.keeping = { isResuming: true };
    const third = await stage.tab();
    assert.equal(await third.evaluate(() => window.page.resumed), 0);
    assert.deepEqual(await view(third), []);
    await pause(TTL_SECONDS * 1000);
    assert.equal(stage.upserts(number).length, 1);
  });

  test("stop() in one tab stops it in all; at the core it ends by itself", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const { leader, follower } = await twoTabs();
    await leader.evaluate(() => window.page.keeper.stop());
    for (const tab of [leader, follower]) await noted(tab, "stopped");
    assert.ok(stage.registered(number));
    await until("it has ended", () => !stage.registered(number), (TTL_SECONDS + 2) * 1000);
    assert.equal(stage.upserts(number).length, 1);
    assert.equal(stage.calls(number, "DeleteRegistration").length, 0);
  });

  test("strict mode: kept, stopped, kept again is one upsert, and it stays kept", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    await stage.begin();
    const tab = await stage.signedIn();
    await tab.evaluate((given) => {
      const { client, watch } = window.page;
      watch(client.keepRegistered(given)).stop();
      window.page.keeper = watch(client.keepRegistered(given));
    }, request);
    await stands(tab, "registered");
    await until("it is told again", () => stage.upserts(number).length === 2, TTL_SECONDS * 1000);
    const [first, second] = stage.upserts(number);
    assert.ok(second.startedAt - first.startedAt > 0.7 * TTL_SECONDS * 1000, "and not before it is due");
    assert.equal((await notes(tab)).filter(({ type }) => type === "stopped").length, 1);
  });

  test("two keepers of one number in a page: it is kept until the last is stopped", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    await stage.begin();
    const tab = await stage.signedIn();
    await tab.evaluate((given) => {
      const { client, watch } = window.page;
      window.two = [client.keepRegistered(given), client.keepRegistered(given)].map(watch);
    }, request);
    await until("both are registered", async () =>
      (await view(tab)).every(({ state }) => state === "registered"),
    );
    await tab.evaluate(() => window.two[0].stop());
    await until("it is told again", () => stage.upserts(number).length === 2, TTL_SECONDS * 1000);
    assert.equal((await view(tab)).length, 1);
    await tab.evaluate(() => window.two[1].stop({ delete: true }));
    assert.equal(stage.registered(number), undefined);
  });

  // Firefox's driver closes a tab without telling the page.
  for (const way of browser === "firefox" ? ["reloaded"] : ["closed", "reloaded"]) {
    test(`deleteOnPageHide: with another tab it stays, and when the last one is ${way} it goes`, {
      skip: repeats(browser !== "firefox" && way === "reloaded"),
    }, async () => {
      const { leader, follower } = await twoTabs({ deleteOnPageHide: true });
      // Else the browser goes with its last tab.
      await stage.context.newPage();
      await leader.close({ runBeforeUnload: true });
      await leaderOf([follower]);
      // Until it knows that it is alone: not every browser passes on what a page says that goes.
      await pause(3500);
      assert.ok(stage.registered(number));
      assert.equal(stage.calls(number, "DeleteRegistration").length, 0);
      stage.keeping = {};
      if (way === "closed") await follower.close({ runBeforeUnload: true });
      else await follower.reload();
      await until("it is deleted", () => !stage.registered(number), 3000);
      assert.equal(stage.calls(number, "DeleteRegistration").length, 1);
    });
  }
});
