// One WebDriver session per browser kind. TEST_BROWSER=chrome (default), firefox or webkit; nothing is ever downloaded:
// the driver's path is always given.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Builder, Capabilities, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";
import firefox from "selenium-webdriver/firefox.js";
import { findFreePort } from "selenium-webdriver/net/portprober.js";
import { DriverService } from "selenium-webdriver/remote/index.js";
import { findProgram } from "../../scripts/processes.mjs";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import webdriverJson from "../../webdriver.json" with { type: "json" };

export const browserName = process.env.TEST_BROWSER ?? "chrome";

/** Where a program is: named by an environment variable, or on PATH, or in a place distributions use. */
function locate(variable, names, furtherPaths = []) {
  const named = process.env[variable];
  const path = named ?? names.map(findProgram).find((found) => found) ?? furtherPaths.find(existsSync);
  if (path !== undefined && existsSync(path)) return path;
  throw new Error(
    `TEST_BROWSER=${browserName} needs ${names.join(" or ")}: not on PATH, and ${variable} names no file.`,
  );
}

async function startChrome({ profileDir, width, height }) {
  const { chromium, chromedriver } = findBrowser();
  if (chromium === undefined || chromedriver === undefined) {
    throw new Error("Chromium or chromedriver is missing: npm run setup installs or names them.");
  }
  const options = new chrome.Options();
  options.setChromeBinaryPath(chromium);
  options.addArguments(
    ...webdriverJson["goog:chromeOptions"].args,
    `--user-data-dir=${profileDir}`,
    `--window-size=${width},${height}`,
  );
  const preferences = new logging.Preferences();
  preferences.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  options.setLoggingPrefs(preferences);
  options.enableBidi();
  return new Builder()
    .disableEnvironmentOverrides()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder(chromedriver))
    .build();
}

async function startFirefox({ profileDir, width, height, colorScheme }) {
  const options = new firefox.Options();
  options.setBinary(locate("FIREFOX", ["firefox", "firefox-esr"]));
  options.addArguments("-headless", `--width=${width}`, `--height=${height}`, "-profile", profileDir);
  if (colorScheme !== undefined)
    options.setPreference("ui.systemUsesDarkTheme", colorScheme === "dark" ? 1 : 0);
  options.enableBidi();
  return new Builder()
    .disableEnvironmentOverrides()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder(locate("GECKODRIVER", ["geckodriver"])))
    .build();
}

/** WebKitGTK's MiniBrowser. selenium-webdriver does not know it, so its driver is run as a plain server. */
async function startWebKit({ width, height }) {
  const libraries = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/libexec"];
  const builds = libraries.flatMap((library) =>
    ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"].map((version) =>
      join(library, version, "MiniBrowser"),
    ),
  );
  const miniBrowser = locate("MINIBROWSER", ["MiniBrowser"], builds);
  const port = await findFreePort("127.0.0.1");
  const service = new DriverService(locate("WEBKITWEBDRIVER", ["WebKitWebDriver"]), {
    loopback: true,
    port,
    args: ["--host=127.0.0.1", `--port=${port}`],
  });
  const capabilities = new Capabilities({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] },
  });
  const driver = new Builder()
    .disableEnvironmentOverrides()
    .usingServer(await service.start(30_000))
    .withCapabilities(capabilities)
    .build();
  const quit = driver.quit.bind(driver);
  driver.quit = () => quit().finally(() => service.kill());
  await driver.manage().window().setRect({ width, height });
  return driver;
}

const starters = { chrome: startChrome, firefox: startFirefox, webkit: startWebKit };

/** A new session with a profile of its own (WebKit's automation sessions are ephemeral by themselves). */
export async function startDriver(options) {
  const starter = starters[browserName];
  if (starter === undefined) {
    throw new Error(`TEST_BROWSER=${browserName} is not one of ${Object.keys(starters).join(", ")}.`);
  }
  const driver = await starter(options);
  if (browserName === "chrome" && options.colorScheme !== undefined) {
    await driver.sendDevToolsCommand("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: options.colorScheme }],
    });
  }
  return driver;
}
