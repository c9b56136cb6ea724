// `npm test` believes what this reads from the suites' output.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Counter } from "../../scripts/test/counts.mjs";
import { LEFT_OUT } from "../repeats.mjs";

function count(output) {
  const { passed, failed, skipped, skips } = output.split("\n").reduce((counter, line) => {
    counter.add(line);
    return counter;
  }, new Counter());
  return { passed, failed, skipped, skips };
}

test("cargo: several binaries, with an ignored test", () => {
  const output = `test a ... ok
test b ... ignored, needs a network

test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`;
  assert.deepEqual(count(output), { passed: 7, failed: 3, skipped: 1, skips: ["b: needs a network"] });
});

test("node, spec reporter: a cancelled test failed; what is skipped or to do is listed once", () => {
  const output = `﹣ slow one (0.1ms) # no browser here
⚠ known one (12.5ms) # to be mended
  ✔ mended one (0.5ms) # to be looked at
✔ bare one (0.5ms) # TODO
✔ done (2.5ms)
✔ name with # in it (2.5ms)
\u001b[34mℹ pass 4\u001b[39m
ℹ fail 1
ℹ cancelled 2
ℹ skipped 1
ℹ todo 3
✖ failing tests:
⚠ known one (12.5ms) # to be mended`;
  const skips = [
    "slow one: no browser here",
    "known one: to be mended",
    "mended one: to be looked at",
    "bare one: no reason given",
  ];
  assert.deepEqual(count(output), { passed: 4, failed: 3, skipped: 4, skips });
});

test("what repeats a proof and was left out is counted as skipped, and not listed", () => {
  const counter = new Counter();
  assert.equal(counter.hasLeftOut, false);
  for (const line of [`﹣ second browser (0.1ms) # ${LEFT_OUT}`, "ℹ pass 1", "ℹ skipped 1"])
    counter.add(line);
  assert.deepEqual([counter.skipped, counter.skips, counter.hasLeftOut], [1, [], true]);
});

test("node, TAP reporter", () => {
  const output = `ok 2 - slow one # SKIP no browser here
not ok 3 - known one # TODO to be mended
    ok 1 - bare one # TODO
# pass 3
# fail 0
# cancelled 0
# skipped 1
# todo 2`;
  const skips = ["slow one: no browser here", "known one: to be mended", "bare one: no reason given"];
  assert.deepEqual(count(output), { passed: 3, failed: 0, skipped: 3, skips });
});

test("lines that only look like results count nothing", () => {
  assert.equal(count("the test result: ok. 9 passed; 9 failed; 9 ignored\n  ℹ pass 9 of them").passed, 0);
});
