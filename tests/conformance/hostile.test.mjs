// Every hostile reply through the package as built, in real browsers. TEST_BROWSERS=chromium,firefox chooses.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { reportOf } from "./browsers.mjs";
import { cases } from "./cases/index.mjs";
import { isOneFrame, startHostileServer } from "./server/hostile.mjs";

const browsers = (process.env.TEST_BROWSERS ?? "chromium,firefox").split(",");
const LIMIT_MS = 240_000;

let server;
const waiting = new Map();

before(async () => {
  const scriptOf = (number, attempt) => {
    const { replies = [] } = cases[number];
    return replies[Math.min(attempt, replies.length - 1)];
  };
  server = await startHostileServer(scriptOf, { onReport: (report) => waiting.get(report.run)?.(report) });
});
after(() => server.close());

const matches = (value, wanted) => {
  if (wanted instanceof RegExp) return assert.match(String(value), wanted);
  if (Array.isArray(wanted)) return assert.ok(wanted.includes(value), `${value} is none of ${wanted}`);
  return assert.equal(value, wanted);
};

function holds(entries, wanted, what) {
  for (const [name, value] of Object.entries(wanted)) {
    if (value instanceof RegExp) assert.match(String(entries?.[name]), value, `${what} ${name}`);
    else assert.equal(entries?.[name], value, `${what} ${name}`);
  }
}

function check({ expect }, result, log) {
  const said = `${result.code}: ${result.message}`;
  if (Array.isArray(expect.code)) assert.ok(expect.code.includes(result.code), said);
  else assert.equal(result.code, expect.code, said);
  for (const field of [
    "kind",
    "message",
    "httpStatus",
    "retryAfterMs",
    "attempts",
    "bodyText",
    "cause",
    "causeIs",
  ]) {
    if (field in expect) matches(result[field], expect[field]);
  }
  if ("messageIs" in expect) assert.equal(result.message, expect.messageIs);
  if ("details" in expect) assert.deepEqual(result.details, expect.details);
  if ("outcomes" in expect) assert.deepEqual(result.outcomes, expect.outcomes);
  for (const where of ["headers", "trailers", "metadata"]) holds(result[where], expect[where] ?? {}, where);
  if ("minMs" in expect) assert.ok(result.ms >= expect.minMs, `${result.ms} ms, at least ${expect.minMs}`);
  if ("maxMs" in expect) assert.ok(result.ms <= expect.maxMs, `${result.ms} ms, at most ${expect.maxMs}`);
  if ("requests" in expect) assert.equal(log.requests.length, expect.requests, "requests seen by the server");
  const last = log.requests.at(-1);
  if (expect.aborted) assert.equal(last.aborted, true, "the server saw the request aborted");
  if (expect.sent) holds(Object.fromEntries(last.headers), expect.sent, "sent");
  if (expect.isOneFrame) assert.ok(isOneFrame(last.body), String(last.body));
  assert.equal(result.ordinary, "ok", "the ordinary call afterwards");
}

for (const browser of browsers) {
  describe(`hostile replies in ${browser}`, () => {
    let results;
    before(async () => {
      const next = new Promise((resolve) => waiting.set(browser, resolve));
      const url = `${server.url}/tests/conformance/page.html?run=${browser}`;
      const report = await reportOf(browser, url, next, { limitMs: LIMIT_MS });
      assert.equal(report.error, undefined);
      results = new Map(report.results.map((result) => [result.number, result]));
      // Time for the server to see the last aborts.
      await new Promise((resolve) => setTimeout(resolve, 1500));
    });
    for (const one of cases) {
      test(`${one.group}: ${one.name}`, () => {
        const result = results.get(one.number);
        assert.ok(result, "the page did not run it");
        check(one, result, server.logOf(browser, one.number));
      });
    }
  });
}
