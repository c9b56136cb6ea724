// Rust → wasm → glue → optimized wasm, into dist/wasm/.

import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { crateTarget, distDir, root, targetDir } from "../paths.mjs";
import { run } from "../processes.mjs";

const name = "sipbreakout";

// What rustc emits by default for this target; binaryen must be told. Profile settings that strip would also
// delete the section in which rustc notes these features, so names and notes are dropped here instead.
const optimizerFlags = [
  "-Oz",
  "-Oz",
  // Inlining functions that are called once saves 1 % raw, and costs 3 % gzip (the bodies no longer look alike).
  "--one-caller-inline-max-function-size=0",
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
  return remaps.map((remap) => `--remap-path-prefix=${remap}`).join("\x1f");
}

/** Replaced in one step: a development server may be reading the old one. */
function putFile(file, content) {
  mkdirSync(join(distDir, "wasm"), { recursive: true });
  const next = join(targetDir, `${name}.next`);
  writeFileSync(next, content);
  renameSync(next, join(distDir, "wasm", file));
}

export async function buildWasm() {
  const locked = process.env.CI === undefined ? [] : ["--locked"];
  await run("cargo", ["fetch", "--quiet", ...locked]);
  await run("cargo", ["build", "--release", "--target", crateTarget, "--lib", ...locked], {
    env: { CARGO_ENCODED_RUSTFLAGS: pathRemapping() },
  });

  const glueDir = join(targetDir, "glue");
  rmSync(glueDir, { recursive: true, force: true });
  mkdirSync(glueDir);
  await run("wasm-glue", [join(targetDir, crateTarget, "release", "sipbreakout_web.wasm"), glueDir, name]);
  const optimized = join(glueDir, "optimized.wasm");
  await run("wasm-opt", [join(glueDir, `${name}_bg.wasm`), ...optimizerFlags, "-o", optimized]);
  copyFileSync(optimized, join(glueDir, `${name}_bg.wasm`));

  for (const file of [`${name}_bg.wasm`, `${name}.js`]) putFile(file, readFileSync(join(glueDir, file)));
  putFile(`${name}.d.ts`, `${disposableLibrary}\n${readFileSync(join(glueDir, `${name}.d.ts`), "utf8")}`);
  const base64 = readFileSync(optimized).toString("base64");
  putFile(`${name}-inline.js`, `export const base64 = "${base64}";\n`);
  putFile(
    `${name}-inline.d.ts`,
    "/** The wasm, for where no second file can be served. */\nexport declare const base64: string;\n",
  );
}
