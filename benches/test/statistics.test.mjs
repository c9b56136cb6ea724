// Medians, quartiles and ratios, on samples that can be checked in one's head.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, differences, quantile, ratios, rotated, summarize } from "../report/statistics.mjs";

test("the median of an odd number of samples is the middle one, of an even number the mean of two", () => {
  assert.equal(quantile([9, 1, 5], 0.5), 5);
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([7], 0.5), 7);
});

test("samples are sorted as numbers, and are left as they were", () => {
  const samples = [10, 9, 100];
  assert.equal(quantile(samples, 0.5), 10);
  assert.deepEqual(samples, [10, 9, 100]);
});

test("quartiles lie between the two nearest samples in proportion", () => {
  assert.deepEqual(summarize([1, 2, 3, 4, 5]).quartiles, [2, 4]);
  assert.deepEqual(summarize([1, 2, 3, 4]).quartiles, [1.75, 3.25]);
});

test("no samples have no median", () => {
  assert.throws(() => quantile([], 0.5), RangeError);
});

test("a sample is compared with the baseline's of the same round", () => {
  assert.deepEqual(ratios([2, 30], [1, 10]), [2, 3]);
  assert.deepEqual(differences([2, 30], [1, 10]), [1, 20]);
  assert.throws(() => ratios([1, 2], [1]), RangeError);
});

test("the median of ratios holds where one round was slow for all", () => {
  const { ours, hand } = compare({ hand: [10, 1000, 10], ours: [11, 1100, 11] }, "hand");
  assert.deepEqual(ours.ratio.quartiles, [1.1, 1.1]);
  assert.equal(hand.ratio.median, 1);
});

test("each round begins with another variant", () => {
  assert.deepEqual(rotated(["a", "b", "c"], 0), ["a", "b", "c"]);
  assert.deepEqual(rotated(["a", "b", "c"], 4), ["b", "c", "a"]);
});
