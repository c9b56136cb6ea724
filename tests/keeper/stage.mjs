// What each test of keeping needs: a sandbox whose registrations end soon, a page that keeps some, and a browser with tabs.

import puppeteer from "puppeteer-core";
import { startSandbox } from "sipbreakout-sandbox";
import { findBrowser, findFirefox } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };
import { Stage, until } from "../session/stage.mjs";
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
    stage.ttlSeconds = sandboxOptions.ttlSeconds ?? 12;
    const ports = { port: 0, grpcPort: 0, quiet: true };
    stage.sandbox = await startSandbox({ ...ports, ...sandboxOptions, ttlSeconds: stage.ttlSeconds });
    stage.served = await serve(
      {
        "/options": () => ({ session: stage.session, more: stage.more }),
        "/keeping": () => ({ baseUrl: stage.sandbox.url, ...stage.keeping }),
      },
      dist,
      (path) => path.endsWith(".wasm") && stage.wasmStatus,
    );
    stage.browser = await launch(name);
    stage.name = name;
    return stage;
  }

  /** A new person at a new browser. `keeping` is what the page does (page.js); the core has nothing, and no log. */
  async begin(session, keeping = {}) {
    await super.begin(session);
    this.keeping = keeping;
    /** What the server says instead of the wasm. */
    this.wasmStatus = undefined;
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
