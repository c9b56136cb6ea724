// Chromium and its driver, for the tests. CHROMIUM and CHROMEDRIVER name others.

import { existsSync } from "node:fs";
import { CommandError, findProgram, run } from "../processes.mjs";

const chromiumNames = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Both full paths, each undefined when it was not found. */
export function findBrowser() {
  const chromium = process.env.CHROMIUM ?? chromiumNames.map(findProgram).find((path) => path !== undefined);
  const chromedriver = process.env.CHROMEDRIVER ?? findProgram("chromedriver");
  return { chromium, chromedriver };
}

function isComplete({ chromium, chromedriver }) {
  return [chromium, chromedriver].every((path) => path !== undefined && existsSync(path));
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
      "The tests need Chromium and chromedriver of the same version. On Debian and Ubuntu: " +
        '"sudo apt-get install chromium chromium-driver"; elsewhere install both and name them in CHROMIUM and ' +
        "CHROMEDRIVER.",
    );
  }
  console.log("Set-up: Chromium and chromedriver (apt-get, about a minute) …");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env, quiet: true });
  const packages = ["chromium", "chromium-driver"];
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env, quiet: true });
  found = findBrowser();
  if (isComplete(found)) return found;
  throw new CommandError("apt-get installed chromium and chromium-driver, but they are not on PATH.");
}
