// Browsers without a driver: they open one address, and the page there reports by itself.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../scripts/processes.mjs";
import { findBrowser, findFirefox } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };

// No network of its own, no first steps, nothing that changes while the tests run.
const firefoxPreferences = {
  "app.update.enabled": false,
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "http://127.0.0.1:1",
  "toolkit.telemetry.enabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

function command(browser, profile, url, flags) {
  if (browser === "firefox") {
    const lines = Object.entries(firefoxPreferences).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
    return [findFirefox(), ["--headless", "--no-remote", "--profile", profile, ...flags, url]];
  }
  const { args } = webdriverJson["goog:chromeOptions"];
  const own = ["--headless", "--no-first-run", `--user-data-dir=${profile}`];
  return [findBrowser().chromium ?? findProgram("chromium"), [...args, ...own, ...flags, url]];
}

/** Opens `url` in a browser of its own ("chromium" or "firefox"), until `close`. */
export function openPage(browser, url, { flags = [] } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "sipbreakout-browser-"));
  const [program, args] = command(browser, profile, url, flags);
  if (program === undefined) throw new Error(`${browser} is missing: npm run setup installs it.`);
  // A group of its own, because browsers are many processes.
  const child = spawn(program, args, { detached: true, stdio: "ignore" });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  return {
    async close() {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What the page at `url` reports: `nextReport` is a promise for it. */
export async function reportOf(browser, url, nextReport, { limitMs, flags }) {
  const page = openPage(browser, url, { flags });
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${browser} did not report within ${limitMs} ms: ${url}`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([nextReport, late]);
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}
