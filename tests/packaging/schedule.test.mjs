// `sipbreakout-web/schedule` of the unpacked tarball: in Node, with the types that a server's compiler finds, and not in a page.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { root } from "../../scripts/paths.mjs";
import { output, pack } from "./tarball.mjs";

const directory = mkdtempSync(join(tmpdir(), "sipbreakout-schedule-"));
const installed = join(directory, "node_modules", "sipbreakout-web");

before(async () => {
  const { file } = await pack(directory);
  mkdirSync(installed, { recursive: true });
  await output("tar", ["-xzf", file, "-C", installed, "--strip-components", "1"]);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
});
after(() => rmSync(directory, { recursive: true }));

/** The worker of docs/server-schedule.md. */
function worker() {
  const document = readFileSync(join(root, "docs", "server-schedule.md"), "utf8");
  return /```js\n\/\/ worker\.mjs\n([\s\S]*?)```/.exec(document)[1];
}

test("the worker of the documentation keeps a number, over a failure and a worker that was killed", async () => {
  assert.ok(worker().split("\n").length <= 27);
  writeFileSync(join(directory, "worker.mjs"), worker());
  writeFileSync(
    join(directory, "program.mjs"),
    `
import { begin, desired } from "sipbreakout-web/schedule";
import { work } from "./worker.mjs";

let nowMs = 1_800_000_000_000;
Date.now = () => nowMs;
const row = { request: { phoneNumber: "+4799900001" }, registration: JSON.stringify(desired()) };
const store = {
  read: async () => ({ request: row.request, registration: JSON.parse(row.registration) }),
  update: async (_, change) => {
    row.registration = JSON.stringify(change(JSON.parse(row.registration)));
  },
};
const calls = [];
const answers = [{ timeToLiveSeconds: 3600 }, Object.assign(new Error("down"), { code: "unavailable", kind: "network" })];
const client = {
  upsertRegistration: async (request, { timeoutMs }) => {
    calls.push([request.phoneNumber, timeoutMs]);
    const answer = answers.shift() ?? { timeToLiveSeconds: 3600 };
    if (answer instanceof Error) throw answer;
    return answer;
  },
};
const jobs = [];
const again = async (number, atMs) => void jobs.push(atMs);
const startMs = nowMs;
await work("+4799900001", { client, store, again });
const waits = [];
for (let round = 0; round < 3; round += 1) {
  waits.push(Math.round((jobs.at(-1) - nowMs) / 60_000));
  nowMs = jobs.at(-1);
  if (round === 2) await store.update("", (stored) => begin(stored, nowMs));
  await work("+4799900001", { client, store, again });
}
waits.push((jobs.at(-1) - nowMs) / 1000);
console.log(JSON.stringify({ calls, waits }));
`,
  );
  const { calls, waits } = JSON.parse(await output("node", ["program.mjs"], { cwd: directory }));
  assert.deepEqual(calls, Array(3).fill(["+4799900001", 30_000]));
  const [first, second, third, killed] = waits;
  assert.ok(first >= 45 && first <= 51, `${waits}`);
  assert.equal(second, 1);
  assert.ok(third >= 45 && third <= 51, `${waits}`);
  assert.equal(killed, 30);
});

for (const [module, moduleResolution] of [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
]) {
  test(`a compiler that resolves as ${moduleResolution} finds its types`, async () => {
    writeFileSync(
      join(directory, "server.ts"),
      `import { desired, next } from "sipbreakout-web/schedule";
const due = next(desired(), Date.now());
export const atMs: number | undefined = due.atMs;
// @ts-expect-error
next(desired(), "now");
`,
    );
    const flags = ["--strict", "--noEmit", "--module", module, "--moduleResolution", moduleResolution];
    const lib = ["--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--ignoreConfig"];
    assert.equal(await output("tsc", [...flags, ...lib, "server.ts"], { cwd: directory }), "");
  });
}

test("a page's bundler says that it is not for pages", async () => {
  const stdin = { contents: 'import "sipbreakout-web/schedule";', resolveDir: directory };
  await assert.rejects(
    build({ stdin, bundle: true, write: false, platform: "browser", logLevel: "silent" }),
    /sipbreakout-web\/schedule/,
  );
});

test("without its wasm, as in a bundle, it says what to do", async () => {
  const outfile = join(directory, "bundled", "server.mjs");
  const contents = `import { desired } from "sipbreakout-web/schedule";
try { desired(); } catch (error) { console.log(error.name, error.code, error.message); }`;
  await build({
    stdin: { contents, resolveDir: directory },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "silent",
  });
  const shown = await output("node", [outfile], { cwd: directory });
  assert.match(shown, /^LoadError not_found .*out of the server's bundle/);
});
