// The programs of tools/ at the versions of tools/Cargo.lock: wasm-glue to build, wasm-pack and wasm-bindgen's test
// runner to test.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, toolsDir } from "../paths.mjs";
import { CommandError, run } from "../processes.mjs";
import { fingerprint, readStamp, writeStamp } from "../stamps.mjs";

function lockedVersion(lockFile, crate) {
  const path = join(root, lockFile);
  if (!existsSync(path)) return undefined;
  const entry = new RegExp(`^name = "${crate}"\\nversion = "(.+)"$`, "m").exec(readFileSync(path, "utf8"));
  return entry?.[1];
}

/** The tool reads a section that the crate wrote: only the very same version understands it. */
function checkVersions() {
  const crate = lockedVersion("Cargo.lock", "wasm-bindgen");
  const tool = lockedVersion("tools/Cargo.lock", "wasm-bindgen-cli-support");
  if (crate !== undefined && crate !== tool) {
    throw new CommandError(
      `Cargo.lock has wasm-bindgen ${crate}, tools/Cargo.lock has wasm-bindgen-cli-support ${tool}: they must be ` +
        `the same. Run "cargo update -p wasm-bindgen --precise ${tool}", or move tools/Cargo.toml to ${crate}.`,
    );
  }
}

async function buildOnce({ stamp, programs, flags, time }) {
  checkVersions();
  const inputs = fingerprint(["tools"]);
  const present = programs.every((name) => existsSync(join(toolsDir, name)));
  if (present && readStamp(stamp) === inputs) return;
  console.log(`Set-up: ${programs.join(", ")} from tools/ (cargo, once; about ${time} on two cores) …`);
  const manifest = ["--manifest-path", join(root, "tools", "Cargo.toml")];
  await run("cargo", ["build", "--release", "--locked", "--quiet", ...manifest, ...flags], {
    env: { CARGO_TARGET_DIR: join(toolsDir, "..") },
  });
  writeStamp(stamp, inputs);
}

export function setUpBuildTools() {
  return buildOnce({
    stamp: "build-tools",
    programs: ["wasm-glue"],
    flags: ["--bin", "wasm-glue"],
    time: "a minute",
  });
}

export function setUpTestTools() {
  return buildOnce({
    stamp: "test-tools",
    programs: ["wasm-bindgen", "wasm-bindgen-test-runner", "wasm-pack"],
    flags: ["--features", "test"],
    time: "4 minutes",
  });
}
