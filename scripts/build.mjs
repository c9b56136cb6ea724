// Builds the package into dist/: `npm run build`. Does nothing when dist/ is what these inputs made.
//   --write-sizes       writes what was measured into README.md
//   --warn-over-budget  says that the download is too large, without failing (for `npm pack`)
//   --doors             also builds what only tests use: target/doors/ and the conformance adapter, tests/conformance/dist/

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { putAdapter, putJavaScript } from "./build/doors.mjs";
import { writeReadmeSizes } from "./build/readme-sizes.mjs";
import { overBudget, reportSize } from "./build/size.mjs";
import { buildTypeScript } from "./build/typescript.mjs";
import { buildDoorsWasm, buildWasm } from "./build/wasm.mjs";
import { withLock } from "./lock.mjs";
import { doorsDir } from "./paths.mjs";
import { CommandError, capture, fail } from "./processes.mjs";
import { setUp } from "./setup.mjs";
import { fingerprint, readStamp, writeStamp } from "./stamps.mjs";

const wasmInputs = [
  ...["Cargo.toml", "Cargo.lock", "build.rs", "rust-toolchain.toml", ".cargo", "tools"],
  ...["proto", "src", "scripts/build", "scripts/build.mjs", "package-lock.json"],
];
const allInputs = [...wasmInputs, "js", "package.json", "tsconfig.json"];
const wasmOutputs = ["dist/wasm"];
const allOutputs = ["dist", "target/size.json"];

/** One hash of sources and compiler: "stable" is another rustc after `rustup update`. */
function fingerprintInputs(inputs) {
  return fingerprint(inputs, capture("rustc", ["-vV"]) ?? "no rustc");
}

/** Whether a stamp's inputs and outputs are those that are here. Touched outputs are made again. */
function isCurrent(name, inputs, outputs) {
  const stamp = readStamp(name);
  return stamp?.inputs === fingerprintInputs(inputs) && stamp.outputs === fingerprint(outputs);
}

async function makeOnce(name, inputs, outputs, make) {
  if (isCurrent(name, inputs, outputs)) return;
  // Taken before: what is edited during the build must be built again.
  const before = fingerprintInputs(inputs);
  await make();
  writeStamp(name, { inputs: before, outputs: fingerprint(outputs) });
}

/** Builds what is not current. The size budget is for the command, and for a test of the packaging suite. */
export function build() {
  return withLock(async () => {
    if (isCurrent("build", allInputs, allOutputs)) {
      console.log("Build: dist/ is up to date.");
      return;
    }
    await setUp(["packages", "rust", "buildTools"]);
    const started = Date.now();
    console.log("Build: Rust to wasm, TypeScript to JavaScript (about 2 minutes the first time) …");
    await makeOnce("wasm", wasmInputs, wasmOutputs, buildWasm);
    await makeOnce("build", allInputs, allOutputs, async () => {
      await buildTypeScript();
      await reportSize();
    });
    console.log(`Build: dist/ is ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  });
}

const adapterSource = "tests/conformance/adapter.mjs";

/** What only tests use. */
export async function buildDoors() {
  await build();
  await withLock(async () => {
    await setUp(["packages", "rust", "buildTools"]);
    await makeOnce("doors-wasm", wasmInputs, ["target/doors/dist/wasm"], buildDoorsWasm);
    await makeOnce(
      "doors",
      [...allInputs, adapterSource],
      ["target/doors/dist", "tests/conformance/dist"],
      async () => {
        putJavaScript(doorsDir);
        await putAdapter(adapterSource);
      },
    );
  });
  console.log("Build: target/doors/dist/ and tests/conformance/dist/ are ready.");
}

async function buildFromCommand() {
  let options;
  try {
    options = parseArgs({
      options: {
        "write-sizes": { type: "boolean" },
        "warn-over-budget": { type: "boolean" },
        doors: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new CommandError(error.message);
  }
  if (options.doors === true) return buildDoors();
  await build();
  if (options["write-sizes"] === true) writeReadmeSizes();
  const excess = overBudget();
  if (excess === undefined) return;
  if (options["warn-over-budget"] !== true) throw new CommandError(excess);
  console.error(`warning: ${excess}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildFromCommand().catch(fail);
