// Line coverage of src/grpc_web/ by the native tests and the fuzzers' corpora: `npm run coverage`. A command of its own,
// because it needs what a fresh machine lacks: `cargo install cargo-llvm-cov` and `rustup component add llvm-tools`.

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root, targetDir } from "./paths.mjs";
import { CommandError, capture, fail, run } from "./processes.mjs";

const LEAST_PERCENT = 95;

/** Tests themselves are not what is to be covered. */
const isMeasured = (file) =>
  file.startsWith("src/grpc_web/") && !/_tests\.rs$|_properties\.rs$|doors\.rs$/.test(file);

async function measure() {
  if (capture("cargo", ["llvm-cov", "--version"]) === undefined) {
    throw new CommandError(
      'Wanted are "cargo install cargo-llvm-cov" and "rustup component add llvm-tools".',
    );
  }
  const report = join(targetDir, "coverage.json");
  const tests = ["--lib", "--test", "corpora"];
  await run("cargo", ["llvm-cov", "--features", "test-doors", ...tests, "--json", "--output-path", report]);
  return JSON.parse(readFileSync(report, "utf8")).data[0].files;
}

/** How often each line was run. */
function linesOf({ segments }) {
  const lines = new Map();
  for (const [index, [line, , count, hasCount, , isGap]] of segments.entries()) {
    const next = segments[index + 1]?.[0] ?? line;
    if (!hasCount || isGap) continue;
    for (let at = line; at <= Math.max(line, next - 1); at += 1) {
      lines.set(at, Math.max(lines.get(at) ?? 0, count));
    }
  }
  return lines;
}

async function coverage() {
  let covered = 0;
  let all = 0;
  for (const file of await measure()) {
    const name = relative(root, file.filename);
    if (!isMeasured(name)) continue;
    const source = readFileSync(join(root, name), "utf8").split("\n");
    // Tests stand at the end of a file.
    const testsFrom =
      source.findIndex((line) => line.startsWith("#[cfg(test)]")) + 1 || Number.POSITIVE_INFINITY;
    const lines = [...linesOf(file)].filter(([line]) => line < testsFrom);
    const missed = lines.filter(([, count]) => count === 0).map(([line]) => line);
    covered += lines.length - missed.length;
    all += lines.length;
    const percent = ((1 - missed.length / lines.length) * 100).toFixed(1);
    console.log(
      `${percent.padStart(5)} %  ${name}${missed.length > 0 ? `  (not: ${missed.join(", ")})` : ""}`,
    );
  }
  const percent = (covered / all) * 100;
  console.log(`${percent.toFixed(1).padStart(5)} %  of ${all} lines`);
  if (!(percent >= LEAST_PERCENT))
    throw new CommandError(`less than ${LEAST_PERCENT} % of the lines are covered.`);
}

await coverage().catch(fail);
