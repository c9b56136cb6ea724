// The canary: tonic over tonic-web-wasm-client, the obvious base of such an SDK, is shown the two replies that it gets most
// gravely wrong. These tests pass as long as it still does. When one fails, it has been mended: then
// docs/decisions/0001-own-grpc-web-transport.md can be decided anew.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { reportOf } from "./browsers.mjs";
import { cases } from "./cases/index.mjs";
import { buildCanary } from "./drivers/build.mjs";
import { startHostileServer } from "./server/hostile.mjs";

const mended =
  "tonic-web-wasm-client got it right: docs/decisions/0001-own-grpc-web-transport.md can be decided anew";

const find = (group, name) => cases.find((one) => one.group === group && one.name.startsWith(name));
/** Behind the 12 bytes of the message's frame and the 5 of the trailers' head. */
const cutTrailers = [18, 21, 25, 30].map((at) => find("frames cut", `a cut behind byte ${at} of`));
const whole = find("cardinality", "an ordinary reply");
const asText = find("content type", "content type application/grpc-web-text");

let server;
let results;

before(async () => {
  await buildCanary();
  let done;
  const next = new Promise((resolve) => {
    done = resolve;
  });
  const scriptOf = (number) => cases[number].replies[0];
  server = await startHostileServer(scriptOf, { onReport: done });
  const only = [whole, ...cutTrailers, asText].map(({ number }) => number).join();
  const url = `${server.url}/tests/conformance/page.html?driver=tonic&run=canary&only=${only}&limit=4000`;
  const report = await reportOf("chromium", url, next, { limitMs: 120_000 });
  assert.equal(report.error, undefined);
  results = new Map(report.results.map((result) => [result.number, result.code]));
});
after(() => server?.close());

test("the control: an ordinary reply in one piece is OK", () => {
  assert.equal(results.get(whole.number), "ok");
});

test("trailers cut by a chunk's edge lose the status", () => {
  const codes = cutTrailers.map(({ number }) => results.get(number));
  assert.ok(
    codes.every((code) => code !== undefined),
    "all were run",
  );
  assert.ok(
    codes.some((code) => code !== "ok"),
    mended,
  );
});

test("a reply in text mode panics, and its promise never settles", () => {
  assert.ok(["traps", "hangs"].includes(results.get(asText.number)), mended);
});
