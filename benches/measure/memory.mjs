// (f) What a page holds after a thousand calls.

import { rotated, summarize } from "../report/statistics.mjs";
import { running } from "../variants.mjs";
import { launchBrowser, openAll } from "./browser.mjs";
import { callInTurn, noteMemories, wasmBytes } from "./loops.mjs";

const calls = 1000;

async function measureOnce(browser, server, variant) {
  const pages = await openAll(browser, server, [variant], { prepare: noteMemories });
  const page = pages.get(variant.name);
  await page.evaluate(callInTurn, calls);
  await page.cdp.send("HeapProfiler.enable");
  await page.cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await page.cdp.send("Runtime.getHeapUsage");
  const wasm = await page.evaluate(wasmBytes);
  await page.close();
  return { heap: usedSize, wasm };
}

/** Bytes: `{ name: { heap, wasm } }`. */
export async function measureMemory(server, { rounds, say }) {
  const samples = Object.fromEntries(running.map(({ name }) => [name, { heap: [], wasm: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    say(`memory, round ${round + 1} of ${rounds}`);
    const browser = await launchBrowser();
    try {
      for (const variant of rotated(running, round)) {
        const measured = await measureOnce(browser, server, variant);
        for (const [kind, bytes] of Object.entries(measured)) samples[variant.name][kind].push(bytes);
      }
    } finally {
      await browser.close();
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, { heap, wasm }]) => [
      name,
      { heap: summarize(heap), wasm: summarize(wasm) },
    ]),
  );
}
