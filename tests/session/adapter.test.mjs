// A session in an application's own store, which is asynchronous (IndexedDB) and one for all tabs.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, events, pause, ready, Stage, token, told, users } from "./stage.mjs";

const signedIn = (tab) => tab.evaluate(() => window.page.auth.isSignedIn());
const newToken = (tab) => token(tab, { forceRefresh: true });
const keys = (tab) => tab.evaluate(() => window.page.database.keys());
const number = (tab) => tab.evaluate(async () => (await window.page.auth.getUser()).phoneNumber);

for (const browser of browsers) {
  describe(browser, { skip: repeats(browser === "firefox") }, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    /** Two tabs, the first of which signed in. */
    async function twoTabs(setUp) {
      await stage.begin({ storage: "database" });
      const second = await stage.tab(setUp);
      assert.equal(await signedIn(second), false);
      const first = await stage.signedIn({ before: setUp });
      return [first, second];
    }

    test("a sign-in in one tab is the other's as well, and outlives both", async () => {
      const [first, second] = await twoTabs();
      await told(second, "signedIn");
      assert.equal(await number(second), users[0]);
      assert.equal(await token(second), await token(first));
      const web = await first.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
      assert.ok(!web.some((key) => key.includes("/session/")), "it is nowhere else");
      for (const tab of [first, second]) {
        await tab.reload();
        await ready(tab);
        assert.equal(await signedIn(tab), true);
      }
    });

    const noLocks = () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
    for (const [by, setUp] of [
      ["a Web Lock", undefined],
      ["a lease in the store", noLocks],
    ]) {
      test(`both refresh at once: one request, by ${by}`, async () => {
        const tabs = await twoTabs(setUp);
        const before = await token(tabs[0]);
        stage.sandbox.arm({ on: "token.refresh", delayMs: 1000 });
        const tokens = await Promise.all(tabs.map(newToken));
        assert.equal(stage.refreshes().length, 1);
        assert.equal(new Set(tokens).size, 1);
        assert.equal(typeof tokens[0], "string");
        assert.notEqual(tokens[0], before);
        for (const tab of tabs) await told(tab, "tokenRefreshed");
        // The next one is made with what the first one brought, whoever makes it.
        for (const tab of tabs) assert.equal(typeof (await newToken(tab)), "string");
        assert.deepEqual(
          stage.refreshes().map(({ outcome }) => outcome),
          Array(3).fill("issued"),
        );
        const left = (await keys(tabs[0])).filter((key) => !key.includes("/session/"));
        assert.deepEqual(left, [], "neither lease nor mark is left");
      });
    }

    test("a sign-out reaches both, and nothing is left in the store", async () => {
      const [first, second] = await twoTabs();
      await told(second, "signedIn");
      await first.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      await told(second, "signedOut");
      assert.equal(await signedIn(second), false);
      assert.equal((await token(second)).error, "sign_in_required");
      assert.deepEqual(await keys(second), []);
    });

    test("the provider ends it: both are told, once", async () => {
      const tabs = await twoTabs();
      stage.sandbox.configure({ tokenTtlSeconds: 1 });
      await newToken(tabs[0]);
      stage.sandbox.revokeConsent({ phoneNumber: users[0] });
      await pause(1100);
      const errors = await Promise.all(tabs.map((tab) => token(tab)));
      for (const { error } of errors) assert.match(error, /^(session_expired|sign_in_required)$/);
      for (const tab of tabs) {
        await told(tab, "sessionExpired");
        const ends = (await events(tab)).filter(([type]) => type === "sessionExpired");
        assert.deepEqual(ends, [["sessionExpired", "invalid_grant"]]);
      }
      assert.deepEqual(await keys(tabs[0]), []);
    });

    test("a store that fails is an error without secrets, and works again when the store does", async () => {
      const [tab] = await twoTabs();
      const breakDown = (...methods) =>
        tab.evaluate((names) => {
          window.page.broken = names;
        }, methods);
      await breakDown("get");
      for (const failed of [await token(tab), await newToken(tab)]) {
        assert.equal(failed.error, "storage_unavailable");
        stage.isClean(JSON.stringify(failed));
      }
      assert.deepEqual(stage.refreshes(), [], "nothing is sent that could not be kept");
      await breakDown();
      assert.equal(typeof (await newToken(tab)), "string");
      // What this store says to a failure repeats what it was given.
      await breakDown("set");
      const unkept = await newToken(tab);
      assert.equal(unkept.error, "storage_unavailable");
      stage.isClean(JSON.stringify(unkept));
      await breakDown();
      assert.equal(typeof (await newToken(tab)), "string", "inside the grace window");
      await breakDown("remove");
      const kept = await tab.evaluate(() =>
        window.page.caught(window.page.auth.signOut({ localOnly: true })),
      );
      assert.equal(kept.error, "storage_unavailable");
      stage.isClean(JSON.stringify(kept));
      await breakDown();
      await tab.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      assert.equal(await signedIn(tab), false);
      assert.deepEqual(
        (await events(tab)).filter(([type]) => type === "sessionExpired"),
        [],
      );
    });

    test("a store that takes no session: the page is not left", async () => {
      await stage.begin({ storage: "database" });
      const tab = await stage.tab();
      await tab.evaluate(() => {
        window.page.broken = ["set"];
      });
      const refused = await tab.evaluate(() => window.page.caught(window.page.auth.signIn()));
      assert.equal(refused.error, "storage_unavailable");
      assert.equal(tab.url(), stage.served.url);
      await tab.evaluate(() => {
        window.page.broken = [];
      });
      assert.deepEqual(await stage.signIn(tab), {});
      assert.equal(await signedIn(tab), true);
    });
  });
}
