// What each test of sessions needs: a sandbox, a page that has a session, and a browser with tabs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join, normalize, resolve } from "node:path";
import puppeteer from "puppeteer-core";
import { startSandbox } from "sipbreakout-sandbox";
import { root } from "../../scripts/paths.mjs";
import { findBrowser, findFirefox } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };

export const browsers = ["chromium", "firefox"];
export const users = ["+4799900001", "+4799900002"];

const types = { js: "text/javascript", html: "text/html", wasm: "application/wasm", map: "application/json" };

/** The package is there twice, for pages that have two copies of it; and once more as it was, if that is at hand. */
export function fileOf(path) {
  const { OLD_BUILD } = process.env;
  if (OLD_BUILD && path.startsWith("/old/"))
    return join(dirname(resolve(OLD_BUILD)), normalize(path.slice(4)));
  return join(root, normalize(path.replace(/^\/copy\//, "/")));
}

/** The page, and the package as built. */
async function serve(optionsOf) {
  const server = createServer(async (req, res) => {
    const [path = "/"] = req.url.split("?");
    if (path === "/options") {
      res.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      return res.end(JSON.stringify(optionsOf()));
    }
    const file =
      path === "/" ? "tests/session/page.html" : path === "/page.js" ? "tests/session/page.js" : path;
    try {
      const content = await readFile(fileOf(file));
      res.writeHead(200, { "content-type": types[file.split(".").at(-1)] ?? "text/plain" });
      return res.end(content);
    } catch {
      return res.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

function launch(name) {
  if (name === "firefox") {
    const extraPrefsFirefox = { "dom.disable_open_during_load": true };
    return puppeteer.launch({
      browser: "firefox",
      executablePath: findFirefox(),
      headless: true,
      extraPrefsFirefox,
    });
  }
  const { args } = webdriverJson["goog:chromeOptions"];
  // Windows that nobody asked for are blocked, as for everybody.
  const ignoreDefaultArgs = ["--disable-popup-blocking"];
  return puppeteer.launch({
    executablePath: findBrowser().chromium,
    headless: true,
    args,
    ignoreDefaultArgs,
  });
}

class LostError extends Error {}

export class Stage {
  /** Each test has cookies and storage of its own. */
  static async open(name, sandboxOptions = {}) {
    const stage = new Stage();
    stage.sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ...sandboxOptions });
    stage.served = await serve(() => ({ session: stage.session, more: stage.more, isLazy: stage.isLazy }));
    stage.browser = await launch(name);
    stage.name = name;
    return stage;
  }

  async close() {
    await this.browser.close();
    this.served.close();
    await this.sandbox.close();
  }

  /** A new person at a new browser. `session` are options of createAuth. */
  async begin(session = {}, more = []) {
    await this.context?.close();
    this.context = await this.browser.createBrowserContext();
    this.sandbox.disarm();
    this.sandbox.configure({
      tokenTtlSeconds: 3600,
      refreshGraceSeconds: 30,
      clockOffsetSeconds: 0,
      dpop: "allowed",
      dpopNonces: false,
      openerPolicy: "unsafe-none",
    });
    this.sandbox.tokenLog.length = 0;
    const base = { clientId: this.sandbox.clientId, issuer: this.sandbox.issuer, storage: "local" };
    /** Pages make their Auth and ask it for nothing. */
    this.isLazy = false;
    this.session = { ...base, ...session };
    this.more = more.map((options) => ({ ...base, ...options }));
  }

  /** A tab that shows the page. `before` runs in it before anything else. */
  async tab(before, ...given) {
    const tab = await this.context.newPage();
    if (before) await tab.evaluateOnNewDocument(before, ...given);
    await tab.goto(this.served.url);
    await ready(tab);
    return tab;
  }

  /** Walks through the provider's pages, wherever the tab is on the way, back to the page. */
  async walk(tab, user = users[0]) {
    let done = "";
    let doneAt = 0;
    let seenAt = Date.now();
    let lost = 0;
    for (let i = 0; i < 200; i += 1) {
      if (tab.isClosed()) return undefined;
      const at = await look(tab);
      if (at === "page") return ready(tab);
      if (at !== "") seenAt = Date.now();
      // A driver may lose a page that was left while it looked; the provider's pages can be opened again.
      if (Date.now() - seenAt > 4000) {
        lost += 1;
        if (lost > 2) throw new LostError(`the driver has lost the page: ${tab.url()}`);
        await Promise.race([tab.reload().catch(() => {}), pause(5000)]);
        seenAt = Date.now();
      }
      // Each page once, however long the browser takes to leave it; and again if that was too early for it.
      if (at !== "" && (done !== at + tab.url() || Date.now() - doneAt > 1500)) {
        done = at + tab.url();
        doneAt = Date.now();
        const fill = tab.evaluate((number) => {
          const field = document.querySelector("#phone-number");
          if (field) field.value = number;
          document.querySelector("#sign-in, #allow")?.click();
        }, user);
        await Promise.race([fill.catch(() => {}), pause(2000)]);
      }
      await pause(50);
    }
    throw new LostError(`the sign-in does not end: ${tab.url()}`);
  }

  async signIn(tab, user, options = {}) {
    for (let tries = 0; ; tries += 1) {
      await leave(tab, (given) => window.page.auth.signIn(given), options);
      try {
        await this.walk(tab, user);
        const outcome = await outcomeOf(tab);
        // The page was exchanging the code when it was loaded once more: the driver lost it, or a click was late and came twice.
        if (tries > 2 || outcome?.error !== "sign_in_interrupted") return outcome;
      } catch (error) {
        // Firefox's driver, now and then, never sees the page again that it left. From the beginning, it does.
        if (tries > 1 || !(error instanceof LostError)) throw error;
        await Promise.race([tab.goto(this.served.url), pause(10_000)]);
        await ready(tab);
      }
    }
  }

  /** A tab with somebody signed in. */
  async signedIn({ user, before } = {}) {
    const tab = await this.tab(before);
    const outcome = await this.signIn(tab, user, { prompt: "login" });
    if (outcome?.error) throw new Error(JSON.stringify(outcome));
    return tab;
  }

  /** Nothing secret in what a page was told. */
  isClean(text) {
    for (const secret of this.sandbox.issuedSecrets) assert.ok(!text.includes(secret), "a secret is shown");
  }

  refreshes() {
    return this.sandbox.tokenLog.filter(({ grantType }) => grantType === "refresh_token");
  }
}

/** What became of the sign-in that the page was opened with, as JSON has it. */
export async function outcomeOf(tab) {
  return JSON.parse(await tab.evaluate(() => JSON.stringify(window.page.outcome ?? null)));
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a tab is. */
function look(tab) {
  const asked = tab
    .evaluate(() => {
      if (window.page?.isDone) return "page";
      if (document.querySelector("#phone-number")) return "sign-in";
      return document.querySelector("#allow") ? "consent" : "";
    })
    .catch(() => "");
  // A page that is being left may never answer.
  return Promise.race([asked, pause(2000).then(() => "")]);
}

/** Does what leaves the page. */
export async function leave(tab, work, ...given) {
  await tab.evaluate(() => {
    if (window.page) window.page.isDone = false;
  });
  // The page may be gone before it answers.
  await Promise.race([tab.evaluate(work, ...given).catch(() => {}), pause(2000)]);
}

export async function ready(tab) {
  for (let i = 0; i < 200; i += 1) {
    if ((await look(tab)) === "page") return;
    await pause(50);
  }
  throw new Error(`the page is not ready: ${tab.url()}`);
}

/** Waits until `ask` gives something. */
export async function until(what, ask, ms = 8000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(50);
  }
}

/** A token, or the error, as the page sees it. */
export const token = (tab, options) =>
  tab.evaluate((given) => window.page.caught(window.page.auth.getAccessToken(given)), options);

export const events = (tab) => tab.evaluate(() => window.page.events);
export const told = (tab, type) =>
  until(`event ${type}`, async () => (await events(tab)).find(([name]) => name === type));
