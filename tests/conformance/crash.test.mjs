// A panic, a stack overflow and memory that ends, in real browsers, which differ in what they throw then. What becomes of
// everything else that may be under way is in tests/js/crash*.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { reportOf } from "./browsers.mjs";
import { startHostileServer } from "./server/hostile.mjs";

const browsers = (process.env.TEST_BROWSERS ?? "chromium,firefox").split(",");
const crashed = "LoadError crashed";
let server;
let onReport;

before(async () => {
  await buildDoors();
  server = await startHostileServer(() => [], { onReport: (report) => onReport(report) });
});
after(() => server?.close());

for (const browser of browsers) {
  test(`${browser}: what is under way goes on, and the next calls work`, async () => {
    const next = new Promise((resolve) => {
      onReport = resolve;
    });
    const url = `${server.url}/tests/conformance/crash.html`;
    const { error, ...report } = await reportOf(browser, url, next, { limitMs: 120_000 });
    assert.equal(error, undefined);
    const places = ["at an entry", "in a reply"];
    const ways = ["panic", "overflow", "exhaust"].flatMap((kind) =>
      places.map((place) => `${kind} ${place}`),
    );
    assert.deepEqual(Object.keys(report).sort(), ways.sort());
    for (const [way, seen] of Object.entries(report)) {
      const expected = {
        session: "ok",
        door: crashed,
        underWay: "ok",
        next: ["ok", "ok"],
        // The session's request and the call's were sent once.
        sent: 2,
        aborted: 0,
        isQuick: true,
      };
      assert.deepEqual(seen, expected, way);
    }
  });
}
