// A tab of commit 67c785b that keeps a number, beside one of this build, in a browser. `tests/js/beside-old-tab.test.mjs` says how
// to get that build.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers } from "../session/stage.mjs";
import {
  isNeverForgotten,
  KeeperStage,
  keepIn,
  label,
  leaderOf,
  noted,
  request,
  stands,
  until,
  users,
  view,
} from "./stage.mjs";

const [number] = users;
const TTL_SECONDS = 12;
const fork = { ...request, routeType: "FORK" };
const tabOf = {
  old: () => {
    window.build = "/old/index.js";
  },
  new: undefined,
};

/** The tab resumes what another one keeps. */
async function resumed(stage, build) {
  stage.keeping = { isResuming: true };
  const tab = await stage.tab(tabOf[build]);
  await stands(tab, "registered");
  return tab;
}

const wants = (tab, { routeType }) =>
  until(`the tab has ${routeType}`, async () => {
    const [keeper] = await view(tab);
    return keeper?.request.routeType === routeType && keeper.state === "registered";
  });

/** What is stored of what is wanted. */
const stored = (tab) =>
  tab.evaluate(async () => {
    const result = (asked) =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    const database = await result(indexedDB.open("sipbreakout-kept", 1));
    const records = database.transaction("records").objectStore("records");
    const range = IDBKeyRange.bound("sipbreakout/kept/", "sipbreakout/kept/\uffff");
    const texts = await result(records.getAll(range));
    database.close();
    return texts;
  });

for (const browser of browsers) {
  describe(browser, { skip: !process.env.OLD_BUILD && "OLD_BUILD says where the old build is" }, () => {
    let stage;
    before(async () => {
      stage = await KeeperStage.open(browser, { ttlSeconds: TTL_SECONDS });
    });
    after(() => stage.close());

    for (const [first, second] of [
      ["old", "new"],
      ["new", "old"],
    ]) {
      test(`${first}, then ${second}: one leads, the last wish wins, nothing lapses, one deletion`, async () => {
        await stage.begin();
        const one = await stage.signedIn({ before: tabOf[first] });
        await keepIn(one);
        const [kept] = await stored(one);
        const other = await resumed(stage, second);
        assert.equal(await leaderOf([one, other]), one);
        assert.deepEqual(await stored(other), [kept]);
        // The old build knows nothing of that.
        const inEffect = await Promise.all([one, other].map(async (tab) => (await view(tab))[0].inEffect));
        assert.deepEqual(inEffect.map(Boolean), [first === "new", second === "new"]);

        await other.evaluate((wanted) => window.page.keeper.update(wanted), fork);
        await until("the core is told", () => stage.registered(number)?.routeType === "FORK");
        for (const tab of [one, other]) await wants(tab, fork);
        await one.evaluate((wanted) => window.page.keeper.update(wanted), request);
        await until("the core is told", () => stage.registered(number)?.routeType === "LOOP");
        for (const tab of [one, other]) await wants(tab, request);

        const told = stage.upserts(number).length;
        const otherLabel = await label(other);
        assert.ok(stage.upserts(number).every((call) => call.label !== otherLabel));
        await one.close();
        await leaderOf([other]);
        await until("it tells the core", () => stage.upserts(number).length > told, TTL_SECONDS * 1000);
        assert.equal(stage.upserts(number).at(-1).label, otherLabel);
        assert.equal((await view(other))[0].state, "registered");

        const again = await resumed(stage, first);
        await again.evaluate(() => window.page.keeper.stop({ delete: true }));
        for (const tab of [again, other]) await noted(tab, "stopped");
        assert.deepEqual(await stored(other), []);
        assert.equal(stage.registered(number), undefined);
        assert.equal(stage.calls(number, "DeleteRegistration").length, 1);

        isNeverForgotten(stage.upserts(number), TTL_SECONDS);
        for (const [index, call] of stage.calls(number).entries()) {
          if (index > 0) assert.ok(call.startedAt >= stage.calls(number)[index - 1].endedAt, "two at once");
        }
      });
    }
  });
}
