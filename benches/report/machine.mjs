// On what it was measured: a figure without this can't be compared.

import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { capture } from "../../scripts/processes.mjs";
import { variants } from "../variants.mjs";

function versionOf(name) {
  return JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
}

export function describeMachine(browserVersion) {
  const packages = [...new Set(variants.flatMap(({ parts }) => parts))];
  return {
    date: new Date().toISOString(),
    commit: capture("git", ["describe", "--always", "--dirty"]),
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: loadavg()[0],
    browser: browserVersion,
    node: process.version,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}
