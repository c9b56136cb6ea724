// npm packages: installed when they are missing or are not those of package-lock.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";
import { outerPath, run } from "../processes.mjs";

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages ?? {};
  } catch {
    return undefined;
  }
}

/** npm notes what it installed in node_modules/.package-lock.json; it must say what the lock file says. */
function agree(wanted, installed) {
  for (const [path, { version, link, optional }] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) continue;
    const found = installed[path];
    // Builds for other platforms are in the lock, but are not installed.
    if (found === undefined && optional === true) continue;
    if (found?.version !== version || found?.link !== link) return false;
  }
  return true;
}

export async function setUpPackages() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  if (wanted !== undefined && installed !== undefined && agree(wanted, installed)) return;
  console.log("Set-up: npm packages (npm ci, about 15 s) …");
  // --ignore-scripts would leave out the Node and esbuild binaries; package.json names which scripts may run.
  await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { env: { PATH: outerPath() } });
}
