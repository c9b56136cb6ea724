// The table in docs/conformance.md: ours beside connect-web and tonic-web-wasm-client, on the same server in Chromium.
// `npm run conformance:table`. A tick is the wanted code in time; else what came.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../scripts/build.mjs";
import { root } from "../../scripts/paths.mjs";
import { fail, run } from "../../scripts/processes.mjs";
import { reportOf } from "./browsers.mjs";
import { cases } from "./cases/index.mjs";
import { buildDrivers } from "./drivers/build.mjs";
import { startHostileServer } from "./server/hostile.mjs";

const drivers = { ours: "sipbreakout-web", "connect-web": "connect-web", tonic: "tonic-web-wasm-client" };
const file = join(root, "docs", "conformance.md");
const between = /(<!-- hostile -->\n)([\s\S]*?)(<!-- \/hostile -->)/;

/** Retries, turns and what a page does to fetch are ours alone; the others are asked for what all of them do. */
const chosen = cases.filter(({ options, fetch, atOnce, group, ...one }) => {
  const isOurs =
    fetch || atOnce || options?.retry || options?.headers || "globalFetch" in one || group === "replay";
  return !isOurs && !["what is sent", "default limit", "words"].includes(group);
});

const isRight = ({ expect }, { code, message }) =>
  (Array.isArray(expect.code) ? expect.code.includes(code) : expect.code === code) &&
  (!("messageIs" in expect) || message === expect.messageIs);

async function resultsOf(server, reports, driver) {
  const next = new Promise((resolve) => reports.set(driver, resolve));
  const only = chosen.map(({ number }) => number).join();
  const query = new URLSearchParams({ driver, run: driver, only, limit: 4000 });
  const url = `${server.url}/tests/conformance/page.html?${query}`;
  const { error, results } = await reportOf("chromium", url, next, { limitMs: 900_000 });
  if (error !== undefined) throw new Error(`${driver}: ${error}`);
  return new Map(results.map((result) => [result.number, result]));
}

function cell(one, result) {
  if (isRight(one, result)) return "✓";
  return "messageIs" in one.expect && result.code === one.expect.code ? "another text" : result.code;
}

const escaped = (text) => text.replace(/[|\\`<>*_]/g, "\\$&");
const line = (cells) => `| ${cells.join(" | ")} |\n`;

function render(all) {
  const names = Object.keys(drivers);
  const groups = Map.groupBy(chosen, ({ group }) => group);
  const right = (list, name) => list.filter((one) => isRight(one, all[name].get(one.number))).length;
  const head = (first) => line([...first, ...names.map((name) => drivers[name])]);
  let text = `\n${head(["group", "cases"])}${line(["---", "---:", ...names.map(() => "---:")])}`;
  for (const [group, list] of groups)
    text += line([group, list.length, ...names.map((name) => right(list, name))]);
  text += line(["**all**", chosen.length, ...names.map((name) => `**${right(chosen, name)}**`)]);
  const stuck = (name, code) => [...all[name].values()].filter((result) => result.code === code).length;
  text += line(["calls not ended after 4 s", "", ...names.map((name) => stuck(name, "hangs"))]);
  text += line(["calls that end the wasm", "", ...names.map((name) => stuck(name, "traps"))]);
  for (const [group, list] of groups) {
    text += `\n### ${group[0].toUpperCase()}${group.slice(1)}\n\n${head(["case", "wanted"])}`;
    text += line(["---", "---", ...names.map(() => "---")]);
    for (const one of list) {
      const cells = names.map((name) => cell(one, all[name].get(one.number)));
      text += line([one.name, [one.expect.code].flat().join(" or "), ...cells].map(escaped));
    }
  }
  return `${text}\n`;
}

async function main() {
  await build();
  await buildDrivers();
  const reports = new Map();
  const scriptOf = (number, attempt) => {
    const { replies = [] } = cases[number];
    return replies[Math.min(attempt, replies.length - 1)];
  };
  const server = await startHostileServer(scriptOf, {
    onReport: (report) => reports.get(report.run)?.(report),
  });
  try {
    const all = {};
    for (const driver of Object.keys(drivers)) {
      all[driver] = await resultsOf(server, reports, driver);
      const sum = chosen.filter((one) => isRight(one, all[driver].get(one.number))).length;
      console.log(`${drivers[driver]}: ${sum} of ${chosen.length}`);
    }
    const page = readFileSync(file, "utf8");
    writeFileSync(
      file,
      page.replace(between, (_, start, __, end) => `${start}${render(all)}${end}`),
    );
    await run("biome", ["check", "--write", "--log-level=error", file]);
  } finally {
    await server.close();
  }
}

await main().catch(fail);
