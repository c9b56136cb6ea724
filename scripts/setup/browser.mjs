// Chromium and its driver, and Firefox, for the tests. CHROMIUM, CHROMEDRIVER and FIREFOX name others.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { installedToolsDir, toolsDir } from "../paths.mjs";
import { CommandError, capture, findProgram, run } from "../processes.mjs";

const chromiumNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Both full paths, each undefined when it was not found. */
export function findBrowser() {
  const chromium = process.env.CHROMIUM ?? chromiumNames.map(findProgram).find((path) => path !== undefined);
  const chromedriver = process.env.CHROMEDRIVER ?? findProgram("chromedriver");
  return { chromium, chromedriver };
}

/** Its full path; undefined when it was not found. */
export function findFirefox() {
  return (
    process.env.FIREFOX ?? ["firefox-esr", "firefox"].map(findProgram).find((path) => path !== undefined)
  );
}

/** Finds or installs Firefox. No driver: the pages of most suites report by themselves. */
export async function setUpFirefox() {
  if (findFirefox() !== undefined) return;
  if (findProgram("apt-get") === undefined || process.getuid?.() !== 0 || !aptHas("firefox-esr")) {
    throw new CommandError("The conformance tests need Firefox: install it, or name it in FIREFOX.");
  }
  console.log("Set-up: Firefox (apt-get, about a minute) …");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env, quiet: true });
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "firefox-esr"], {
    env,
    quiet: true,
  });
}

/** Its full path; undefined when it was not found. GECKODRIVER names another. */
export function findGeckodriver() {
  const installed = join(installedToolsDir, "geckodriver");
  const found = process.env.GECKODRIVER ?? findProgram("geckodriver");
  return found ?? (existsSync(installed) ? installed : undefined);
}

const geckodriverVersion = "0.37.1";

/** Finds or installs the driver that the tests of the wasm need for Firefox. Debian has no package of it. */
export async function setUpGeckodriver() {
  if (findGeckodriver() !== undefined) return;
  console.log("Set-up: geckodriver (cargo, once; about 3 minutes on two cores) …");
  const root = join(installedToolsDir, "..");
  const install = ["install", "geckodriver", "--version", geckodriverVersion, "--locked", "--quiet"];
  await run("cargo", [...install, "--root", root], { env: { CARGO_TARGET_DIR: join(toolsDir, "..") } });
}

function isComplete({ chromium, chromedriver }) {
  return [chromium, chromedriver].every((path) => path !== undefined && existsSync(path));
}

const packages = ["chromium", "chromium-driver"];
const nameThem = "install both, of the same version, and name them in CHROMIUM and CHROMEDRIVER.";

/** Debian has both. Ubuntu's packages of these names are missing, or only point to a snap. */
function aptHas(name) {
  const candidate = /^\s*Candidate: (\S+)$/m.exec(
    capture("apt-cache", ["policy", name], { env: { LC_ALL: "C" } }) ?? "",
  );
  return candidate !== null && candidate[1] !== "(none)";
}

/** Finds or installs the browser and returns where it is. */
export async function setUpBrowser() {
  let found = findBrowser();
  if (isComplete(found)) return found;
  if (process.env.CHROMIUM !== undefined || process.env.CHROMEDRIVER !== undefined) {
    throw new CommandError(
      `CHROMIUM (${found.chromium}) and CHROMEDRIVER (${found.chromedriver}) must both be files that exist.`,
    );
  }
  if (findProgram("apt-get") === undefined || process.getuid?.() !== 0) {
    throw new CommandError(
      `The tests need Chromium and chromedriver. On Debian: "sudo apt-get install ${packages.join(" ")}"; elsewhere ` +
        nameThem,
    );
  }
  console.log("Set-up: Chromium and chromedriver (apt-get, about a minute) …");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env, quiet: true });
  const missing = packages.filter((name) => !aptHas(name));
  if (missing.length > 0) {
    throw new CommandError(
      `apt has no ${missing.join(" and no ")}. The tests need Chromium and chromedriver: ${nameThem}`,
    );
  }
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env, quiet: true });
  found = findBrowser();
  if (isComplete(found)) return found;
  throw new CommandError(
    `apt-get installed ${packages.join(" and ")}, but they are not on PATH: ${nameThem}`,
  );
}
