// Until when a token is used for a new call.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isFresh } from "../../dist/token-life.js";

const since = { wallMs: 1000, monotonicMs: 5 };
const later = (wallMs, monotonicMs) => ({ wallMs: 1000 + wallMs, monotonicMs: 5 + monotonicMs });

test("until a minute before the end, by the clock that went further", () => {
  const life = { since, lifeMs: 600_000 };
  assert.ok(isFresh(life, since));
  assert.ok(isFresh(life, later(540_000, 0)));
  assert.ok(!isFresh(life, later(540_001, 0)), "the machine slept");
  assert.ok(!isFresh(life, later(-9e9, 540_001)), "the wall clock was set back");
  assert.ok(isFresh(life, later(-9e9, -1)), "no age is negative");
});

test("a short life: until a tenth before the end", () => {
  const life = { since, lifeMs: 1000 };
  assert.deepEqual([isFresh(life, later(900, 0)), isFresh(life, later(901, 0))], [true, false]);
});

test("a life of nothing is over at once", () => {
  for (const lifeMs of [0, -5, -1e9]) assert.ok(!isFresh({ since, lifeMs }, since));
});
