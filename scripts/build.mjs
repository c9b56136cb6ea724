// Builds the package into dist/: `node scripts/build.mjs`. Does nothing when dist/ is what these inputs made.

import { pathToFileURL } from "node:url";
import { checkBudget, reportSize } from "./build/size.mjs";
import { buildTypeScript } from "./build/typescript.mjs";
import { buildWasm } from "./build/wasm.mjs";
import { withLock } from "./lock.mjs";
import { fail } from "./processes.mjs";
import { setUp } from "./setup.mjs";
import { fingerprint, readStamp, writeStamp } from "./stamps.mjs";

const wasmInputs = [
  ...["Cargo.toml", "Cargo.lock", "build.rs", "rust-toolchain.toml", ".cargo", "tools/Cargo.lock"],
  ...["proto", "src", "scripts/build", "scripts/build.mjs", "package-lock.json"],
];
const allInputs = [...wasmInputs, "js", "package.json", "tsconfig.json"];
const wasmOutputs = ["dist/wasm"];
const allOutputs = ["dist", "target/size.json"];

/** Whether a stamp's inputs and outputs are those that are here. Touched outputs are made again. */
function isCurrent(name, inputs, outputs) {
  const stamp = readStamp(name);
  return stamp?.inputs === fingerprint(inputs) && stamp.outputs === fingerprint(outputs);
}

async function makeOnce(name, inputs, outputs, make) {
  if (isCurrent(name, inputs, outputs)) return;
  // Taken before: what is edited during the build must be built again.
  const before = fingerprint(inputs);
  await make();
  writeStamp(name, { inputs: before, outputs: fingerprint(outputs) });
}

/** Builds what is not current. Over the size budget it still builds, and then fails unless `enforceBudget` is false. */
export function build({ enforceBudget = true } = {}) {
  return withLock(async () => {
    if (isCurrent("build", allInputs, allOutputs)) {
      console.log("Build: dist/ is up to date.");
      if (enforceBudget) checkBudget();
      return;
    }
    await setUp("packages", "rust", "buildTools");
    const started = Date.now();
    console.log("Build: Rust to wasm, TypeScript to JavaScript (about 2 minutes the first time) …");
    await makeOnce("wasm", wasmInputs, wasmOutputs, buildWasm);
    await makeOnce("build", allInputs, allOutputs, async () => {
      await buildTypeScript();
      await reportSize();
    });
    console.log(`Build: dist/ is ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
    if (enforceBudget) checkBudget();
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await build().catch(fail);
