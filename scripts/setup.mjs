// Makes a checkout ready: `node scripts/setup.mjs`. Every command calls it; a step that has nothing to do says
// nothing. Runs on the system's Node 20 or newer, without any package.

import { pathToFileURL } from "node:url";
import { withLock } from "./lock.mjs";
import { fail } from "./processes.mjs";
import { setUpBrowser } from "./setup/browser.mjs";
import { setUpPackages } from "./setup/packages.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpSandboxCode } from "./setup/sandbox-code.mjs";
import { setUpBuildTools, setUpTestTools } from "./setup/tools.mjs";

const steps = {
  packages: setUpPackages,
  rust: setUpRust,
  buildTools: setUpBuildTools,
  testTools: setUpTestTools,
  sandboxCode: setUpSandboxCode,
  browser: setUpBrowser,
};

/** Runs the named steps in their order; without names, all of them. */
export function setUp(...names) {
  const wanted = names.length === 0 ? Object.keys(steps) : names;
  return withLock(async () => {
    for (const [name, step] of Object.entries(steps)) if (wanted.includes(name)) await step();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const started = Date.now();
  await setUp().catch(fail);
  console.log(`Set-up complete after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
