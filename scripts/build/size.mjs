// What a visitor downloads: the wasm and the bundled, minified JavaScript, plain and compressed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import budgets from "../../benches/budgets.json" with { type: "json" };
import { distDir, root, targetDir } from "../paths.mjs";

/** The promise of the README: wasm and JavaScript of the default entry together, gzip. */
export const budgetBytes = budgets.tested.wholeEntryGzip;

function measure(content) {
  return {
    raw: content.length,
    gzip: gzipSync(content, { level: 9 }).length,
    brotli: brotliCompressSync(content).length,
  };
}

async function bundle(entry) {
  // Loaded late: esbuild is a package, and this module is imported before packages are set up.
  const { build, stop } = await import("esbuild");
  const result = await build({
    absWorkingDir: root,
    entryPoints: [join(distDir, entry)],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    legalComments: "none",
    logLevel: "error",
    write: false,
  });
  // Its process would live as long as ours, which may be a whole `npm start`.
  await stop();
  return Buffer.from(result.outputFiles[0].contents);
}

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
  const wasm = measure(readFileSync(join(distDir, "wasm", "sipbreakout_bg.wasm")));
  const javascript = measure(await bundle("index.js"));
  const sum = Object.fromEntries(Object.keys(wasm).map((kind) => [kind, wasm[kind] + javascript[kind]]));
  const inline = measure(await bundle("inline.js"));
  writeFileSync(sizeFile, `${JSON.stringify({ wasm, javascript, sum, inline, budgetBytes }, null, 2)}\n`);
  printTable([
    ["wasm", wasm],
    ["JavaScript, bundled and minified", javascript],
    ["both", sum],
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
    `the default entry is ${budgetBytes + excess} bytes (gzip), ${excess} more than the budget in ` +
    "benches/budgets.json."
  );
}
