// What a browser said and where it went: every console message, page error and address, so that tests can search
// them for secrets.

import { logging } from "selenium-webdriver";

const addressEvents = [
  "network.beforeRequestSent",
  "browsingContext.navigationStarted",
  "browsingContext.fragmentNavigated",
  "browsingContext.historyUpdated",
];

/**
 * `console`: { level, text, raw } per message; `raw` is the whole event, with objects that were logged spelled out.
 * `errors`: uncaught exceptions. `urls`: { kind, method?, url } per request, navigation and history entry.
 */
export class Recording {
  console = [];
  errors = [];
  urls = [];
  #driver;
  #bidi;
  #hasLogs = true;

  static async start(driver) {
    const recording = new Recording();
    recording.#driver = driver;
    const capabilities = await driver.getCapabilities();
    if (typeof capabilities.get("webSocketUrl") === "string") await recording.#subscribe();
    return recording;
  }

  async #subscribe() {
    const bidi = await this.#driver.getBidi();
    this.#bidi = bidi;
    bidi.on("log.entryAdded", (entry) => {
      const message = { level: entry.level, text: entry.text ?? "", raw: JSON.stringify(entry) };
      if (entry.type === "javascript") this.errors.push(message);
      else this.console.push(message);
    });
    for (const event of addressEvents) {
      bidi.on(event, ({ url, request }) => {
        this.urls.push({ kind: event, method: request?.method, url: request?.url ?? url });
      });
    }
    await bidi.subscribe("log.entryAdded");
    for (const event of addressEvents) await bidi.subscribe(event);
  }

  /** Collects what is not pushed to us: the browser's own messages (refused CORS, CSP), or without BiDi the address. */
  async collect() {
    if (this.#bidi === undefined)
      this.urls.push({ kind: "current", url: await this.#driver.getCurrentUrl() });
    if (!this.#hasLogs) return;
    try {
      for (const entry of await this.#driver.manage().logs().get(logging.Type.BROWSER)) {
        // Chromium's own bridge to WebDriver speaks here too; it is not the page.
        if (entry.message.startsWith("console-api ")) continue;
        this.console.push({ level: entry.level.name, text: entry.message, raw: JSON.stringify(entry) });
      }
    } catch {
      // Only Chromium has this command.
      this.#hasLogs = false;
    }
  }

  /** Everything as one text. */
  async text() {
    await this.collect();
    return JSON.stringify([this.console, this.errors, this.urls]);
  }
}
