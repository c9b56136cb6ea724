// One page for each variant, in target/bench/pages/: bundled, minified, and compressed beforehand.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { bundle } from "../../scripts/build/bundle.mjs";
import { root } from "../../scripts/paths.mjs";
import { variants } from "../variants.mjs";
import { benchesDir, pagesDir } from "./paths.mjs";

export function compress(content) {
  const quality = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return {
    gz: gzipSync(content, { level: 9 }),
    br: brotliCompressSync(content, { params: quality }),
  };
}

function html(hints, script = "entry.js") {
  return `<!doctype html>
<html lang="en" data-api="API_URL">
  <meta charset="utf-8" />
  <title>Bench</title>
  <link rel="icon" href="data:," />
${hints.map((hint) => `  ${hint}\n`).join("")}  <script type="module" src="${script}"></script>
</html>
`;
}

/** What we document for pages that want to be quick: the browser learns of the wasm before it has read the JavaScript. */
function hintsFor(wasmUrl) {
  return [
    '<link rel="modulepreload" href="entry.js" />',
    `<link rel="preload" as="fetch" crossorigin type="application/wasm" href="${wasmUrl}" />`,
  ];
}

/** The hint for the wasm as a header, which a browser heeds before it reads the page. */
const linkHeaderFor = (wasmUrl) =>
  `<${wasmUrl}>; rel=preload; as=fetch; crossorigin; type="application/wasm"`;

/** Has Chromium compile all functions of a script while the script comes. */
const compileHint = "//# allFunctionsCalledOnLoad\n";

function put(directory, name, content) {
  writeFileSync(join(directory, name), content);
  for (const [extension, compressed] of Object.entries(compress(content)))
    writeFileSync(join(directory, `${name}.${extension}`), compressed);
}

/** Names the page's JavaScript that is loaded at once. */
export const atOnceFile = "at-once.json";

async function bundlePage({ name, entry, wasm }) {
  const directory = join(pagesDir, name);
  mkdirSync(directory, { recursive: true });
  const bundled = await bundle({ file: join(benchesDir, "pages", entry) });
  for (const [file, content] of [...bundled.atOnce, ...bundled.later]) put(directory, file, content);
  writeFileSync(join(directory, atOnceFile), JSON.stringify([...bundled.atOnce.keys()]));
  writeFileSync(join(directory, "index.html"), html([]));
  if (wasm === undefined) return;
  mkdirSync(join(directory, wasm.served), { recursive: true });
  const file = join(wasm.served, basename(wasm.file));
  for (const one of [wasm, ...(wasm.later ?? [])]) {
    put(directory, join(one.served, basename(one.file)), readFileSync(join(root, one.file)));
  }
  writeFileSync(join(directory, "hints.html"), html(hintsFor(file)));
  put(directory, "hinted.js", Buffer.from(compileHint + bundled.atOnce.get("entry.js").toString()));
  writeFileSync(join(directory, "all-hints.html"), html([], "hinted.js"));
  writeFileSync(join(directory, "all-hints.html.link"), linkHeaderFor(file));
}

/** Makes all pages anew. */
export async function bundlePages() {
  rmSync(pagesDir, { recursive: true, force: true });
  for (const variant of variants) await bundlePage(variant);
}
