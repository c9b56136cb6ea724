// The way in, and what happens on it: reload, back, strict mode, no storage; and a session through sleep and bad networks.
// Popups are in popup.test.mjs.

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

const shows = (tab, selector) =>
  until(`the page with ${selector}`, () =>
    tab.evaluate((wanted) => Boolean(document.querySelector(wanted)), selector).catch(() => false),
  );

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    test("React's strict mode: asked twice, exchanged once", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.tab();
      assert.deepEqual(await stage.signIn(tab, users[0], { appState: { from: "there" } }), {
        appState: { from: "there" },
      });
      assert.equal(await tab.evaluate(() => window.page.isOnePromise), true);
      assert.equal(await tab.evaluate(() => history.state === null), true, "as before");
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

    test("reload at the provider's pages, back from there, and forward again: the sign-in goes on", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      stage.sandbox.revokeConsent({ phoneNumber: users[0] });
      const tab = await stage.tab();
      // By a click: browsers do not go back to a page that left by itself.
      await tab.click("#go");
      await shows(tab, "#phone-number");
      await tab.reload();
      await shows(tab, "#phone-number");
      await leave(tab, () => history.back());
      await until("the page", () => tab.evaluate(() => Boolean(window.page)).catch(() => false));
      await ready(tab);
      assert.equal(await outcomeOf(tab), null);
      await leave(tab, () => history.forward());
      await shows(tab, "#phone-number");
      await tab.type("#phone-number", users[0]);
      await tab.click("#sign-in");
      await shows(tab, "#allow");
      await tab.reload();
      await shows(tab, "#allow");
      await leave(tab, () => history.back());
      await until("it is left", () =>
        tab.evaluate(() => !document.querySelector("#allow")).catch(() => false),
      );
      await leave(tab, () => history.forward());
      await shows(tab, "#allow");
      await tab.click("#allow");
      await ready(tab);
      assert.deepEqual(await outcomeOf(tab), {});
      assert.equal(typeof (await token(tab)), "string");
    });

    test("back from the provider: a second sign-in beside the one that was left", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.tab();
      await tab.click("#go");
      await shows(tab, "#phone-number");
      await leave(tab, () => history.back());
      await until("the page", () => tab.evaluate(() => Boolean(window.page)).catch(() => false));
      await ready(tab);
      assert.equal((await token(tab)).error, "sign_in_required");
      assert.deepEqual(await stage.signIn(tab), {});
      assert.equal(typeof (await token(tab)), "string");
    });

    test("back while the code is exchanged, and forward again: never a second use of the code", async () => {
      await stage.begin();
      const tab = await stage.tab();
      stage.sandbox.arm({ on: "token.code", delayMs: 2000 });
      await tab.click("#go");
      await shows(tab, "#phone-number");
      await tab.type("#phone-number", users[0]);
      await tab.click("#sign-in");
      await until("the exchange", () => stage.sandbox.tokenLog.length === 1);
      await leave(tab, () => history.back());
      await until("it is left", async () => !tab.url().startsWith(stage.served.url));
      await leave(tab, () => history.forward());
      await until("the page", () => tab.evaluate(() => Boolean(window.page)).catch(() => false));
      await ready(tab);
      const outcome = await outcomeOf(tab);
      // A browser may have kept the page as it was, and the exchange with it.
      assert.ok([undefined, "sign_in_interrupted"].includes(outcome?.error), outcome?.error);
      await until("the exchange is over", () => stage.sandbox.tokenLog[0].endedAt > 0);
      assert.equal(stage.sandbox.tokenLog.length, 1);
      assert.deepEqual(await stage.signIn(tab), {});
    });

    test("back after the end leads to the provider, and forward to the session", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      stage.sandbox.revokeConsent({ phoneNumber: users[0] });
      const tab = await stage.tab();
      await tab.click("#go");
      await shows(tab, "#phone-number");
      await tab.type("#phone-number", users[0]);
      await tab.click("#sign-in");
      await shows(tab, "#allow");
      await tab.click("#allow");
      await ready(tab);
      assert.deepEqual(await outcomeOf(tab), {});
      const before = await token(tab);
      await leave(tab, () => history.back());
      await until("the provider", async () => tab.url().startsWith(stage.sandbox.url));
      await leave(tab, () => history.forward());
      await until("the page", () => tab.evaluate(() => Boolean(window.page)).catch(() => false));
      await ready(tab);
      assert.equal((await outcomeOf(tab))?.error, undefined);
      assert.equal(await token(tab), before);
      // Not by the driver, which may have lost a page that came back.
      await leave(tab, () => location.reload());
      await ready(tab);
      assert.equal(await outcomeOf(tab), null);
      assert.equal(await token(tab), before);
      assert.equal(stage.sandbox.tokenLog.length, 1);
    });

    test("what is another library's, or the application's own, stays in the address, and the state in the entry", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.tab();
      // A sign-in is under way, and nobody came back from it yet.
      await tab.evaluate(() => window.page.auth.createSignInUrl().then(String));
      for (const more of [
        "?code=SUMMER&state=CA",
        "?code=c&state=0123456789abcdef0123456789abcdef#part",
        "?error=x&state=1",
      ]) {
        await tab.goto(`${stage.served.url}${more}`);
        await ready(tab);
        assert.equal(await outcomeOf(tab), null);
        assert.equal(tab.url(), `${stage.served.url}${more}`);
        const state = await tab.evaluate(() => {
          history.replaceState([1, { of: "the router" }], "");
          return window.page.caught(window.page.auth.handleRedirectCallback());
        });
        assert.equal(state.error, "state_unknown");
        assert.deepEqual(await tab.evaluate(() => history.state), [1, { of: "the router" }]);
        assert.equal(tab.url(), `${stage.served.url}${more}`);
      }
      // An error without a state is told, and the sign-in can be finished all the same.
      await tab.goto(`${stage.served.url}?error=access_denied&error_description=Call+555`);
      await ready(tab);
      const told = await outcomeOf(tab);
      assert.equal(told.error, "access_denied");
      assert.doesNotMatch(told.shown, /555/);
      assert.equal(tab.url(), stage.served.url);
      assert.equal(await tab.evaluate(() => history.state === null), true);
      assert.deepEqual(await stage.signIn(tab), {});
    });

    test("an answer that is opened a second time leads to nothing, and the session stays", {
      skip: repeats(browser === "firefox"),
    }, async () => {
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
      assert.equal(await outcomeOf(tab), null);
      assert.equal(tab.url(), stage.served.url);
      assert.equal(typeof (await token(tab)), "string");
      assert.equal(stage.sandbox.tokenLog.length, 1);
    });

    test("without storage the page is not left", { skip: repeats(browser === "firefox") }, async () => {
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

    test("where a browser keeps no key the page is not left for a session that needs one", async () => {
      for (const [storage, error] of [
        ["local", "invalid_config"],
        ["memory", undefined],
      ]) {
        await stage.begin({ storage, dpop: true });
        const tab = await stage.tab(() => {
          IDBObjectStore.prototype.put = () => {
            throw new DOMException("The object could not be cloned.", "DataCloneError");
          };
        });
        const begun = await tab.evaluate(() => window.page.caught(window.page.auth.createSignInUrl()));
        assert.equal(begun?.error, error);
        assert.equal(tab.url(), stage.served.url);
      }
    });

    test("a sleep: the token is renewed when the page wakes, before anybody asks", {
      skip: repeats(browser === "firefox"),
    }, async () => {
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

    test("offline and back: the session is kept, told of its end, and goes on at once", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      stage.sandbox.configure({ tokenTtlSeconds: 4 });
      const tab = await stage.signedIn({
        before: () => {
          const { setTimeout } = window;
          // Once the page is patient, whatever it puts off for more than a second never comes.
          window.setTimeout = (work, ms, ...given) =>
            setTimeout(work, window.isPatient && ms > 1000 ? 2 ** 30 : ms, ...given);
        },
      });
      await tab.setOfflineMode(true);
      await told(tab, "tokenExpiring");
      await tab.evaluate(() => {
        window.isPatient = true;
        window.page.events.length = 0;
      });
      // The attempt that was put off before: a second or two, give or take a fifth.
      await pause(3000);
      // Who asks while the provider is left alone waits for a timer that does not come in this page.
      const ask = () => {
        const { auth, caught } = window.page;
        return caught(auth.getAccessToken({ signal: AbortSignal.timeout(500) }));
      };
      await until("the token's end", async () => (await tab.evaluate(ask)).error === "network");
      assert.equal(await tab.evaluate(() => window.page.auth.isSignedIn()), true);
      assert.equal(stage.refreshes().length, 0);
      await tab.setOfflineMode(false);
      await told(tab, "tokenRefreshed");
      assert.equal(stage.refreshes().length, 1);
      assert.equal(typeof (await token(tab)), "string");
      assert.deepEqual(
        (await events(tab)).filter(([type]) => type === "sessionExpired"),
        [],
      );
    });

    /** Goes to the provider's page, and comes back with what the person decided: `#keep` or `#revoke`. */
    async function decide(tab, button) {
      const link = (sandbox, phoneNumber) =>
        window.page.auth.revokeConsent(async ({ state }) => {
          const body = new URLSearchParams({ phoneNumber, returnTo: location.href, state });
          const init = { method: "POST", body };
          return (await (await fetch(`${sandbox}/vendor/consent-revocation-link`, init)).json()).url;
        });
      await leave(tab, link, stage.sandbox.url, users[0]);
      await shows(tab, button);
      await tab.evaluate((wanted) => document.querySelector(wanted).click(), button);
      await ready(tab);
    }

    test("consent is taken back at the provider: the state is checked, the session is over", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      await decide(tab, "#keep");
      const kept = await tab.evaluate(() => window.page.caught(window.page.auth.handleConsentRevocation()));
      assert.equal(kept.error, "access_denied");
      assert.equal(typeof (await token(tab)), "string");
      await decide(tab, "#revoke");
      const forged = await tab.evaluate(() =>
        window.page.caught(window.page.auth.handleConsentRevocation(`${location.origin}/?state=forged`)),
      );
      assert.equal(forged.error, "state_unknown");
      // Twice, as React's strict mode does.
      const both = await tab.evaluate(() => {
        const { auth, caught } = window.page;
        return Promise.all([caught(auth.handleConsentRevocation()), caught(auth.handleConsentRevocation())]);
      });
      assert.deepEqual(both, ["done", "done"]);
      assert.equal((await token(tab)).error, "sign_in_required");
      assert.doesNotMatch(tab.url(), /state/);
    });

    test("a reload while that is handled: it is gone on with", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin();
      const tab = await stage.signedIn();
      // Nothing is loaded before it is asked for, and then it does not start: so the reload comes before anything is done.
      stage.isLazy = true;
      await decide(tab, "#revoke");
      await leave(tab, () => {
        WebAssembly.instantiate = () => new Promise(() => {});
        window.page.auth.handleConsentRevocation().catch(() => {});
        location.reload();
      });
      await ready(tab);
      const { auth, handled } = await tab.evaluate(async () => {
        const { auth, caught } = window.page;
        const is = [auth.isRedirectCallback(), auth.isConsentRevocation()];
        return { auth: is, handled: await caught(auth.handleConsentRevocation()) };
      });
      assert.deepEqual([auth, handled], [[false, true], "done"]);
      assert.equal((await token(tab)).error, "sign_in_required");
    });
  });
}
