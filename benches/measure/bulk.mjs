// (d) Many calls at once.

import { running } from "../variants.mjs";
import { launchBrowser, openAll } from "./browser.mjs";
import { callTogether } from "./loops.mjs";
import { compareInTurns } from "./rounds.mjs";

const slices = 5;
const callsPerSlice = 1000;
const concurrencies = [6, 32];

/** `{ 6: …, 32: … }`: milliseconds for 5,000 calls, which are distinct numbers. */
export async function measureBulk(server, { rounds, say }) {
  const browser = await launchBrowser();
  try {
    const pages = await openAll(browser, server, running);
    for (const page of pages.values()) await page.evaluate(callTogether, 0, 500, 6);
    const results = {};
    for (const concurrency of concurrencies) {
      results[concurrency] = await compareInTurns({
        ...{ rounds, slices },
        say: (text) => say(`${slices * callsPerSlice} calls, ${concurrency} at a time, ${text}`),
        runSlice: (name, slice) =>
          pages.get(name).evaluate(callTogether, slice * callsPerSlice, callsPerSlice, concurrency),
      });
    }
    return results;
  } finally {
    await browser.close();
  }
}
