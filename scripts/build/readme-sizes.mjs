// The table of sizes in README.md: written from what was measured, and read back by a test.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";
import { readSizes } from "./size.mjs";

const readmeFile = join(root, "README.md");
const between = /(<!-- size -->\n)([\s\S]*?)(<!-- \/size -->)/;
const kinds = ["raw", "gzip", "brotli"];
const rowNames = {
  wasm: "wasm of calls",
  javascript: "JavaScript, bundled and minified",
  sum: "both: up to the first call",
  sessionWasm: "wasm of sessions and keepers, when used",
  later: "JavaScript that is loaded when used",
  all: "all of it",
};

function table(sizes) {
  const rows = Object.entries(rowNames).map(([key, name]) => [
    name,
    ...kinds.map((kind) => sizes[key][kind].toLocaleString("en")),
  ]);
  const cells = [["bytes", "raw", "gzip -9", "brotli"], ...rows];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))),
  );
  const rule = widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [lines[0], rule, ...lines.slice(1)].map((line) => `| ${line.join(" | ")} |\n`).join("");
}

function readReadme() {
  const readme = readFileSync(readmeFile, "utf8");
  if (!between.test(readme))
    throw new Error("README.md has no table between <!-- size --> and <!-- /size -->.");
  return readme;
}

/** Puts target/size.json into the README. */
export function writeReadmeSizes() {
  const readme = readReadme();
  const next = readme.replace(between, (_, start, __, end) => `${start}\n${table(readSizes())}\n${end}`);
  if (next !== readme) writeFileSync(readmeFile, next);
}

/** What the README says, in the shape of target/size.json. */
export function readReadmeSizes() {
  const lines = between.exec(readReadme())[2].split("\n");
  const sizeOf = (name) => {
    const cells = lines
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .find((row) => row[1] === name);
    if (cells === undefined) throw new Error(`README.md's table of sizes has no row "${name}".`);
    return Object.fromEntries(kinds.map((kind, i) => [kind, Number(cells[i + 2].replaceAll(",", ""))]));
  };
  return Object.fromEntries(Object.entries(rowNames).map(([key, name]) => [key, sizeOf(name)]));
}
