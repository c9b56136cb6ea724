// Signing in by a popup window: what a person does with it, and what the provider's headers do to it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { browsers, pause, Stage, token, until } from "./stage.mjs";

const pages = (tab) => tab.browserContext().pages();
const popupOf = (tab) =>
  until("the popup", async () => (await pages(tab)).find((page) => page !== tab && !page.isClosed()));
const outcome = (tab) => tab.evaluate(() => window.page.popup);
const isPending = (tab) =>
  tab.evaluate(() => Promise.race([window.page.popup.then(() => false), Promise.resolve(true)]));
/** Keeps what the page has of the window. */
const noteWindow = (tab) =>
  tab.evaluate(() => {
    const { open } = window;
    window.open = (...given) => {
      window.opened = open.apply(window, given);
      return window.opened;
    };
  });

/** A page of another site that frames the console, as a CRM does. `within` is the console's frame. */
async function framed(stage) {
  const server = createServer((_, res) => {
    res.writeHead(200, { "content-type": "text/html" });
    res.end(`<!doctype html><iframe src="${stage.served.url}" width="800" height="600"></iframe>`);
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const tab = await stage.context.newPage();
  await tab.goto(`http://localhost:${server.address().port}/`);
  const within = await until("the frame", async () =>
    tab.frames().find((frame) => frame.url().startsWith(stage.served.url)),
  );
  await within.waitForFunction(() => window.page?.isDone);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { tab, within, close };
}

for (const browser of browsers) {
  describe(browser, () => {
    let stage;
    before(async () => {
      stage = await Stage.open(browser);
    });
    after(() => stage.close());

    test("by popup: the page stays, the window closes, appState comes back", async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      await tab.click("#popup");
      const popup = await popupOf(tab);
      await stage.walk(popup).catch(() => {});
      assert.equal((await outcome(tab)).appState, "kept");
      assert.equal(typeof (await token(tab)), "string");
      await until("the window closes", async () => (await pages(tab)).length === 1);
    });

    test("under Cross-Origin-Opener-Policy: a window that looks closed is waited for, and signs in", async () => {
      await stage.begin({ storage: "memory" });
      stage.sandbox.configure({ openerPolicy: "same-origin" });
      const tab = await stage.tab();
      await noteWindow(tab);
      await tab.click("#popup");
      await until("the line is cut", () => tab.evaluate(() => window.opened?.closed));
      // Longer than a window that a person closed is given for its last word.
      await pause(2000);
      assert.equal(await isPending(tab), true);
      const popup = await popupOf(tab);
      await stage.walk(popup).catch(() => {});
      assert.equal((await outcome(tab)).appState, "kept");
      assert.equal(typeof (await token(tab)), "string");
    });

    test("from another site's frame: the window answers by postMessage", async () => {
      await stage.begin({ storage: "memory" });
      const { tab, within, close } = await framed(stage);
      try {
        await (await within.$("#popup")).click();
        const popup = await popupOf(tab);
        await stage.walk(popup).catch(() => {});
        assert.equal((await outcome(within)).appState, "kept");
        assert.equal(typeof (await token(within)), "string");
        await until("the window closes", async () => (await pages(tab)).length === 1);
      } finally {
        close();
      }
    });

    test("from another site's frame, under Cross-Origin-Opener-Policy: nobody waits for what can't be heard", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "memory" });
      stage.sandbox.configure({ openerPolicy: "same-origin" });
      const { within, close } = await framed(stage);
      try {
        const began = Date.now();
        await (await within.$("#popup")).click();
        const { error, message } = await outcome(within);
        assert.equal(error, "popup_closed");
        assert.match(message, /Cross-Origin-Opener-Policy/);
        assert.ok(Date.now() - began < 15_000);
      } finally {
        close();
      }
    });

    // Cut off by the provider's policy, Chromium's window has a process of its own, and runs while the page does not.
    test("a window that is back while its page is stopped waits for it", {
      skip: browser === "firefox" && "there both would be stopped",
    }, async () => {
      await stage.begin({ storage: "memory" });
      stage.sandbox.configure({ openerPolicy: "same-origin" });
      const tab = await stage.tab();
      await tab.click("#popup");
      const popup = await popupOf(tab);
      await until("the provider", async () => popup.url().startsWith(stage.sandbox.url));
      await tab.evaluate(() => {
        setTimeout(() => {
          for (const end = Date.now() + 12_000; Date.now() < end; );
          window.page.wokeAt = Date.now();
        });
      });
      const walking = stage.walk(popup).catch(() => {});
      await until("it is back", async () => popup.url().startsWith(stage.served.url));
      // Longer than a page that can run is given.
      await pause(7000);
      assert.equal(await popup.evaluate(() => window.page.outcome?.error), undefined);
      const answeredAt = Date.now();
      assert.equal((await outcome(tab)).appState, "kept");
      assert.ok((await tab.evaluate(() => window.page.wokeAt)) > answeredAt, "it was stopped so long");
      await until("the window closes", async () => (await pages(tab)).length === 1);
      await walking;
    });

    test("under Cross-Origin-Opener-Policy time and signal end the wait", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "memory" });
      stage.sandbox.configure({ openerPolicy: "same-origin" });
      const tab = await stage.tab();
      await noteWindow(tab);
      await tab.evaluate(() => {
        window.page.popupOptions = { popupTimeoutMs: 3000 };
      });
      await tab.click("#popup");
      await until("the line is cut", () => tab.evaluate(() => window.opened?.closed));
      assert.equal((await outcome(tab)).error, "timeout");
      await tab.evaluate(() => {
        window.opened = undefined;
        window.abort = new AbortController();
        window.page.popupOptions = { signal: window.abort.signal };
      });
      await tab.click("#popup");
      await until("the line is cut", () => tab.evaluate(() => window.opened?.closed));
      await tab.evaluate(() => window.abort.abort());
      assert.equal((await outcome(tab)).error, "aborted");
    });

    test("outside of a click the browser blocks the window: popup_blocked", async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.context.newPage();
      // What a driver runs in a page counts as a click. So the page does it itself, and says what came of it.
      const told = new Promise((resolve) => {
        tab.on("console", (message) => message.text().startsWith("popup ") && resolve(message.text()));
      });
      await tab.evaluateOnNewDocument(() => {
        const timer = setInterval(() => {
          if (!window.page?.auth) return;
          clearInterval(timer);
          window.page.auth
            .signInPopup()
            .catch(({ name, code }) =>
              console.info("popup", name, code, Boolean(navigator.userActivation.isActive)),
            );
        }, 10);
      });
      await tab.goto(stage.served.url, { waitUntil: "domcontentloaded" });
      assert.equal(await told, "popup AuthError popup_blocked false");
    });

    test("a window that is closed, at the provider or before it is there: popup_closed", async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      stage.sandbox.arm({ on: "discovery", delayMs: 6000 });
      await tab.click("#popup");
      const blank = await popupOf(tab);
      assert.equal(blank.url(), "about:blank");
      const began = Date.now();
      await blank.close();
      assert.equal((await outcome(tab)).error, "popup_closed");
      assert.ok(Date.now() - began < 4000, "the provider's metadata are not waited for");
      stage.sandbox.disarm();
      await tab.click("#popup");
      const popup = await popupOf(tab);
      await until("the provider", async () => popup.url().startsWith(stage.sandbox.url));
      // Seen there by the page as well, which looks four times a second.
      await pause(800);
      await popup.close();
      assert.equal((await outcome(tab)).error, "popup_closed");
    });

    /** Chromium lets nobody close a window at another origin that has no `opener`. It closes when it comes back. */
    const closesAtLast = async (tab) => {
      const popup = (await pages(tab)).find((page) => page !== tab && !page.isClosed());
      if (popup) await stage.walk(popup).catch(() => {});
      await until("it closed", async () => (await pages(tab)).length === 1);
    };

    test("a window that takes too long, or is given up at the provider, closes when it comes back at the latest", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      await tab.evaluate(() => {
        window.page.popupOptions = { popupTimeoutMs: 1500 };
      });
      await tab.click("#popup");
      assert.equal((await outcome(tab)).error, "timeout");
      await closesAtLast(tab);
      await tab.evaluate(() => {
        const abort = new AbortController();
        // The provider knows the person by now, and is to ask all the same.
        window.page.popupOptions = { signal: abort.signal, prompt: "login" };
        setTimeout(() => abort.abort(), 300);
      });
      await tab.click("#popup");
      assert.equal((await outcome(tab)).error, "aborted");
      await closesAtLast(tab);
      assert.equal((await token(tab)).error, "sign_in_required", "what came back late is not used");
    });

    test("a window that is given up before it was sent away is closed", {
      skip: repeats(browser === "firefox"),
    }, async () => {
      await stage.begin({ storage: "memory" });
      const tab = await stage.tab();
      stage.sandbox.arm({ on: "discovery", delayMs: 6000 });
      await tab.evaluate(() => {
        window.page.popupOptions = { popupTimeoutMs: 500 };
      });
      await tab.click("#popup");
      assert.equal((await outcome(tab)).error, "timeout");
      await until("it closed", async () => (await pages(tab)).length === 1);
    });
  });
}
