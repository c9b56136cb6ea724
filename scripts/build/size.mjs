// What a visitor downloads: the wasm and the bundled, minified JavaScript, plain and compressed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import budgets from "../../benches/budgets.json" with { type: "json" };
import { distDir, targetDir } from "../paths.mjs";
import { bundle } from "./bundle.mjs";
import { wasmFiles } from "./wasm.mjs";

/** The promise of the README: what the default entry loads up to a first call, wasm and JavaScript together, gzip. */
export const budgetBytes = budgets.tested.wholeEntryGzip;

function measure(...files) {
  const sum = (sizeOf) => files.reduce((total, file) => total + sizeOf(file), 0);
  return {
    raw: sum((file) => file.length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotliCompressSync(file).length),
  };
}

const bundled = (entry) => bundle({ file: join(distDir, entry) });

function printTable(rows) {
  const cells = rows.map(([name, size]) => [
    name,
    ...[size.raw, size.gzip, size.brotli].map((n) => n.toLocaleString("en")),
  ]);
  const table = [["bytes", "raw", "gzip -9", "brotli"], ...cells];
  const width = (column) => Math.max(...table.map((row) => row[column].length));
  for (const row of table) {
    console.log(
      `  ${row[0].padEnd(width(0))}${row
        .slice(1)
        .map((cell, i) => `  ${cell.padStart(width(i + 1))}`)
        .join("")}`,
    );
  }
}

const sizeFile = join(targetDir, "size.json");

/** Measures dist/ into target/size.json and prints it. */
export async function reportSize() {
  const [wasm, sessionWasm] = Object.values(wasmFiles).map(({ name }) =>
    measure(readFileSync(join(distDir, "wasm", `${name}_bg.wasm`))),
  );
  const { atOnce, later: others } = await bundled("index.js");
  const javascript = measure(...atOnce.values());
  const later = measure(...others.values());
  const add = (...sizes) =>
    Object.fromEntries(
      Object.keys(wasm).map((kind) => [kind, sizes.reduce((total, size) => total + size[kind], 0)]),
    );
  const sum = add(wasm, javascript);
  const all = add(sum, sessionWasm, later);
  const inline = measure(...(await bundled("inline.js")).atOnce.values());
  const sizes = { wasm, javascript, sum, sessionWasm, later, all, inline, budgetBytes };
  writeFileSync(sizeFile, `${JSON.stringify(sizes, null, 2)}\n`);
  printTable([
    ["wasm of calls", wasm],
    ["JavaScript, bundled and minified", javascript],
    ["both: up to the first call", sum],
    ["wasm of sessions and keepers, when used", sessionWasm],
    ["JavaScript that is loaded when used", later],
    ["all of it", all],
    ["./inline, all in one", inline],
  ]);
}

/** What was measured last. */
export function readSizes() {
  return JSON.parse(readFileSync(sizeFile, "utf8"));
}

/** A sentence, when what was measured last is over the budget. */
export function overBudget() {
  const excess = readSizes().sum.gzip - budgetBytes;
  if (excess <= 0) return undefined;
  return (
    `the default entry loads ${budgetBytes + excess} bytes (gzip) up to a first call, ${excess} more than the budget in ` +
    "benches/budgets.json."
  );
}
