// The package with doors for tests (target/doors/dist/), and the conformance adapter (tests/conformance/dist/), which is
// self-contained: one module, and the wasm that it finds by a relative address.

import { copyFileSync, cpSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { distDir, doorsDir, root } from "../paths.mjs";

const adapterDir = join(root, "tests", "conformance", "dist");
const wasm = "sipbreakout_bg.wasm";

/** The JavaScript of dist/, beside another wasm. */
export function putJavaScript(directory) {
  const isWanted = (file) => statSync(file).isDirectory() || file.endsWith(".js");
  cpSync(distDir, directory, {
    recursive: true,
    filter: (file) => file !== join(distDir, "wasm") && isWanted(file),
  });
}

export async function putAdapter(source) {
  rmSync(adapterDir, { recursive: true, force: true });
  mkdirSync(adapterDir, { recursive: true });
  copyFileSync(join(doorsDir, "wasm", wasm), join(adapterDir, wasm));
  const { build, stop } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    format: "esm",
    platform: "browser",
    outfile: join(adapterDir, "adapter.mjs"),
    logLevel: "error",
  });
  await stop();
}
