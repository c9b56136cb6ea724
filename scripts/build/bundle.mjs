// Bundles as an application's build does: what is imported when it is used is a file of its own.

import { basename } from "node:path";
import { root } from "../paths.mjs";

const options = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  external: ["node:*"],
  legalComments: "none",
  logLevel: "error",
  outdir: "out",
  entryNames: "entry",
  metafile: true,
  write: false,
};

/**
 * `{ entry, later, exports }`: the one file that a page loads at once, and by name those that it loads when it uses them. The
 * package divides its code so that there is no third kind, of files that are loaded at once and shared.
 */
export async function bundle(esbuild, input) {
  const { outputFiles, metafile } = await esbuild.build({ ...options, ...input });
  const outputs = Object.entries(metafile.outputs);
  const [, entry] = outputs.find(([path]) => basename(path) === "entry.js");
  const shared = entry.imports.filter(({ kind, external }) => kind === "import-statement" && !external);
  if (shared.length > 0)
    throw new Error(`the entry is divided: ${shared.map(({ path }) => path).join(", ")}.`);
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  const content = files.get("entry.js");
  files.delete("entry.js");
  return { entry: content, later: files, exports: entry.exports };
}
