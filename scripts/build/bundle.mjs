// Bundles as an application's build does, with the bundler of Vite 8: what is imported when it is used is a file of its own.

import { join } from "node:path";
import { root } from "../paths.mjs";

const virtual = join(root, "entry.js");

/** An entry that is no file. */
const entryOf = (contents) => ({
  name: "entry",
  resolveId: (id) => (id === virtual ? id : undefined),
  load: (id) => (id === virtual ? contents : undefined),
});

/**
 * Of a file, or of `contents` as a file in the project's root. `{ atOnce, later }`: by name the files that a page
 * loads at once, `entry.js` first, and those that it loads when it uses them. Code that two of these share may be a file of its own.
 */
export async function bundle({ file, contents }) {
  // Loaded late: it is a package, and this module is imported before packages are set up.
  const { rolldown } = await import("rolldown");
  const bundled = await rolldown({
    cwd: root,
    input: file ?? virtual,
    plugins: file === undefined ? [entryOf(contents)] : [],
    platform: "browser",
    external: [/^node:/],
    transform: { target: "es2022" },
    // As of an application, whose entry nobody imports: what is loaded later may take from it.
    preserveEntrySignatures: "allow-extension",
    logLevel: "silent",
  });
  const { output } = await bundled.generate({
    format: "esm",
    minify: true,
    comments: false,
    entryFileNames: "entry.js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundled.close();
  const [entry, ...others] = output;
  const chunks = others.filter(({ type }) => type === "chunk");
  const needed = new Set([entry]);
  for (const { imports } of needed) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) needed.add(chunk);
  }
  const files = (some) => new Map(some.map(({ fileName, code }) => [fileName, Buffer.from(code)]));
  return { atOnce: files([...needed]), later: files(chunks.filter((chunk) => !needed.has(chunk))) };
}
