// The package with doors for tests (target/doors/dist/), and the conformance adapter (tests/conformance/dist/), which is
// self-contained: all its files are reached by relative addresses.

import { copyFileSync, cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { distDir, doorsDir, root } from "../paths.mjs";

const adapterDir = join(root, "tests", "conformance", "dist");
const glue = ["sipbreakout.js", "sipbreakout_bg.wasm"];

/** The JavaScript of dist/, beside the other wasm. */
export function putDoorsJavaScript() {
  const isWanted = (file) => statSync(file).isDirectory() || file.endsWith(".js");
  cpSync(distDir, doorsDir, {
    recursive: true,
    filter: (file) => file !== join(distDir, "wasm") && isWanted(file),
  });
}

export function putAdapter(source) {
  rmSync(adapterDir, { recursive: true, force: true });
  mkdirSync(adapterDir, { recursive: true });
  for (const file of glue) copyFileSync(join(doorsDir, "wasm", file), join(adapterDir, file));
  copyFileSync(join(root, source), join(adapterDir, "adapter.mjs"));
}
