// A browser asks once for each address whether it may call, not before every call.

import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "../../scripts/build.mjs";
import budgets from "../budgets.json" with { type: "json" };
import { bundlePages } from "../measure/bundle.mjs";
import { countPreflights } from "../measure/serial.mjs";
import { preflightsTable } from "../report/tables.mjs";
import { startServer } from "../server/start.mjs";
import { running } from "../variants.mjs";

test("100 upserts and 100 deletions cost one CORS preflight for each of the two addresses", async (t) => {
  await build();
  await bundlePages();
  const server = await startServer();
  t.after(() => server.close());
  const preflights = await countPreflights(server, { say: () => {} });
  console.log(`\n${preflightsTable(preflights)}\n`);
  for (const { name, title } of running.filter(({ isOurs }) => isOurs)) {
    const counts = Object.values(preflights[name]);
    assert.deepEqual(counts, [budgets.tested.preflightsPerUrl, budgets.tested.preflightsPerUrl], title);
  }
});
