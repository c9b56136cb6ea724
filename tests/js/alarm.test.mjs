// The one timer of all time limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setAlarm } from "../../dist/platform/alarm.js";

test("a limit beyond what a timer takes arms it for no longer than that, at whatever moment", (t) => {
  const delays = [];
  let moment = 0;
  t.mock.method(performance, "now", () => moment);
  t.mock.method(globalThis, "setTimeout", (_, ms) => {
    delays.push(ms);
    return {};
  });
  t.mock.method(globalThis, "clearTimeout", () => {});
  for (let count = 0; count < 1000; count += 1) {
    moment += 0.1;
    setAlarm(2 ** 40, () => {}).lift();
  }
  assert.equal(delays.length, 1000);
  // A timer that is asked for more fires at once, and then all limits would seem to be reached.
  assert.deepEqual([...new Set(delays)], [2 ** 31 - 1]);
});
