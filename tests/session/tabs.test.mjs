// Several tabs, several people, several sessions: who refreshes, who is told, and who is left alone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import {
  browsers,
  events,
  leave,
  outcomeOf,
  pause,
  ready,
  Stage,
  token,
  told,
  until,
  users,
} from "./stage.mjs";

const signedIn = (tab) => tab.evaluate(() => window.page.auth.isSignedIn());
const newToken = (tab) => token(tab, { forceRefresh: true });
const number = (tab) => tab.evaluate(async () => (await window.page.auth.getUser()).phoneNumber);

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    for (const count of [2, 5]) {
      test(`${count} tabs refresh at once: one request leaves the browser`, {
        skip: repeats(count === 2),
      }, async () => {
        await stage.begin();
        const first = await stage.signedIn();
        const tabs = [first];
        while (tabs.length < count) tabs.push(await stage.tab());
        const before = await token(first);
        stage.sandbox.arm({ on: "token.refresh", delayMs: 2500 });
        const tokens = await Promise.all(tabs.map(newToken));
        assert.equal(stage.refreshes().length, 1);
        assert.equal(new Set(tokens).size, 1);
        assert.equal(typeof tokens[0], "string");
        assert.notEqual(tokens[0], before);
        for (const tab of tabs) await told(tab, "tokenRefreshed");
      });
    }

    test("a tab is closed in the middle of a refresh: another goes on", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const first = await stage.signedIn();
      const second = await stage.tab();
      stage.sandbox.arm({ on: "token.refresh", delayMs: 1500 });
      newToken(first).catch(() => {});
      await until("the request", () => stage.refreshes().length === 1);
      const waiting = newToken(second);
      await first.close();
      assert.equal(typeof (await waiting), "string");
      assert.ok(await signedIn(second));
      assert.deepEqual(
        (await events(second)).filter(([type]) => type === "sessionExpired"),
        [],
      );
    });

    test("without Web Locks a lease keeps the others out", async () => {
      await stage.begin();
      const noLocks = () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined });
      const first = await stage.signedIn({ before: noLocks });
      const second = await stage.tab(noLocks);
      assert.equal(await second.evaluate(() => typeof navigator.locks), "undefined");
      stage.sandbox.arm({ on: "token.refresh", delayMs: 500 });
      const tokens = await Promise.all([newToken(first), newToken(second)]);
      assert.equal(stage.refreshes().length, 1);
      assert.equal(new Set(tokens).size, 1);
      // A tab may see what another removed a little later.
      await until("the lease to be given back", () =>
        first.evaluate(() => Object.keys(localStorage).every((key) => !key.includes("/lease/"))),
      );
    });

    test("a holder of the lock that hangs is overtaken", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ timeoutMs: 300 });
      const first = await stage.signedIn();
      const name = await first.evaluate(async () => {
        const session = Object.keys(localStorage).find((key) => key.startsWith("sipbreakout/session/"));
        const lock = session.replace("/session/", "/refresh/");
        navigator.locks.request(lock, () => new Promise(() => {})).catch(() => {});
        return lock;
      });
      assert.ok(name);
      const began = Date.now();
      assert.equal(typeof (await newToken(first)), "string");
      assert.ok(Date.now() - began > 5000, "as long as a refresh may take");
    });

    test("a sign-out reaches all tabs, and ends the calls under way", async () => {
      await stage.begin();
      const first = await stage.signedIn();
      const second = await stage.tab();
      stage.sandbox.arm({ on: "core", delayMs: 5000 });
      const call = second.evaluate((baseUrl) => {
        const { auth, caught, sdk } = window.page;
        const client = sdk.createClient({ baseUrl, auth });
        return caught(client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" }));
      }, stage.sandbox.url);
      await pause(400);
      const began = Date.now();
      await first.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      const outcome = await call;
      assert.deepEqual([outcome.name, outcome.error], ["AuthError", "sign_in_required"]);
      assert.match(outcome.message, /sign in again/);
      assert.ok(Date.now() - began < 3000);
      await told(second, "signedOut");
      assert.equal(await signedIn(second), false);
    });

    for (const storage of ["memory", "session"])
      test(`two people in one browser (${storage}): the one's sign-out leaves the other alone`, {
        skip: repeats(browser === "firefox"),
      }, async () => {
        await stage.begin({ storage });
        const [one, two] = [await stage.signedIn(), await stage.signedIn({ user: users[1] })];
        const third = await stage.signedIn();
        await one.evaluate(() => window.page.auth.signOut({ localOnly: true }));
        await told(third, "signedOut");
        assert.equal(await signedIn(third), false, "the same person's other tab");
        assert.equal(await signedIn(two), true);
        assert.equal(typeof (await newToken(two)), "string");
        assert.deepEqual(
          (await events(two)).filter(([type]) => type === "signedOut"),
          [],
        );
      });

    test("two people in one browser (local): who comes second has the session, in all tabs", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const one = await stage.signedIn();
      const two = await stage.signedIn({ user: users[1] });
      await told(one, "signedIn");
      assert.deepEqual([await number(one), await number(two)], [users[1], users[1]]);
      const renewed = await newToken(one);
      // The store reaches the other tab's process a moment later.
      await until("the other tab has it", async () => (await token(two)) === renewed);
      await one.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      await told(two, "signedOut");
      assert.equal(await signedIn(two), false);
    });

    test("two people in one browser (local), by two names: the one's sign-out leaves the other alone", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const one = await stage.signedIn();
      stage.session = { ...stage.session, name: "second" };
      const two = await stage.signedIn({ user: users[1] });
      assert.deepEqual([await number(one), await number(two)], users);
      await one.evaluate(() => window.page.auth.signOut({ localOnly: true }));
      assert.equal(await signedIn(one), false);
      assert.equal(typeof (await newToken(two)), "string");
      assert.equal(await number(two), users[1]);
    });

    test("two sessions in one page have one redirect URI, and each its own answer", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({}, [{ name: "second" }]);
      const tab = await stage.signedIn();
      await leave(tab, () => window.page.others[0].signIn({ prompt: "login" }));
      await stage.walk(tab, users[1]);
      assert.deepEqual(await outcomeOf(tab), {});
      const subjects = await tab.evaluate(async () =>
        Promise.all(
          [window.page.auth, ...window.page.others].map(async (auth) => (await auth.getUser()).phoneNumber),
        ),
      );
      assert.deepEqual(subjects, users);
    });

    test("a copied tab leaves the refresh token to the original", async () => {
      await stage.begin({ storage: "session" });
      const tab = await stage.signedIn();
      const opened = new Promise((resolve) => tab.once("popup", resolve));
      await tab.evaluate(() => {
        window.copy = window.open(location.href);
      });
      const copy = await opened;
      await ready(copy);
      assert.equal(typeof (await token(copy)), "string", "the access token is good");
      assert.equal((await newToken(copy)).error, "sign_in_required");
      assert.equal(typeof (await newToken(tab)), "string");
      assert.equal(stage.refreshes().length, 1);
      await tab.reload();
      await ready(tab);
      assert.equal(typeof (await newToken(tab)), "string", "a reload is no copy");
    });

    test("a copied tab whose original can't answer: one of them has the refresh token", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "session" });
      const tab = await stage.signedIn();
      const entries = await tab.evaluate(() => {
        BroadcastChannel.prototype.postMessage = () => {};
        return { ...sessionStorage };
      });
      const copy = await stage.tab();
      await copy.evaluate((entries) => {
        sessionStorage.clear();
        Object.assign(sessionStorage, entries);
      }, entries);
      await copy.reload();
      await ready(copy);
      assert.equal(typeof (await newToken(copy)), "string", "it goes on");
      assert.equal((await newToken(tab)).error, "sign_in_required");
      assert.equal(typeof (await token(tab)), "string", "the access token is good");
      assert.equal(stage.refreshes().length, 1);
      await copy.reload();
      await ready(copy);
      assert.equal(typeof (await newToken(copy)), "string", "after a reload, too");
    });

    test("a tab that is copied before it asked for anything, and a copy that is reloaded before: the same", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "session" });
      const tab = await stage.signedIn();
      stage.isLazy = true;
      await tab.reload();
      await ready(tab);
      const opened = new Promise((resolve) => tab.once("popup", resolve));
      await tab.evaluate(() => void window.open(location.href));
      const copy = await opened;
      await ready(copy);
      await copy.reload();
      await ready(copy);
      assert.equal((await newToken(copy)).error, "sign_in_required");
      await copy.reload();
      await ready(copy);
      assert.equal((await newToken(copy)).error, "sign_in_required");
      assert.equal(typeof (await newToken(tab)), "string");
      assert.deepEqual(await stage.signIn(copy), {}, "a session of its own");
      await copy.reload();
      await ready(copy);
      for (const each of [tab, copy]) assert.equal(typeof (await newToken(each)), "string");
    });

    test("a frame of the page, and a second copy of the package in it, are no copies of the tab", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "session" });
      const tab = await stage.signedIn();
      await tab.reload();
      await ready(tab);
      await tab.evaluate(
        () =>
          new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.src = "/";
            frame.addEventListener("load", resolve);
            document.body.append(frame);
          }),
      );
      const inFrame = (work) =>
        tab.evaluate(async (source) => {
          const { page } = document.querySelector("iframe").contentWindow;
          return new Function("page", `return (${source})(page)`)(page);
        }, String(work));
      await until("the frame", () => inFrame((page) => page?.isDone));
      assert.equal(await inFrame((page) => page.auth.isSignedIn()), true);
      const second = await tab.evaluate(async () => {
        const { page } = window;
        const sdk = await import("/copy/dist/index.js");
        const again = sdk.createAuth({ redirectUri: `${location.origin}/`, ...page.session });
        return [sdk.createAuth !== page.sdk.createAuth, await page.caught(again.getAccessToken())];
      });
      assert.deepEqual([second[0], typeof second[1]], [true, "string"]);
      assert.equal(typeof (await newToken(tab)), "string");
      assert.equal(
        await inFrame(async (page) => typeof (await page.auth.getAccessToken({ forceRefresh: true }))),
        "string",
      );
      await tab.reload();
      await ready(tab);
      assert.equal(typeof (await newToken(tab)), "string", "the refresh token is still there");
    });

    test("supplied tokens: each tab asks its own function, once for calls at the same time", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tabs = [await stage.tab(), await stage.tab()];
      const work = async (tab, number) =>
        tab.evaluate(
          async (baseUrl, phoneNumber) => {
            let asked = 0;
            const accessToken = async () => {
              asked += 1;
              const reply = await (await fetch(`${baseUrl}/vendor/token`, { method: "POST" })).json();
              return { token: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 };
            };
            const client = window.page.sdk.createClient({ baseUrl, accessToken });
            const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
            const numbers = [0, 1, 2].map((i) => ({ ...request, phoneNumber: phoneNumber + i }));
            const all = await Promise.all(numbers.map((one) => client.upsertRegistration(one)));
            return [asked, all.map(({ status }) => status).join()];
          },
          stage.sandbox.url,
          number,
        );
      const outcomes = await Promise.all([work(tabs[0], "+479990010"), work(tabs[1], "+479990020")]);
      assert.deepEqual(outcomes, Array(2).fill([1, "OK,OK,OK"]));
    });
  });
}
