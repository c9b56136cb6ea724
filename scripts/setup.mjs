// Makes a checkout ready: `npm run setup`, or `npm run setup -- packages sandboxCode` for some steps. Every command
// calls it; a step that has nothing to do says nothing. Runs on the system's Node 20 or newer, without any package.

import { pathToFileURL } from "node:url";
import { withLock } from "./lock.mjs";
import { CommandError, fail } from "./processes.mjs";
import { setUpBrowser, setUpFirefox, setUpGeckodriver } from "./setup/browser.mjs";
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
  firefox: setUpFirefox,
  geckodriver: setUpGeckodriver,
};

/** Runs the named steps, in the order of `steps` above. */
export async function setUp(names) {
  const unknown = names.filter((name) => !Object.hasOwn(steps, name));
  if (unknown.length > 0) {
    const known = Object.keys(steps).join(", ");
    throw new CommandError(`no set-up step is named ${unknown.join(", ")}; there are ${known}.`);
  }
  await withLock(async () => {
    for (const [name, step] of Object.entries(steps)) if (names.includes(name)) await step();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const started = Date.now();
  const named = process.argv.slice(2);
  await setUp(named.length === 0 ? Object.keys(steps) : named).catch(fail);
  console.log(`Set-up complete after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
