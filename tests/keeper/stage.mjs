// What each test of keeping needs: a sandbox whose registrations end soon, a page that keeps some, and a browser with tabs.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import puppeteer from "puppeteer-core";
import { startSandbox } from "sipbreakout-sandbox";
import { findBrowser, findFirefox } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };
import { repeats } from "../repeats.mjs";
import { browsers, ready, Stage, until } from "../session/stage.mjs";
import { serve } from "./served.mjs";

export { leave, pause, ready, until, users } from "../session/stage.mjs";

export const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };

function launch(name) {
  if (name === "firefox") {
    return puppeteer.launch({
      browser: "firefox",
      executablePath: findFirefox(),
      headless: true,
      // Each tab in a process of its own, so that one can crash alone.
      extraPrefsFirefox: {
        "dom.ipc.processCount.webIsolated": 16,
        "dom.ipc.processPrelaunch.enabled": false,
      },
    });
  }
  const { args } = webdriverJson["goog:chromeOptions"];
  return puppeteer.launch({
    executablePath: findBrowser().chromium,
    headless: true,
    args,
    // Tabs that nobody looks at are slowed down, as everybody's are.
    ignoreDefaultArgs: [
      "--disable-background-timer-throttling",
      "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
    ],
  });
}

export class KeeperStage extends Stage {
  static async open(name, sandboxOptions = {}, { dist } = {}) {
    const stage = new KeeperStage();
    await stage.start(name, sandboxOptions, dist);
    return stage;
  }

  async start(name, sandboxOptions, dist) {
    this.name = name;
    this.ttlSeconds = sandboxOptions.ttlSeconds ?? 12;
    const ports = { port: 0, grpcPort: 0, quiet: true };
    this.sandbox = await startSandbox({ ...ports, ...sandboxOptions, ttlSeconds: this.ttlSeconds });
    this.served = await serve(
      {
        "/options": () => ({ session: this.session, more: this.more }),
        "/keeping": () => ({ baseUrl: this.sandbox.url, ...this.keeping }),
      },
      dist,
      (path) =>
        (path.endsWith(".wasm") && this.wasmStatus) ||
        (path.endsWith("/loaded-later.js") && this.laterStatus),
    );
    this.browser = await launch(name);
  }

  /** A new person at a new browser. `keeping` is what the page does (page.js); the core has nothing, and no log. */
  async begin(session, keeping = {}) {
    await super.begin(session);
    this.keeping = keeping;
    /** What the server says instead of the wasm. */
    this.wasmStatus = undefined;
    /** What it says instead of the JavaScript that keeps. */
    this.laterStatus = undefined;
    await this.forget();
  }

  /** Whatever was registered is over, and the log is empty. */
  async forget() {
    this.sandbox.configure({ ttlSeconds: 0.001 });
    await until("the core has nothing", () => this.sandbox.registrations().length === 0);
    this.sandbox.configure({ ttlSeconds: this.ttlSeconds });
    this.sandbox.callLog.length = 0;
  }

  /** The number's registration at the core. */
  registered(number) {
    return this.sandbox.registrations().find(({ phoneNumber }) => phoneNumber === number);
  }

  /** What the core was asked about a number: with `method` only that, in the order in which it began. */
  calls(number, method = "Registration") {
    return this.sandbox.callLog.filter((call) => call.phoneNumber === number && call.method.endsWith(method));
  }

  upserts(number) {
    return this.calls(number, "UpsertRegistration");
  }
}

/**
 * The tests that `declare(stage, browser)` makes, in each browser; in one browser one after the other, on one stage. With
 * `isOnceEnough` Firefox only repeats what Chromium shows.
 */
export function inBrowsers(name, { isOnceEnough = false, ...sandboxOptions }, declare) {
  describe(name, { concurrency: true }, () => {
    for (const browser of browsers) {
      const skip = repeats(isOnceEnough && browser === "firefox");
      describe(browser, { concurrency: 1, skip }, () => {
        const stage = new KeeperStage();
        before(() => stage.start(browser, sandboxOptions));
        after(() => stage.close());
        declare(stage, browser);
      });
    }
  });
}

/** How the keepers of a page stand. */
export const view = (tab) => tab.evaluate(() => JSON.stringify(window.page.view())).then(JSON.parse);
export const notes = (tab) => tab.evaluate(() => JSON.stringify(window.page.notes)).then(JSON.parse);
export const label = (tab) => tab.evaluate(() => window.page.label);

/** As `until`, and a failure says what the page saw. */
async function untilIn(tab, what, ask, ms) {
  try {
    return await until(what, ask, ms);
  } catch (error) {
    const { page, view, told } = await tab.evaluate(() => ({
      page: window.page.label,
      view: JSON.stringify(window.page.view()),
      told: JSON.stringify([window.page.events, window.page.notes]),
    }));
    throw new Error(`${error.message}; page ${page}: ${view}, ${told}`);
  }
}

/** Waits until a keeper of the page has told this; `count` times. */
export const noted = (tab, type, { ms = 8000, count = 1 } = {}) =>
  untilIn(
    tab,
    `${count} times ${type}`,
    async () => (await notes(tab)).filter((note) => note.type === type).length >= count,
    ms,
  );

/** Waits until the page's only keeper is in this state. */
export const stands = (tab, state, ms = 8000) =>
  untilIn(
    tab,
    `the state ${state}`,
    async () => {
      const [keeper] = await view(tab);
      return keeper?.state === state && keeper;
    },
    ms,
  );

export const isLeading = (tab) => tab.evaluate(() => window.page.view().some((keeper) => keeper.isLeading));

/** The tab that tells the core, once there is exactly one. */
export const leaderOf = (tabs, ms = 8000) =>
  until(
    "a leader",
    async () => {
      const leading = await Promise.all(tabs.map((tab) => isLeading(tab).catch(() => false)));
      const leaders = tabs.filter((_, index) => leading[index]);
      return leaders.length === 1 && leaders[0];
    },
    ms,
  );

/** The page keeps the number, and the core has been told. */
export const keepIn = async (tab, wanted = request) => {
  await tab.evaluate((given) => window.page.keep(given), wanted);
  return stands(tab, "registered");
};

export const reload = async (tab) => {
  await tab.reload();
  await ready(tab);
};

/** Of these calls each came before the registration of the one before it was over. */
export function isNeverForgotten(calls, ttlSeconds) {
  for (const [index, call] of calls.entries()) {
    if (index === 0) continue;
    const sinceMs = call.endedAt - calls[index - 1].startedAt;
    assert.ok(sinceMs < ttlSeconds * 1000, `a lapse: ${sinceMs} ms`);
  }
}
