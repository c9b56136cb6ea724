// (a) What a visitor downloads: plain, gzip -9, brotli 11.

import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "../../scripts/build/bundle.mjs";
import { wasmFiles } from "../../scripts/build/wasm.mjs";
import { distDir } from "../../scripts/paths.mjs";
import { variants } from "../variants.mjs";
import { atOnceFile, compress } from "./bundle.mjs";
import { pagesDir } from "./paths.mjs";

const kinds = { raw: "", gzip: ".gz", brotli: ".br" };

/** Of a file that bundlePages wrote. */
function sizesOf(file) {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, extension]) => [kind, readFileSync(file + extension).length]),
  );
}

function sizesOfContent(content) {
  const { gz, br } = compress(content);
  return { raw: content.length, gzip: gz.length, brotli: br.length };
}

const combine = (a, b, sign) =>
  Object.fromEntries(Object.keys(kinds).map((kind) => [kind, a[kind] + sign * b[kind]]));
const sum = (a, b) => combine(a, b, 1);
const difference = (a, b) => combine(a, b, -1);

const sizesOfFiles = (files) => [...files.values()].map(sizesOfContent).reduce(sum);

/** `{ javascript, wasm?, sum }` of each variant's page, without its HTML. */
export function measurePages() {
  return Object.fromEntries(
    variants.map(({ name, wasm }) => {
      const directory = join(pagesDir, name);
      const files = JSON.parse(readFileSync(join(directory, atOnceFile), "utf8"));
      const javascript = files.map((file) => sizesOf(join(directory, file))).reduce(sum);
      if (wasm === undefined) return [name, { javascript, sum: javascript }];
      const wasmSizes = sizesOf(join(directory, wasm.served, basename(wasm.file)));
      return [name, { javascript, wasm: wasmSizes, sum: sum(javascript, wasmSizes) }];
    }),
  );
}

/** Features that a page can leave out by not importing them. All other exports are always imported. */
const features = {
  "calls and keepers": ["createClient", "validateRegistration"],
  session: ["createAuth"],
  diagnose: ["diagnose"],
  "call flow": ["describeCallFlow"],
  "phone numbers": ["parsePhoneNumber"],
};

/** The whole entry, and for each feature what it adds to all others (`price`) and what a page with it alone has (`alone`). */
export async function measureFeatures() {
  const importing = async (names) => {
    const contents = `export { ${names.join(", ")} } from "./dist/index.js";`;
    const { atOnce } = await bundle({ contents });
    return sizesOfFiles(atOnce);
  };
  // A bundle may export more, to what is loaded later.
  const exported = Object.keys(await import(pathToFileURL(join(distDir, "index.js")).href));
  const whole = await bundle({ file: join(distDir, "index.js") });
  const all = sizesOfFiles(whole.atOnce);
  const [wasm, later] = Object.values(wasmFiles).map(({ name }) =>
    sizesOfContent(readFileSync(join(distDir, "wasm", `${name}_bg.wasm`))),
  );
  const measured = {};
  for (const [feature, names] of Object.entries(features)) {
    const others = exported.filter((name) => !names.includes(name));
    const price = difference(all, await importing(others));
    measured[feature] = { price, alone: await importing(names) };
  }
  const parts = { wasm: later, javascript: sizesOfFiles(whole.later) };
  const everything = [all, wasm, parts.wasm, parts.javascript].reduce(sum);
  return {
    whole: { javascript: all, wasm, sum: sum(all, wasm), later: parts, all: everything },
    features: measured,
  };
}
