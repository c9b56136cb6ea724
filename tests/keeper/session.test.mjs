// Whose registrations are kept: signing out, sessions that end, and two people in one browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { repeats } from "../repeats.mjs";
import { inBrowsers, keepIn, leaderOf, noted, notes, pause, stands, until, users, view } from "./stage.mjs";

const [mine, theirs] = users;
const TTL_SECONDS = 10;

const signOut = (tab, options = {}) =>
  tab.evaluate((given) => window.page.caught(window.page.auth.signOut(given)), {
    localOnly: true,
    ...options,
  });
/** What came of a sign-out that was to delete. */
const allDone = { revoked: true, registrationsDeleted: true };
const resume = (tab) => tab.evaluate(() => window.page.resume());

/** Names of all that is stored of kept registrations. */
const stored = (tab) =>
  tab.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    if (!names.includes("sipbreakout-kept")) return [];
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open("sipbreakout-kept");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const keys = await new Promise((resolve) => {
      const asking = database.transaction("records").objectStore("records").getAllKeys();
      asking.onsuccess = () => resolve(asking.result);
    });
    database.close();
    // The session's own notes are there too.
    return keys.filter((key) => /^sipbreakout\/(kept|granted)\//.test(key));
  });

inBrowsers("whose registrations", { ttlSeconds: TTL_SECONDS }, (stage, browser) => {
  /** The tabs of one person, all with a keeper. */
  const tabsOf = async (count) => {
    await stage.begin({}, { isResuming: true });
    const tabs = [await stage.signedIn()];
    await keepIn(tabs[0]);
    while (tabs.length < count) {
      tabs.push(await stage.tab());
      await stands(tabs.at(-1), "registered");
    }
    return tabs;
  };
  /** The provider ends the session; the tab finds out. */
  const expire = async (tab) => {
    // What lives of a token is used on. This one lives for a second.
    stage.sandbox.configure({ tokenTtlSeconds: 1 });
    await tab.evaluate(() => window.page.auth.getAccessToken({ forceRefresh: true }));
    stage.sandbox.revokeConsent({ phoneNumber: mine });
    stage.sandbox.configure({ tokenTtlSeconds: 3600 });
    await pause(1100);
    await tab.evaluate(() => window.page.auth.getAccessToken().catch(() => {}));
  };
  /** Nothing is asked of the core about a number from now on, until its registration would long have been told again. */
  const isLeftAlone = async (number) => {
    const count = stage.calls(number).length;
    await pause(TTL_SECONDS * 1000);
    assert.equal(stage.calls(number).length, count);
  };

  test("a sign-out in one tab stops the keepers of all, for good", async () => {
    const [one, two] = await tabsOf(2);
    assert.notDeepEqual(await stored(one), []);
    assert.equal((await signOut(two)).revoked, true);
    for (const tab of [one, two]) {
      await noted(tab, "stopped");
      assert.deepEqual(await view(tab), []);
    }
    await until("nothing is stored", async () => (await stored(one)).length === 0);
    assert.ok(stage.registered(mine), "it ends when its time is over");
    await stage.signIn(one, mine);
    assert.equal(await resume(one), 0);
    await isLeftAlone(mine);
    assert.equal(stage.registered(mine), undefined);
    assert.equal(stage.upserts(mine).length, 1);
  });

  for (const who of ["leader", "follower"]) {
    test(`signOut({ deleteRegistrations: true }) in the ${who} deletes first, and then revokes`, {
      skip: repeats(browser === "firefox" && who === "leader"),
    }, async () => {
      const tabs = await tabsOf(2);
      const leader = await leaderOf(tabs);
      const tab = tabs.find((one) => (one === leader) === (who === "leader"));
      assert.deepEqual(await signOut(tab, { deleteRegistrations: true }), allDone);
      assert.equal(stage.registered(mine), undefined);
      const paths = stage.sandbox.requests
        .filter(({ method, path }) => method === "POST" && /Delete|revoke/.test(path))
        .map(({ path }) => path.split("/").at(-1));
      assert.deepEqual(paths.slice(-3), ["DeleteRegistration", "revoke", "revoke"]);
      assert.deepEqual(
        stage.calls(mine, "DeleteRegistration").map(({ outcome }) => outcome),
        ["ok"],
      );
      for (const one of tabs) await noted(one, "stopped");
      await until("nothing is stored", async () => (await stored(tab)).length === 0);
      assert.equal(await resume(tab), 0);
    });
  }

  test("a session that ends suspends; the same person's sign-in resumes, and tells the core again", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const [one, two] = await tabsOf(2);
    await expire(two);
    for (const tab of [one, two]) {
      await noted(tab, "suspended");
      await stands(tab, "suspended");
    }
    await isLeftAlone(mine);
    assert.equal(stage.registered(mine), undefined);
    await stage.signIn(two, mine);
    await noted(one, "resumed");
    await until("it is registered", () => stage.registered(mine));
    for (const tab of [one, two]) await stands(tab, "registered");
    assert.equal(stage.upserts(mine).length, 2);
  });

  test("another person's sign-in in another tab: nothing is registered for them, and the first one's waits", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    const [one, two] = await tabsOf(2);
    await expire(one);
    await noted(one, "suspended");
    const calls = stage.calls(mine).length;
    await stage.signIn(two, theirs, { prompt: "login" });
    assert.equal(await resume(two), 0);
    await isLeftAlone(theirs);
    assert.equal(stage.registered(theirs), undefined);
    assert.equal(stage.calls(theirs).length, 0);
    assert.equal(stage.calls(mine).length, calls);
    await stands(one, "suspended");
    assert.ok(!(await notes(one)).some(({ type }) => type === "resumed"));
    // And the other way round. Where both mean their own number, one of them has room in a page.
    await keepIn(two);
    assert.ok(stage.registered(theirs));
    await stage.signIn(two, mine, { prompt: "login" });
    await until("it is registered", () => stage.registered(mine));
    await isLeftAlone(theirs);
    assert.equal(stage.registered(theirs), undefined);
    assert.ok(stage.registered(mine));
  });

  test("two people after each other in one tab: each has what is theirs", { skip: repeats() }, async () => {
    await stage.begin({}, { isResuming: true });
    const tab = await stage.signedIn();
    await keepIn(tab);
    await stage.signIn(tab, theirs, { prompt: "login" });
    assert.deepEqual(await view(tab), []);
    await isLeftAlone(theirs);
    assert.equal(stage.upserts(mine).length, 1);
    await keepIn(tab);
    await stage.signIn(tab, mine, { prompt: "login" });
    await stands(tab, "registered");
    assert.equal(stage.upserts(mine).length, 2);
    assert.equal(stage.upserts(theirs).length, 1);
    await isLeftAlone(theirs);
    assert.ok(stage.registered(mine));
    assert.equal(stage.registered(theirs), undefined);
  });

  test("two people in two tabs, sessions in memory: both are kept, and a sign-out is one's own", {
    skip: repeats(browser === "firefox"),
  }, async () => {
    await stage.begin({ storage: "memory" });
    const [one, two] = [await stage.signedIn(), await stage.signedIn({ user: theirs })];
    await keepIn(one);
    await keepIn(two);
    await until(
      "both again",
      () => [mine, theirs].every((number) => stage.upserts(number).length >= 2),
      12_000,
    );
    assert.ok(stage.registered(mine) && stage.registered(theirs));
    assert.deepEqual(await signOut(two, { deleteRegistrations: true }), allDone);
    assert.equal(stage.registered(theirs), undefined);
    const count = stage.upserts(mine).length;
    await isLeftAlone(theirs);
    assert.ok(stage.upserts(mine).length > count);
    await stands(one, "registered");
    assert.deepEqual(stage.calls(mine, "DeleteRegistration"), []);
    const labels = new Set(stage.upserts(mine).map(({ label }) => label));
    assert.ok(!stage.upserts(theirs).some(({ label }) => labels.has(label)), "each by its own tab");
  });
});
