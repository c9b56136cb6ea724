// A browser with a fresh profile, for tests: waits instead of sleeps, and says what it saw when a wait fails.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { By, error, Key } from "selenium-webdriver";
import { targetDir } from "../../scripts/paths.mjs";
import { startDriver } from "./drivers.mjs";
import { Recording } from "./recording.mjs";

const defaultTimeoutMs = 15_000;
const screenshotsDir = join(targetDir, "screenshots");

// A page that is being replaced or redrawn: ask again.
const passing = [
  error.NoSuchElementError,
  error.StaleElementReferenceError,
  error.ElementNotInteractableError,
  error.ElementClickInterceptedError,
  error.JavascriptError,
];

/** Chromium has no name of its own for an element that vanished between two of a command's steps. */
function isPassing(failure) {
  if (passing.some((kind) => failure instanceof kind)) return true;
  return failure instanceof error.WebDriverError && /does not belong to the document/.test(failure.message);
}

export class Browser {
  /** The selenium-webdriver session, for what this class does not wrap. */
  driver;
  recording;
  #profileDir;

  constructor(driver, recording, profileDir) {
    this.driver = driver;
    this.recording = recording;
    this.#profileDir = profileDir;
  }

  goto(url) {
    return this.driver.get(String(url));
  }

  reload() {
    return this.driver.navigate().refresh();
  }

  /** The current address. */
  async url() {
    return new URL(await this.driver.getCurrentUrl());
  }

  /** Runs a function in the page. */
  evaluate(script, ...args) {
    return this.driver.executeScript(script, ...args);
  }

  /** Asks until the answer is neither false nor undefined, and returns it. */
  async waitFor(what, ask, timeoutMs = defaultTimeoutMs) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        const answer = await ask();
        if (answer !== false && answer !== undefined) return answer;
      } catch (failure) {
        if (!isPassing(failure)) throw failure;
      }
      if (Date.now() > deadline) throw new Error(await this.#describe(`${what}: not within ${timeoutMs} ms`));
      await sleep(50);
    }
  }

  /** The first element that matches and is displayed. */
  css(selector, timeoutMs) {
    return this.waitFor(
      `an element ${selector}`,
      async () => {
        for (const element of await this.driver.findElements(By.css(selector))) {
          if (await element.isDisplayed()) return element;
        }
        return false;
      },
      timeoutMs,
    );
  }

  /** Waits until no matching element is displayed. */
  gone(selector, timeoutMs) {
    return this.waitFor(
      `no element ${selector}`,
      async () => {
        for (const element of await this.driver.findElements(By.css(selector))) {
          if (await element.isDisplayed()) return false;
        }
        return true;
      },
      timeoutMs,
    );
  }

  /** Waits until the (first displayed) element's text contains `wanted`, a string or a regular expression. */
  text(wanted, { within = "body", timeoutMs } = {}) {
    return this.waitFor(
      `the text ${wanted} in ${within}`,
      async () => {
        const text = await this.#displayedText(within);
        const found = wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted);
        return found ? text : false;
      },
      timeoutMs,
    );
  }

  click(selector, timeoutMs) {
    return this.waitFor(
      `a click on ${selector}`,
      async () => {
        for (const element of await this.driver.findElements(By.css(selector))) {
          if (!(await element.isDisplayed()) || !(await element.isEnabled())) continue;
          await element.click();
          return true;
        }
        return false;
      },
      timeoutMs,
    );
  }

  /** Replaces what is in a field, by keys as a person would: pages that keep the value themselves notice. */
  async fill(selector, value) {
    const field = await this.css(selector);
    await field.sendKeys(Key.chord(Key.CONTROL, "a"), Key.BACK_SPACE, value);
  }

  /** Writes target/screenshots/<name>.png. */
  async screenshot(name) {
    mkdirSync(screenshotsDir, { recursive: true });
    const file = join(screenshotsDir, `${name}.png`);
    writeFileSync(file, await this.driver.takeScreenshot(), "base64");
    return file;
  }

  /** Ends the session and deletes its profile. */
  async close() {
    await this.driver.quit();
    rmSync(this.#profileDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #displayedText(selector) {
    for (const element of await this.driver.findElements(By.css(selector))) {
      if (await element.isDisplayed()) return element.getText();
    }
    throw new error.NoSuchElementError(selector);
  }

  /** A failure with what a person would look at first. No query: codes travel there. */
  async #describe(what) {
    await this.recording.collect();
    const { origin, pathname } = await this.url();
    const body = await this.#displayedText("body").catch(() => "(no body)");
    const messages = [...this.recording.errors, ...this.recording.console].map(({ text }) => text).slice(-10);
    const file = await this.screenshot(`failed-${Date.now()}`).catch(() => "(none)");
    return `${what}\nat ${origin}${pathname}\nscreenshot ${file}\nconsole ${messages.join("\n  ")}\n--- page ---\n${body}`;
  }
}

/** Opens a browser. `colorScheme` is "light" or "dark". Close it in a `finally` or `after`. */
export async function openBrowser({ width = 1280, height = 900, colorScheme } = {}) {
  const profileDir = mkdtempSync(join(tmpdir(), "sipbreakout-browser-"));
  try {
    const driver = await startDriver({ profileDir, width, height, colorScheme });
    try {
      return new Browser(driver, await Recording.start(driver), profileDir);
    } catch (failure) {
      await driver.quit();
      throw failure;
    }
  } catch (failure) {
    rmSync(profileDir, { recursive: true, force: true });
    throw failure;
  }
}
