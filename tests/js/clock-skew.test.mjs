// What is known of the provider's clock, from its replies and tokens.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ClockSkew } from "../../dist/provider/clock-skew.js";

const wallMs = Date.UTC(2027, 0, 15, 8);
const at = (ms) => ({ wallMs: wallMs + ms, monotonicMs: ms, page: 1 });
const { now } = Date;
const { now: monotonic } = performance;
const origin = Object.getOwnPropertyDescriptor(Performance.prototype, "timeOrigin");

/** It is five seconds after the request was sent. */
beforeEach(() => {
  Date.now = () => wallMs + 5000;
  performance.now = () => 5000;
  Object.defineProperty(performance, "timeOrigin", { value: 1, configurable: true });
});
afterEach(() => {
  Date.now = now;
  performance.now = monotonic;
  delete performance.timeOrigin;
  assert.deepEqual(Object.getOwnPropertyDescriptor(Performance.prototype, "timeOrigin"), origin);
});

/** How far off it is, in milliseconds. */
const off = (learn) => {
  const skew = new ClockSkew();
  learn(skew);
  return skew.providerMs() - (wallMs + 5000);
};
const byIssue = (ms) => off((skew) => skew.learnFromIssue((wallMs + ms) / 1000, at(0), at(5000)));
const byDate = (date) => off((skew) => skew.learnFromDate(date, at(0)));

test("a clock that may be right is right", () => {
  for (const ms of [-1000, 0, 5000, 6000]) assert.equal(byIssue(ms), 0, String(ms));
  assert.equal(byDate("Fri, 15 Jan 2027 08:00:03 GMT"), 0);
});

test("one that can't be is off by the least that explains it", () => {
  assert.equal(byIssue(305_000), 300_000);
  assert.equal(byIssue(-601_000), -600_000);
  assert.equal(byDate("Fri, 15 Jan 2027 07:50:00 GMT"), -600_000 + 500 + 1000);
  assert.equal(byDate("Fri, 15 Jan 2027 08:10:00 GMT"), 595_500);
});

test("more than a day is no difference to reckon with", () => {
  const dayMs = 86_400_000;
  assert.equal(byIssue(5000 + dayMs), dayMs);
  assert.equal(byIssue(5000 + dayMs + 1000), 0);
  assert.equal(byIssue(-1000 - dayMs), -dayMs);
  assert.equal(byIssue(-2000 - dayMs), 0);
  assert.equal(byDate("Fri, 15 Jan 2010 08:00:00 GMT"), 0);
  const learned = off((skew) => {
    skew.learnFromIssue((wallMs + 305_000) / 1000, at(0), at(5000));
    skew.learnFromDate("Fri, 15 Jan 2010 08:00:00 GMT", at(0));
  });
  assert.equal(learned, 300_000, "and what is known stays");
});

test("what is learned last counts", () => {
  const learned = off((skew) => {
    skew.learnFromIssue((wallMs + 305_000) / 1000, at(0), at(5000));
    skew.learnFromDate("Fri, 15 Jan 2027 08:00:00 GMT", at(0));
  });
  assert.equal(learned, 0);
});

test("what is no date is none", () => {
  for (const other of [
    undefined,
    "",
    "soon",
    "Fri, 15 Jan 2020 08:00:00 CET",
    "Friday, 15-Jan-20 08:00:00 GMT",
    "2020-01-15T08:00:00Z",
    "Fri, 15",
    "Fri, 15 Foo 2020 08:00:00 GMT",
    "Fri, 15 Jan 2020 88:00:00 GMT",
  ]) {
    assert.equal(byDate(other), 0, other);
  }
});
