// Everything that looks at the sources without running them: `node scripts/check.mjs`. All checks run; the last
// lines name those that failed.

import { build } from "./build.mjs";
import { crateTarget } from "./paths.mjs";
import { CommandError, fail, run } from "./processes.mjs";
import { setUp } from "./setup.mjs";

const locked = process.env.CI === undefined ? [] : ["--locked"];
const denyWarnings = ["--", "-D", "warnings"];

const rustFrontEnd = ["--no-default-features", "--features", "web", "--target", crateTarget];
const forServers = ["--lib", "--no-default-features", "--features", "schedule-wasm", "--target", crateTarget];

const checks = {
  "Rust format": ["cargo", "fmt", "--check"],
  "Rust format of tools/": ["cargo", "fmt", "--check", "--manifest-path", "tools/Cargo.toml"],
  "Clippy, native": [
    "cargo",
    "clippy",
    "--quiet",
    ...locked,
    "--all-targets",
    "--all-features",
    ...denyWarnings,
  ],
  "Clippy, wasm": [
    "cargo",
    "clippy",
    "--quiet",
    ...locked,
    "--lib",
    "--tests",
    "--features",
    "test-doors,web",
    "--target",
    crateTarget,
    ...denyWarnings,
  ],
  "Clippy, for Rust front ends": ["cargo", "clippy", "--quiet", ...locked, ...rustFrontEnd, ...denyWarnings],
  "Clippy, for servers": ["cargo", "clippy", "--quiet", ...locked, ...forServers, ...denyWarnings],
  "Example for Rust front ends": ["cargo", "test", "--quiet", "--doc", ...locked, ...rustFrontEnd],
  "TypeScript, package": ["tsc", "--noEmit", "--project", "."],
  "TypeScript, console": ["npm", "run", "--silent", "typecheck", "-w", "www"],
  "TypeScript, sandbox": ["npm", "run", "--silent", "typecheck", "-w", "sandbox"],
  Biome: ["biome", "check", "--error-on-warnings", ...(process.stdout.isTTY ? [] : ["--colors=off"])],
};

async function check() {
  await setUp(["packages", "rust", "buildTools", "sandboxCode"]);
  // The type checks read what the build writes.
  await build();
  const failed = [];
  for (const [name, [command, ...args]] of Object.entries(checks)) {
    console.log(`Check: ${name}`);
    await run(command, args).catch((error) => {
      console.error(`error: ${error.message}`);
      failed.push(name);
    });
  }
  if (failed.length > 0)
    throw new CommandError(`${failed.length} of the checks failed: ${failed.join("; ")}.`);
  console.log(`All ${Object.keys(checks).length} checks passed.`);
}

await check().catch(fail);
