// Rust → wasm → glue → optimized wasm, into dist/wasm/; with the doors that only tests use, into another folder.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { crateTarget, distDir, doorsDir, root, targetDir } from "../paths.mjs";
import { run } from "../processes.mjs";
import { wrapDeclarations, wrapGlue } from "./glue.mjs";

// What rustc emits by default for this target; binaryen must be told. Profile settings that strip would also
// delete the section in which rustc notes these features, so names and notes are dropped here instead.
export const optimizerFlags = [
  // Control flow made anew from blocks is smaller by half a percent.
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  // Inlining larger functions that are called once saves 1 % raw, and costs gzip (the bodies no longer look alike).
  "--one-caller-inline-max-function-size=20",
  // An address and a number are added by the loading instruction itself. It would be wrong only for addresses near 4 GiB,
  // which the memory never has.
  "--low-memory-unused",
  "--optimize-added-constants-propagate",
  "--converge",
  // Alignments are hints that no engine heeds.
  "--dealign",
  // Functions of one module look alike; side by side they compress better.
  "--reorder-functions-by-name",
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
];

// The declarations have `[Symbol.dispose]`, which consumers with `lib: ["ES2022", "DOM"]` do not know by themselves.
const disposableLibrary = '/// <reference lib="esnext.disposable" />';

/** Panic messages carry file names: without this, those of the machine that built it. */
function pathRemapping() {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry", "src");
  const remaps = [`${root}=.`];
  for (const registry of readdirSync(sources)) remaps.push(`${join(sources, registry)}=crates`);
  return remaps.map((remap) => `--remap-path-prefix=${remap}`);
}

/** Whatever goes wrong in the wasm, it does not take more than a gigabyte of the visitor's memory. */
const memoryLimit = "-Clink-arg=--max-memory=1073741824";

/** Replaced in one step: a development server may be reading the old one. */
function putFile(directory, file, content) {
  mkdirSync(directory, { recursive: true });
  const next = join(targetDir, `${file}.next`);
  writeFileSync(next, content);
  renameSync(next, join(directory, file));
}

/**
 * What is shipped: two files, so that a page which only calls does not wait for the rest. `feature` is the crate's, and `name` that
 * of the files in dist/wasm/ (and of the module from which the wasm imports: its glue).
 */
export const wasmFiles = {
  calls: { feature: "calls-wasm", name: "sipbreakout" },
  session: { feature: "session-wasm", name: "sipbreakout-session" },
};

/** For servers that keep registrations, in Node. Pages never load it. */
const scheduleFile = { feature: "schedule-wasm", name: "sipbreakout-schedule", isAtOnce: true };

/** Cargo would compile everything anew whenever the features change: each choice has a target directory of its own. */
async function compile(features) {
  const locked = process.env.CI === undefined ? [] : ["--locked"];
  await run("cargo", ["fetch", "--quiet", ...locked]);
  const chosen = ["--no-default-features", "--features", features.join(",")];
  const cargoDir = join(targetDir, features[0]);
  // Beside a Rust library every generic function stays visible from outside: each export would be a function that calls one that
  // is never inlined, which costs 8 % of the wasm.
  const alone = ["--lib", "--crate-type", "cdylib"];
  await run("cargo", ["rustc", "--release", "--target", crateTarget, ...alone, ...chosen, ...locked], {
    env: {
      CARGO_ENCODED_RUSTFLAGS: [...pathRemapping(), memoryLimit].join("\x1f"),
      CARGO_TARGET_DIR: cargoDir,
    },
  });
  return join(cargoDir, crateTarget, "release", "sipbreakout_web.wasm");
}

/** Wasm and glue into `directory`; what is between in `glueDir`. */
async function buildInto(directory, { feature, name, isAtOnce }, more = [], glueDir = glueDirOf(name)) {
  const compiled = await compile([feature, ...more]);
  rmSync(glueDir, { recursive: true, force: true });
  mkdirSync(glueDir, { recursive: true });
  await run("wasm-glue", [compiled, glueDir, name]);
  const optimized = join(glueDir, "optimized.wasm");
  await run("wasm-opt", [join(glueDir, `${name}_bg.wasm`), ...optimizerFlags, "-o", optimized]);

  const glue = (extension) => readFileSync(join(glueDir, `${name}.${extension}`), "utf8");
  putFile(directory, `${name}_bg.wasm`, readFileSync(optimized));
  putFile(directory, `${name}.js`, wrapGlue(glue("js"), isAtOnce));
  putFile(directory, `${name}.d.ts`, `${disposableLibrary}\n${wrapDeclarations(glue("d.ts"), isAtOnce)}`);
  return optimized;
}

const glueDirOf = (name) => join(targetDir, "glue", name);

export async function buildWasm() {
  const directory = join(distDir, "wasm");
  for (const file of Object.values(wasmFiles)) {
    const optimized = await buildInto(directory, file);
    const base64 = readFileSync(optimized).toString("base64");
    putFile(directory, `${file.name}-inline.js`, `export const base64 = "${base64}";\n`);
    putFile(
      directory,
      `${file.name}-inline.d.ts`,
      "/** The wasm, for where no second file can be served. */\nexport declare const base64: string;\n",
    );
  }
  await buildInto(directory, scheduleFile);
}

/** The same with the doors of src/bindings/doors.rs. Never published. */
export async function buildDoorsWasm() {
  for (const file of Object.values(wasmFiles)) {
    const glueDir = join(targetDir, "glue-doors", file.name);
    await buildInto(join(doorsDir, "wasm"), file, ["test-doors"], glueDir);
  }
}
