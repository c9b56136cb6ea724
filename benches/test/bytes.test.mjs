// What a visitor downloads is within the budgets.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { build } from "../../scripts/build.mjs";
import budgets from "../budgets.json" with { type: "json" };
import { bundlePages } from "../measure/bundle.mjs";
import { measureFeatures, measurePages } from "../measure/bytes.mjs";
import { featuresTable, pagesTable } from "../report/tables.mjs";
import { variants } from "../variants.mjs";

const { tested } = budgets;

let pages;
let entry;
before(async () => {
  await build();
  await bundlePages();
  pages = measurePages();
  entry = await measureFeatures();
  console.log(`\n${pagesTable(pages)}\n\n${featuresTable(entry)}\n`);
});

for (const [name, part, budget] of [
  ["what the whole entry loads up to a first call", "sum", tested.wholeEntryGzip],
  ["all that the package may load", "all", tested.allGzip],
]) {
  test(`${name}, JavaScript and wasm, is within its budget`, () => {
    const { gzip } = entry.whole[part];
    assert.ok(gzip <= budget, `${gzip} bytes (gzip), the budget is ${budget}`);
  });
}

for (const { name, title, budget } of variants.filter(({ budget }) => budget !== undefined)) {
  test(`the page of "${title}" is within its budget`, () => {
    assert.ok(Number.isInteger(tested[budget]), `budgets.json has no ${budget}`);
    const { gzip } = pages[name].sum;
    assert.ok(gzip <= tested[budget], `${gzip} bytes (gzip), the budget is ${tested[budget]}`);
  });
}

test("every page has JavaScript, and those with wasm have it beside", () => {
  for (const { name, wasm } of variants) {
    assert.ok(pages[name].javascript.gzip > 0, name);
    assert.equal(pages[name].wasm !== undefined, wasm !== undefined, name);
  }
});
