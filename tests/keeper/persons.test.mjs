// Sessions that do not say who has signed in (no ID token), and a user info endpoint that is down: registrations are kept for
// the session.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inBrowsers,
  isNeverForgotten,
  keepIn,
  leaderOf,
  noted,
  pause,
  reload,
  stands,
  until,
  users,
  view,
} from "./stage.mjs";

const [mine, theirs] = users;
const TTL_SECONDS = 12;
const withoutIdToken = { scope: ["offline_access", "call.routing:write"] };

inBrowsers("whose session", { ttlSeconds: TTL_SECONDS, isOnceEnough: true }, (stage) => {
  test("without an ID token: kept over a reload, by one of two tabs, until the sign-out deletes it", async () => {
    await stage.begin(withoutIdToken, { isResuming: true });
    const one = await stage.signedIn();
    await keepIn(one);
    await reload(one);
    await stands(one, "registered");
    const [first] = stage.upserts(mine);
    // A slow machine reloads when the core is to be told anyway.
    if (Date.now() - first.startedAt < (TTL_SECONDS * 1000) / 4) {
      assert.equal(stage.upserts(mine).length, 1, "a reload needs no call");
    }
    const two = await stage.tab();
    await stands(two, "registered");
    await leaderOf([one, two]);
    await until("it is refreshed", () => stage.upserts(mine).length >= 3, 3 * TTL_SECONDS * 1000);
    isNeverForgotten(stage.upserts(mine), TTL_SECONDS);
    const begunAt = stage.upserts(mine).map(({ startedAt }) => startedAt);
    for (const [index, at] of begunAt.entries()) {
      if (index > 0) assert.ok(at - begunAt[index - 1] > 0.5 * TTL_SECONDS * 1000, "by one tab only");
    }
    const outcome = await two.evaluate(() =>
      window.page.caught(window.page.auth.signOut({ localOnly: true, deleteRegistrations: true })),
    );
    assert.equal(outcome.registrationsDeleted, true);
    assert.equal(stage.registered(mine), undefined);
    for (const tab of [one, two]) await noted(tab, "stopped");
    await reload(one);
    assert.deepEqual(await view(one), []);
  });

  test("without an ID token somebody else signs in: nothing of theirs is registered at the old PBX", async () => {
    await stage.begin(withoutIdToken, { isResuming: true });
    const tab = await stage.signedIn();
    await keepIn(tab);
    await stage.signIn(tab, theirs, { prompt: "login" });
    assert.deepEqual(await view(tab), []);
    await pause(TTL_SECONDS * 1000);
    assert.equal(stage.calls(theirs).length, 0);
    assert.equal(stage.registered(theirs), undefined);
  });

  test("the user info endpoint is down: kept over a reload, in two tabs, and when it is back", async () => {
    await stage.begin({}, { isResuming: true });
    const one = await stage.signedIn();
    await keepIn(one);
    stage.sandbox.arm({ on: "userinfo", status: 503, times: "always" });
    await reload(one);
    const who = () => one.evaluate(() => window.page.caught(window.page.auth.getUser()));
    assert.ok((await who()).error);
    await stands(one, "registered");
    const two = await stage.tab();
    await stands(two, "registered");
    await until("it is refreshed", () => stage.upserts(mine).length >= 2, 2 * TTL_SECONDS * 1000);
    stage.sandbox.disarm();
    assert.equal((await who()).error, undefined);
    const count = stage.upserts(mine).length;
    await until("it is refreshed", () => stage.upserts(mine).length > count, 2 * TTL_SECONDS * 1000);
    isNeverForgotten(stage.upserts(mine), TTL_SECONDS);
    for (const tab of [one, two]) await stands(tab, "registered");
  });
});
