// `npm run bench`: measures everything, prints tables and writes benches/results.json. README.md explains the figures.
//   --short         bytes and preflights alone, held against budgets.json: the suite `bench` of `npm test`
//   --only=…        some of bytes, preflights, cold, serial, bulk, cpu, memory
//   --rounds=N      as many rounds of each, instead of their defaults

import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../scripts/build.mjs";
import { root } from "../scripts/paths.mjs";
import { CommandError, fail, run } from "../scripts/processes.mjs";
import { setUp } from "../scripts/setup.mjs";

/** Rounds by default: what varies more gets more, as far as all together take about a quarter of an hour. */
const defaultRounds = { bytes: 1, preflights: 1, cold: 9, serial: 15, bulk: 5, cpu: 15, memory: 3 };

function readOptions() {
  let values;
  try {
    const text = { type: "string" };
    const options = { short: { type: "boolean" }, only: text, rounds: text };
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new CommandError(error.message);
  }
  const only = values.only?.split(",") ?? Object.keys(defaultRounds);
  const unknown = only.filter((name) => !Object.hasOwn(defaultRounds, name));
  if (unknown.length > 0) {
    const known = Object.keys(defaultRounds).join(", ");
    throw new CommandError(`nothing is named ${unknown.join(", ")}; there are ${known}.`);
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new CommandError("--rounds is a number from 1.");
  }
  return { isShort: values.short === true, only, rounds };
}

async function measure(only, rounds) {
  // Loaded late, because they import packages.
  const { measureAll } = await import("./measure/all.mjs");
  const file = join(root, "benches", "results.json");
  let load = 0;
  const keep = (results) => {
    results.machine.loadAfter = loadavg()[0];
    load = Math.max(load, results.machine.loadBefore, results.machine.loadAfter);
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  };
  await measureAll(only, (name) => rounds ?? defaultRounds[name], keep);
  console.log("\nbenches/results.json has all samples.");
  if (load > 1) console.log(`The load of this machine was up to ${load.toFixed(1)}: times are noisy.`);
}

async function bench() {
  const { isShort, only, rounds } = readOptions();
  if (isShort) return run("node", ["scripts/test.mjs", "bench"]);
  await setUp(["packages", "rust", "buildTools", "sandboxCode", "browser"]);
  await build();
  await measure(only, rounds);
}

await bench().catch(fail);
