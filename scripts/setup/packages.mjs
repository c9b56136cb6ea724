// npm packages: installed when they are missing or are not those of package-lock.json.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinDir, root } from "../paths.mjs";
import { CommandError, capture, outerPath, run } from "../processes.mjs";

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

const oldestNode = 22;

/** The Node that is a package: its install script fetches the binary, so the package alone proves nothing. */
function nodeVersion() {
  return capture(join(nodeBinDir, "node"), ["--version"]);
}

function nodeIsThere() {
  return Number(/^v(\d+)\./.exec(nodeVersion() ?? "")?.[1] ?? 0) >= oldestNode;
}

function packagesAgree() {
  const wanted = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  return wanted !== undefined && installed !== undefined && agree(wanted, installed);
}

// What an `npm start -w sandbox` or an `npm pack --dry-run` around us, or the user's .npmrc, would change about the
// install. The Node and esbuild binaries come by install scripts; package.json names which may run.
const plainInstall = ["--include=dev", "--ignore-scripts=false", "--dry-run=false"];
const notPassedOn = {
  NODE_ENV: undefined,
  npm_config_workspace: undefined,
  npm_config_workspaces: undefined,
  npm_config_include_workspace_root: undefined,
};

export async function setUpPackages() {
  if (packagesAgree() && nodeIsThere()) return;
  console.log("Set-up: npm packages (npm ci, about 15 s) …");
  await run("npm", ["ci", ...plainInstall, "--no-audit", "--no-fund", "--loglevel=error"], {
    env: { ...notPassedOn, PATH: outerPath() },
  });
  if (!packagesAgree()) {
    throw new CommandError(
      'after "npm ci", node_modules is not what package-lock.json says. Delete node_modules and run this again.',
    );
  }
  if (!nodeIsThere()) {
    throw new CommandError(
      `after "npm ci", node_modules/.bin/node answers ${nodeVersion() ?? "nothing"} instead of ${oldestNode} or later. ` +
        "Its install script fetches it: does npm allow scripts (npm config get ignore-scripts), and does the package " +
        "have a build for this system?",
    );
  }
}
