// One tab is one session, however many frames it has and copies of the package are in it; two stores are two sessions.
// The provider takes a refresh token once, and ends the session of who sends it again.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, events, pause, ready, Stage, token, until, users } from "./stage.mjs";

const newToken = (tab) => token(tab, { forceRefresh: true });

for (const browser of browsers) {
  describe(browser, { skip: repeats(browser === "firefox") }, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    /** A tab with a frame of the same page in it, a second copy of the package, and somebody signed in. */
    async function crowded(session, { before } = {}) {
      await stage.begin(session);
      const tab = await stage.signedIn({ before });
      stage.sandbox.configure({ refreshGraceSeconds: 0 });
      await tab.evaluate(async () => {
        const { page } = window;
        const frame = document.createElement("iframe");
        frame.src = "/";
        document.body.append(frame);
        page.frame = frame;
        page.copyOfSdk = await import("/copy/dist/index.js");
        page.isTwice = page.copyOfSdk.createAuth !== page.sdk.createAuth;
        page.copyEvents = [];
        page.again = page.copyOfSdk.createAuth({ redirectUri: `${location.origin}/`, ...page.session });
        for (const type of ["tokenRefreshed", "sessionExpired", "signedOut"])
          page.again.addEventListener(type, () => page.copyEvents.push(type));
        // Auths of page, frame and copy.
        page.all = () => [page.auth, frame.contentWindow.page.auth, page.again];
      });
      await until("the frame", () => tab.evaluate(() => window.page.frame.contentWindow.page?.isDone));
      const known = await tab.evaluate(() => Promise.all(window.page.all().map((auth) => auth.isSignedIn())));
      assert.deepEqual(known, [true, true, true]);
      assert.equal(await tab.evaluate(() => window.page.isTwice), true);
      stage.sandbox.tokenLog.length = 0;
      return tab;
    }

    const outcomes = () => stage.refreshes().map(({ outcome }) => outcome);
    const noLocks = () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined });

    for (const [by, before, repeated] of [
      ["a Web Lock", undefined, "local"],
      ["a lease, without Web Locks", noLocks, "session"],
    ]) {
      for (const storage of ["session", "local"]) {
        test(`page, frame and a second copy of the package (${storage}) refresh in one turn: one request, by ${by}`, {
          skip: repeats(storage === repeated),
        }, async () => {
          const tab = await crowded({ storage, autoRefresh: false }, { before });
          stage.sandbox.arm({ on: "token.refresh", delayMs: 400, times: "always" });
          for (let round = 1; round <= 3; round += 1) {
            const tokens = await tab.evaluate(() => {
              const { all, caught } = window.page;
              return Promise.all(all().map((auth) => caught(auth.getAccessToken({ forceRefresh: true }))));
            });
            assert.equal(new Set(tokens).size, 1, JSON.stringify(tokens));
            assert.equal(typeof tokens[0], "string", JSON.stringify(tokens[0]));
            assert.deepEqual(outcomes(), Array(round).fill("issued"));
          }
          const left = await tab.evaluate(() =>
            [...Object.keys(sessionStorage), ...Object.keys(localStorage)].filter((key) =>
              /lease|asked/.test(key),
            ),
          );
          assert.deepEqual(left, [], "nothing is left of it");
        });
      }
    }

    test("offline while a renewal is due, then online: page, frame and copy send one request each time", async () => {
      await stage.begin({ storage: "session" });
      stage.sandbox.configure({ tokenTtlSeconds: 6 });
      const tab = await crowdedAfter();
      // Longer than the time within which a page that wakes spreads its requests.
      stage.sandbox.arm({ on: "token.refresh", delayMs: 1200, times: "always" });
      await tab.evaluate(() => window.page.block(true));
      await pause(7000);
      stage.sandbox.tokenLog.length = 0;
      await tab.evaluate(() => {
        window.page.block(false);
        for (const each of [window, window.page.frame.contentWindow]) each.dispatchEvent(new Event("online"));
      });
      await until("a new token", () => outcomes().includes("issued"), 15_000);
      await pause(3500);
      assert.deepEqual(
        outcomes().filter((outcome) => outcome !== "issued"),
        [],
      );
      const tokens = await tab.evaluate(() =>
        Promise.all(window.page.all().map((auth) => window.page.caught(auth.getAccessToken()))),
      );
      for (const one of tokens) assert.equal(typeof one, "string", JSON.stringify(one));
      assert.deepEqual(
        (await events(tab)).filter(([type]) => type === "sessionExpired"),
        [],
      );
    });

    test("what happens to the session of a tab is told to all in it, and to no other tab", async () => {
      const tab = await crowded({ storage: "session", autoRefresh: false });
      const other = await stage.signedIn({ user: users[1] });
      const before = (await events(other)).length;
      const inFrame = () =>
        tab.evaluate(() => window.page.frame.contentWindow.page.events.map(([type]) => type));
      const inCopy = () => tab.evaluate(() => window.page.copyEvents);
      await newToken(tab);
      await until("the frame to be told", async () => (await inFrame()).includes("tokenRefreshed"));
      await until("the copy to be told", async () => (await inCopy()).includes("tokenRefreshed"));
      await tab.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      await until("the frame to be told", async () => (await inFrame()).includes("signedOut"));
      await until("the copy to be told", async () => (await inCopy()).includes("signedOut"));
      const known = await tab.evaluate(() => Promise.all(window.page.all().map((auth) => auth.isSignedIn())));
      assert.deepEqual(known, [false, false, false]);
      assert.equal((await events(other)).length, before);
      assert.equal(typeof (await newToken(other)), "string");
    });

    test("two tabs with a session each do not wait for each other", async () => {
      await stage.begin({ storage: "session", autoRefresh: false });
      const [one, other] = [await stage.signedIn(), await stage.signedIn({ user: users[1] })];
      stage.sandbox.tokenLog.length = 0;
      stage.sandbox.arm({ on: "token.refresh", delayMs: 4000 });
      const slow = newToken(one);
      await until("the request", () => stage.refreshes().length === 1);
      const began = Date.now();
      assert.equal(typeof (await newToken(other)), "string");
      assert.ok(Date.now() - began < 3000);
      assert.equal(typeof (await slow), "string");
    });

    test("an adapter that is made anew for each Auth: one session, one request", async () => {
      await stage.begin({ storage: "database", autoRefresh: false });
      const tab = await stage.signedIn();
      stage.sandbox.configure({ refreshGraceSeconds: 0 });
      stage.sandbox.tokenLog.length = 0;
      stage.sandbox.arm({ on: "token.refresh", delayMs: 400, times: "always" });
      const tokens = await tab.evaluate(async () => {
        const { page } = window;
        const wrap = () => {
          const { get, set, remove } = page.database;
          return page.sdk.createAuth({
            redirectUri: `${location.origin}/`,
            ...page.session,
            storage: { get, set, remove },
          });
        };
        const auths = [page.auth, wrap(), wrap()];
        return Promise.all(auths.map((auth) => page.caught(auth.getAccessToken({ forceRefresh: true }))));
      });
      assert.equal(new Set(tokens).size, 1);
      assert.equal(typeof tokens[0], "string", JSON.stringify(tokens));
      assert.deepEqual(outcomes(), ["issued"]);
    });

    test("two adapters in one page are two people's", async () => {
      await stage.begin({ storage: "database", autoRefresh: false });
      const tab = await stage.signedIn();
      stage.sandbox.tokenLog.length = 0;
      stage.sandbox.arm({ on: "token.refresh", delayMs: 400 });
      const seen = await tab.evaluate(async () => {
        const { page } = window;
        const entries = new Map();
        const storage = {
          get: (key) => entries.get(key),
          set: (key, value) => void entries.set(key, value),
          remove: (key) => void entries.delete(key),
        };
        const other = page.sdk.createAuth({ redirectUri: `${location.origin}/`, ...page.session, storage });
        const told = [];
        for (const type of ["signedIn", "tokenRefreshed", "signedOut"])
          other.addEventListener(type, () => told.push(type));
        const both = await Promise.all([
          page.caught(page.auth.getAccessToken({ forceRefresh: true })),
          page.caught(other.getAccessToken({ forceRefresh: true })),
        ]);
        const isSignedIn = await other.isSignedIn();
        await page.auth.signOut({ localOnly: true });
        return [typeof both[0], both[1].error, isSignedIn, told];
      });
      assert.deepEqual(seen, ["string", "sign_in_required", false, []]);
    });

    for (const storage of ["session", "local"]) {
      test(`getItem throws during a sign-out (${storage}): the other person's tab is left alone`, {
        skip: repeats(storage === "local"),
      }, async () => {
        await stage.begin({ storage });
        const one = await stage.signedIn();
        stage.session = {
          ...stage.session,
          storage: "session",
          name: storage === "local" ? "other" : undefined,
        };
        if (storage === "session") delete stage.session.name;
        const two = await stage.signedIn({ user: users[1] });
        const told = (await events(two)).length;
        const before = await token(two);
        const outcome = await one.evaluate(async () => {
          Storage.prototype.getItem = () => {
            throw new DOMException("busy", "SecurityError");
          };
          return window.page.caught(window.page.auth.signOut({ localOnly: true }));
        });
        assert.deepEqual(outcome, { revoked: false });
        await pause(700);
        assert.equal((await events(two)).length, told);
        assert.equal(await token(two), before);
        assert.equal(typeof (await newToken(two)), "string", "the tokens are not revoked");
        await one.reload();
        await ready(one);
        assert.equal((await token(one)).error, "sign_in_required", "who left is gone");
      });
    }

    /** As `crowded`, with a network that the page can cut, for who signs in with tokens of a short life. */
    async function crowdedAfter() {
      const tab = await stage.signedIn();
      stage.sandbox.configure({ refreshGraceSeconds: 0 });
      await tab.evaluate(async () => {
        const { page } = window;
        let isBlocked = false;
        page.block = (isWanted) => {
          isBlocked = isWanted;
        };
        const frame = document.createElement("iframe");
        frame.src = "/";
        page.frame = frame;
        document.body.append(frame);
        await new Promise((resolve) => frame.addEventListener("load", resolve));
        const cut = (view) => {
          const { fetch } = view;
          view.fetch = (...given) =>
            isBlocked && String(given[0]).includes("token")
              ? Promise.reject(new TypeError("offline"))
              : fetch(...given);
        };
        cut(window);
        cut(frame.contentWindow);
        const copyOfSdk = await import("/copy/dist/index.js");
        page.again = copyOfSdk.createAuth({ redirectUri: `${location.origin}/`, ...page.session });
        page.all = () => [page.auth, frame.contentWindow.page.auth, page.again];
      });
      await until("the frame", () => tab.evaluate(() => window.page.frame.contentWindow.page?.isDone));
      await tab.evaluate(() => Promise.all(window.page.all().map((auth) => auth.isSignedIn())));
      return tab;
    }
  });
}
