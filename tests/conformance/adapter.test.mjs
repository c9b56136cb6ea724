// The adapter for foreign suites: what it promises of its results, on the hostile cases that need nothing of the product
// but its transport.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { root } from "../../scripts/paths.mjs";
import { reportOf } from "./browsers.mjs";
import { codeNames } from "./cases/codes.mjs";
import { cases } from "./cases/index.mjs";
import { ok } from "./cases/reply.mjs";
import { startHostileServer } from "./server/hostile.mjs";

const ofTheProduct = ["what is sent", "replay", "turns", "fetch is odd", "default limit", "words"];
const chosen = cases.filter(
  ({ group, options, fetch }) =>
    !fetch && !ofTheProduct.includes(group) && !options?.retry && !options?.headers,
);

let server;
let report;
let results;

before(async () => {
  await buildDoors();
  let done;
  const next = new Promise((resolve) => {
    done = resolve;
  });
  server = await startHostileServer((number) => cases[number]?.replies[0] ?? ok, { onReport: done });
  const only = chosen.map(({ number }) => number).join();
  const url = `${server.url}/tests/conformance/adapter.html?adapter=./dist/adapter.mjs&only=${only}`;
  report = await reportOf("chromium", url, next, { limitMs: 200_000 });
  assert.equal(report.error, undefined);
  results = new Map(report.results.map((result) => [result.number, result]));
});
after(() => server?.close());

const named = (group, name) => {
  const one = cases.find((candidate) => candidate.group === group && candidate.name === name);
  assert.ok(one, name);
  return results.get(one.number);
};

test("the folder is self-contained: a module that imports nothing, and the wasm beside it", () => {
  const folder = join(root, "tests", "conformance", "dist");
  assert.deepEqual(readdirSync(folder).sort(), ["adapter.mjs", "sipbreakout_bg.wasm"]);
  const text = readFileSync(join(folder, "adapter.mjs"), "utf8");
  assert.deepEqual(text.match(/^import\b.*|\bimport\(.*/gm), null);
  assert.match(text, /new URL\("\.\/sipbreakout_bg\.wasm", import\.meta\.url\)/);
});

test("every outcome resolves, with the code that the product has too", () => {
  const wrong = [];
  for (const { number, group, name, expect } of chosen) {
    const code = codeNames[results.get(number)?.code];
    // The adapter hands out bytes: what is in a message is not its business.
    const isAnswered = code === "ok" && ["an empty message", "a message that is no protobuf"].includes(name);
    if (![expect.code].flat().includes(code) && !isAnswered) wrong.push(`${group}: ${name}: ${code}`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(chosen.length > 350);
});

test("the server's words come with nothing added", () => {
  assert.equal(named("messages", "a message escaped").message, "\u00e5 \u2603");
  assert.equal(named("codes", "not_found in the header").message, "words");
  assert.equal(named("cardinality", "an error without a message").message, "");
});

test("headers and trailers are told as they came, and decoded", () => {
  const { trailers, headers } = named("metadata", "metadata in header and trailers");
  assert.deepEqual(trailers, [
    ["x-t", "1", null],
    ["x-t", "2", null],
    ["x-t-bin", "YQ==", [97]],
  ]);
  assert.ok(headers.some(([name, value]) => name === "x-h" && value === "1, 2"));
  assert.deepEqual(named("metadata", "joined -bin metadata").trailers, [
    ["x-bin", "YQ==", [97]],
    ["x-bin", "Yg", [98]],
    ["x-bin", "!!", null],
  ]);
});

test("details are bytes, and a reply of headers alone is merged", () => {
  assert.equal(named("details", "details padded").details.length, 50);
  assert.equal(named("details", "details that are not base64").details, undefined);
  assert.equal(named("codes", "aborted in the header").merged, true);
  assert.deepEqual(named("frames cut", "byte by byte").messages, [[8, 1, 26, 3, 8, 172, 2]]);
});

test("what is sent is what was given, but for what the transport owns", () => {
  assert.equal(report.sent.code, 0);
  const [{ headers, body }] = server.logOf("adapter", "headers").requests;
  const sent = Object.fromEntries(headers);
  assert.equal(sent["x-a"], "1, 2");
  assert.match(sent["x-b-bin"], /^AP8, ?$/);
  assert.match(sent["grpc-timeout"], /^20000m$/);
  assert.equal(sent.authorization, "Bearer mine");
  assert.equal(sent["content-type"], "application/grpc-web+proto");
  assert.deepEqual(body, [0, 0, 0, 0, 3, 1, 2, 3]);
});

test("an illegal name is INVALID_ARGUMENT, a message over the limit RESOURCE_EXHAUSTED", () => {
  assert.equal(report.refused.code, 3);
  assert.equal(report.small.code, 8);
  assert.equal(report.defaults.code, 0);
  assert.equal(server.logOf("adapter", "headers").requests.length, 3);
});
