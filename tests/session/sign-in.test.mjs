// The way in, and what happens on it: reload, back, strict mode, no storage, popups; and a session through sleep and bad
// networks.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
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

const popupOf = (tab) =>
  until("the popup", async () => {
    const pages = await tab.browserContext().pages();
    return pages.find((page) => page !== tab);
  });

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    test("React's strict mode: asked twice, exchanged once", async () => {
      await stage.begin();
      const tab = await stage.tab();
      assert.deepEqual(await stage.signIn(tab, users[0], { appState: { from: "there" } }), {
        appState: { from: "there" },
      });
      assert.equal(await tab.evaluate(() => window.page.isOnePromise), true);
      assert.equal(stage.sandbox.tokenLog.length, 1);
      assert.doesNotMatch(tab.url(), /code|state/);
    });

    test("reload while the code is exchanged: interrupted, never a second use of the code", async () => {
      await stage.begin();
      const tab = await stage.tab();
      stage.sandbox.arm({ on: "token.code", delayMs: 2000 });
      await leave(tab, () => window.page.auth.signIn({ prompt: "login" }));
      const walking = stage.walk(tab).catch(() => {});
      await until("the exchange", () => stage.sandbox.tokenLog.length === 1);
      await tab.reload();
      await walking;
      await ready(tab);
      const { error } = await outcomeOf(tab);
      assert.equal(error, "sign_in_interrupted");
      await pause(2200);
      assert.equal(stage.sandbox.tokenLog.length, 1);
      assert.deepEqual(await stage.signIn(tab), {});
    });

    test("reload at the provider, back from there, and back after the end: none disturbs a session", async () => {
      await stage.begin();
      const tab = await stage.tab();
      // By a click: browsers do not go back to a page that left by itself.
      await tab.click("#go");
      await until("the provider", async () => tab.url().startsWith(stage.sandbox.url));
      await tab.reload();
      await leave(tab, () => history.back());
      await until("the page", () => tab.evaluate(() => Boolean(window.page)).catch(() => false));
      await ready(tab);
      assert.deepEqual(await stage.signIn(tab), {}, "a second sign-in beside the one that was left");
      await tab.evaluate(() => history.back()).catch(() => {});
      await pause(500);
      await tab.goto(stage.served.url);
      await ready(tab);
      assert.equal(typeof (await token(tab)), "string");
      await tab.reload();
      await ready(tab);
      assert.equal(typeof (await token(tab)), "string");
    });

    test("an answer that is opened a second time is refused, and the session stays", async () => {
      await stage.begin();
      const tab = await stage.tab();
      let answer;
      tab.on("request", (request) => {
        if (request.url().includes("code=")) answer = request.url();
      });
      await stage.signIn(tab);
      assert.ok(answer);
      await tab.goto(answer);
      await ready(tab);
      assert.equal((await outcomeOf(tab)).error, "state_unknown");
      assert.equal(typeof (await token(tab)), "string");
    });

    test("without storage the page is not left", async () => {
      await stage.begin();
      const tab = await stage.tab(() => {
        Object.defineProperty(window, "sessionStorage", {
          get() {
            throw new DOMException("The operation is insecure.", "SecurityError");
          },
        });
      });
      const { error } = await tab.evaluate(() => window.page.caught(window.page.auth.signIn()));
      assert.equal(error, "storage_unavailable");
      assert.equal(tab.url(), stage.served.url);
    });

    test("by popup: the page stays, the window closes, appState comes back", async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      await tab.click("#popup");
      const popup = await popupOf(tab);
      await stage.walk(popup).catch(() => {});
      assert.equal(await tab.evaluate(async () => (await window.page.popup).appState), "kept");
      assert.equal(typeof (await token(tab)), "string");
      await until("the window closes", async () => (await tab.browserContext().pages()).length === 1);
    });

    test("a popup that is blocked, closed, too slow or given up is an error", async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      const outcome = () => tab.evaluate(() => window.page.popup);
      await tab.evaluate(() => {
        window.realOpen = window.open;
        window.open = () => null;
      });
      await tab.click("#popup");
      assert.equal((await outcome()).error, "popup_blocked");
      await tab.evaluate(() => {
        window.open = window.realOpen;
        window.page.popupOptions = { popupTimeoutMs: 1500 };
      });
      await tab.click("#popup");
      assert.equal((await outcome()).error, "timeout");
      await tab.evaluate(() => {
        window.page.popupOptions = {};
      });
      await until("it closed", async () => (await tab.browserContext().pages()).length === 1);
      await tab.click("#popup");
      const popup = await popupOf(tab);
      await until("the provider", async () => popup.url().startsWith(stage.sandbox.url));
      await pause(800);
      await popup.close();
      assert.equal((await outcome()).error, "popup_closed");
      await tab.evaluate(() => {
        const { auth, caught } = window.page;
        const abort = new AbortController();
        window.page.popup = caught(auth.signInPopup({ signal: abort.signal }));
        setTimeout(() => abort.abort(), 300);
      });
      assert.equal((await outcome()).error, "aborted");
    });

    test("a sleep: the token is renewed when the page wakes, before anybody asks", async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      await tab.evaluate(() => {
        const { now } = Date;
        Date.now = () => now() + 2 * 3_600_000;
        document.dispatchEvent(new Event("visibilitychange"));
      });
      await told(tab, "tokenRefreshed");
      assert.equal(stage.refreshes().length, 1);
    });

    test("offline and back: the session is kept, told of its end, and goes on at once", async () => {
      await stage.begin();
      stage.sandbox.configure({ tokenTtlSeconds: 4 });
      const tab = await stage.signedIn();
      stage.sandbox.arm({ on: "token.refresh", lose: "request", times: "always" });
      await told(tab, "tokenExpiring");
      await pause(2500);
      const offline = await token(tab);
      assert.equal(offline.error, "network");
      assert.equal(await tab.evaluate(() => window.page.auth.isSignedIn()), true);
      stage.sandbox.disarm();
      await tab.evaluate(() => {
        window.page.events.length = 0;
        window.dispatchEvent(new Event("online"));
      });
      await told(tab, "tokenRefreshed");
      assert.equal(typeof (await token(tab)), "string");
      assert.deepEqual(
        (await events(tab)).filter(([type]) => type === "sessionExpired"),
        [],
      );
    });

    test("consent is taken back at the provider: the state is checked, the session is over", async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      const link = (sandbox, number) =>
        window.page.auth.revokeConsent(async ({ state }) => {
          const body = new URLSearchParams({ phoneNumber: number, returnTo: location.href, state });
          return (
            await (await fetch(`${sandbox}/vendor/consent-revocation-link`, { method: "POST", body })).json()
          ).url;
        });
      await leave(tab, link, stage.sandbox.url, users[0]);
      await until("the page", () =>
        tab.evaluate(() => Boolean(document.querySelector("#keep"))).catch(() => false),
      );
      await tab.evaluate(() => document.querySelector("#keep").click());
      await ready(tab);
      const kept = await tab.evaluate(() => window.page.caught(window.page.auth.handleConsentRevocation()));
      assert.equal(kept.error, "access_denied");
      assert.equal(typeof (await token(tab)), "string");
      await leave(tab, link, stage.sandbox.url, users[0]);
      await until("the page", () =>
        tab.evaluate(() => Boolean(document.querySelector("#revoke"))).catch(() => false),
      );
      await tab.evaluate(() => document.querySelector("#revoke").click());
      await ready(tab);
      const forged = await tab.evaluate(() =>
        window.page.caught(window.page.auth.handleConsentRevocation(`${location.origin}/?state=forged`)),
      );
      assert.equal(forged.error, "state_unknown");
      const done = await tab.evaluate(() => window.page.caught(window.page.auth.handleConsentRevocation()));
      assert.equal(done, "done");
      assert.equal((await token(tab)).error, "sign_in_required");
      assert.doesNotMatch(tab.url(), /state/);
    });
  });
}
