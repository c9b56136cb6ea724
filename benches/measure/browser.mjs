// Chromium with a fresh profile, and pages that are as cold as a new visitor's.

import puppeteer from "puppeteer-core";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };

// Compiled code must not be remembered. Pages that nobody looks at must not be slowed down: puppeteer sees to that.
const codeCachesOff = ["--v8-cache-options=none"];

export function launchBrowser() {
  return puppeteer.launch({
    executablePath: findBrowser().chromium,
    headless: true,
    args: [...webdriverJson["goog:chromeOptions"].args, ...codeCachesOff],
  });
}

const firstCallTimeoutMs = 60_000;

export class BenchPage {
  #context;

  constructor(context, page, cdp) {
    this.#context = context;
    this.page = page;
    this.cdp = cdp;
  }

  /** An empty tab with caches, connections and storage of its own. */
  static async create(browser) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    return new BenchPage(context, page, await page.createCDPSession());
  }

  /** Navigates; resolves to `{ ms, seconds }` as soon as the page's first upsert is done. `prepare` runs before its scripts. */
  async visit(url, { prepare, args = [] } = {}) {
    const { cdp, page } = this;
    if (prepare !== undefined) await page.evaluateOnNewDocument(prepare, ...args);
    await cdp.send("Runtime.enable");
    await cdp.send("Runtime.addBinding", { name: "reportFirst" });
    let timer;
    const reported = new Promise((resolve, reject) => {
      cdp.on("Runtime.bindingCalled", ({ payload }) => resolve(JSON.parse(payload)));
      page.on("pageerror", reject);
      const late = () => reject(new Error(`${url}: no upsert within ${firstCallTimeoutMs / 1000} s.`));
      timer = setTimeout(late, firstCallTimeoutMs);
    });
    try {
      const [first] = await Promise.all([reported, cdp.send("Page.navigate", { url })]);
      if (first.error !== undefined) throw new Error(`${url}: ${first.error}`);
      return first;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the main thread has computed until now, in milliseconds of CPU. */
  async mainThreadMs() {
    const { metrics } = await this.cdp.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ThreadTime").value * 1000;
  }

  evaluate(script, ...args) {
    return this.page.evaluate(script, ...args);
  }

  close() {
    return this.#context.close();
  }
}

/** The address of a variant's page. */
export function addressOf(server, { name }, file = "index.html") {
  return `${server.pageUrl}/${name}/${file}`;
}

/** A page of each running variant, with its first upsert behind it. */
export async function openAll(browser, server, variants, options) {
  const pages = new Map();
  for (const variant of variants) {
    const page = await BenchPage.create(browser);
    await page.visit(addressOf(server, variant), options);
    pages.set(variant.name, page);
  }
  return pages;
}
