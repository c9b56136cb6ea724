// By room and crate: optimizes the wasm of the build once more, this time with names, and adds up its functions.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { optimizerFlags } from "../../scripts/build/wasm.mjs";
import { root } from "../../scripts/paths.mjs";
import { run } from "../../scripts/processes.mjs";
import { outDir } from "./paths.mjs";
import { placeOf } from "./rooms.mjs";
import { readWasm } from "./wasm.mjs";

async function optimizeWithNames(named) {
  mkdirSync(outDir, { recursive: true });
  const file = join(outDir, "named.wasm");
  const flags = optimizerFlags.filter((flag) => flag !== "--strip-debug");
  await run("wasm-opt", [join(root, named), ...flags, "-g", "-o", file]);
  return readWasm(readFileSync(file));
}

/**
 * `{ groups, codeBytes, dataBytes }` of one variant's wasm, groups by size; undefined when the file with names is of another
 * build than the one that is shipped.
 */
export async function weighRooms({ file, named }) {
  const { functions, code, exports, dataBytes } = await optimizeWithNames(named);
  if (!Buffer.from(code).equals(Buffer.from(readWasm(readFileSync(join(root, file))).code))) return undefined;
  const groups = new Map();
  for (const { name, body } of functions) {
    const place = placeOf(name, exports);
    const key = place.own === undefined ? place.crate : `src/${place.own}`;
    groups.set(key, [...(groups.get(key) ?? []), body]);
  }
  const rows = [...groups].map(([name, bodies]) => ({
    name,
    functions: bodies.length,
    bytes: bodies.reduce((total, body) => total + body.length, 0),
    gzipAlone: gzipSync(Buffer.concat(bodies), { level: 9 }).length,
  }));
  return { groups: rows.sort((a, b) => b.bytes - a.bytes), codeBytes: code.length, dataBytes };
}
