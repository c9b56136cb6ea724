// `npm test`, or `npm test -- console packaging` for some suites; `--all` (`npm run test:all`) also for what repeats a proof, `--long` for
// the long form of a suite that has one. The last line is `N passed, N failed` over all; the exit status is not 0 when one failed or none ran.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { root } from "./paths.mjs";
import { CommandError, childEnv, fail } from "./processes.mjs";
import { findBrowser } from "./setup/browser.mjs";
import { setUp } from "./setup.mjs";
import { Counter } from "./test/counts.mjs";
import { suites } from "./test/suites.mjs";

/** Runs a command, shows its output as it comes and counts what it says. Resolves to the exit status. */
function countingRunner(counter) {
  return (command, args, env = {}) =>
    new Promise((resolve) => {
      const child = spawn(command, args, {
        cwd: root,
        env: childEnv(env),
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const [stream, shown] of [
        [child.stdout, process.stdout],
        [child.stderr, process.stderr],
      ]) {
        stream.on("data", (chunk) => shown.write(chunk));
        createInterface({ input: stream }).on("line", (line) => counter.add(line));
      }
      child.on("error", (error) => {
        console.error(`error: ${command}: ${error.message}`);
        resolve(-1);
      });
      child.on("close", (code) => resolve(code ?? -1));
    });
}

async function runSuite(name, options) {
  console.log(`\n== ${name} ==`);
  const started = Date.now();
  const counter = new Counter();
  let note = "";
  try {
    const { steps, build: needsBuild, run } = suites[name];
    await setUp(steps);
    // The size is a test of its own, in the packaging suite.
    if (needsBuild === true) await build();
    const status = await run(countingRunner(counter), findBrowser(), options);
    if (status !== 0 && counter.failed === 0) note = `ended with status ${status}`;
    else if (counter.passed + counter.failed === 0) note = "no test ran";
  } catch (error) {
    console.error(error instanceof CommandError ? `error: ${error.message}` : error);
    note = "could not run";
  }
  // A suite that did not get as far as counting its failure is one.
  if (note !== "") counter.failed += 1;
  return { name, note, counter, seconds: (Date.now() - started) / 1000 };
}

function printTable(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  console.log(`\n${"suite".padEnd(width)}  passed  failed  skipped  seconds`);
  for (const { name, note, counter, seconds } of results) {
    const numbers = [String(counter.passed).padStart(6), String(counter.failed).padStart(6)];
    numbers.push(String(counter.skipped).padStart(7), seconds.toFixed(1).padStart(7));
    console.log(`${name.padEnd(width)}  ${numbers.join("  ")}${note === "" ? "" : `  (${note})`}`);
  }
  for (const { name, counter } of results) {
    for (const skip of counter.skips) console.log(`skipped in ${name}: ${skip}`);
  }
  if (results.some(({ counter }) => counter.hasLeftOut)) {
    console.log("What repeats a proof was left out: npm run test:all runs it too.");
  }
}

async function test() {
  const { values, positionals: names } = parseArgs({
    options: { all: { type: "boolean" }, long: { type: "boolean" } },
    allowPositionals: true,
  });
  const isLong = values.long === true;
  const isAll = values.all === true || isLong;
  // tests/repeats.mjs reads it.
  process.env.TEST_ALL = isAll ? "1" : "0";
  const unknown = names.filter((name) => !Object.hasOwn(suites, name));
  if (unknown.length > 0) {
    throw new CommandError(
      `no suite is named ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}.`,
    );
  }
  const chosen = Object.keys(suites).filter((name) => names.length === 0 || names.includes(name));
  const results = [];
  for (const name of chosen) results.push(await runSuite(name, { isAll, isLong }));
  printTable(results);
  const sum = (key) => results.reduce((total, { counter }) => total + counter[key], 0);
  const passed = sum("passed");
  const failed = sum("failed");
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

await test().catch(fail);
