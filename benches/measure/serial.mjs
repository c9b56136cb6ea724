// (c) One call after another, and how many CORS preflights that costs.

import { running } from "../variants.mjs";
import { launchBrowser, openAll } from "./browser.mjs";
import { callInTurn, removeInTurn } from "./loops.mjs";
import { compareInTurns } from "./rounds.mjs";

const slices = 6;
const callsPerSlice = 50;

/** Milliseconds of one call; 300 calls a round. */
export async function measureSerial(server, { rounds, say }) {
  const browser = await launchBrowser();
  try {
    const pages = await openAll(browser, server, running);
    // Connections are open and hot code is compiled.
    for (const page of pages.values()) await page.evaluate(callInTurn, slices * callsPerSlice);
    return await compareInTurns({
      ...{ rounds, slices },
      say: (text) => say(`one call after another, ${text}`),
      runSlice: async (name) =>
        (await pages.get(name).evaluate(callInTurn, callsPerSlice)) / (slices * callsPerSlice),
    });
  } finally {
    await browser.close();
  }
}

/** `{ name: { path: count } }`: the preflights that the server saw for 100 upserts and 100 deletions of a fresh page. */
export async function countPreflights(server, { say }) {
  const browser = await launchBrowser();
  const counted = {};
  try {
    for (const variant of running) {
      say(`preflights, ${variant.title}`);
      await server.reset();
      const pages = await openAll(browser, server, [variant]);
      const page = pages.get(variant.name);
      // The page has made one upsert already.
      await page.evaluate(callInTurn, 99);
      await page.evaluate(removeInTurn, 100);
      const { preflights, calls } = await server.counts();
      for (const [path, count] of Object.entries(calls)) {
        if (count !== 100) throw new Error(`${variant.title}: ${count} calls of ${path} instead of 100.`);
      }
      counted[variant.name] = preflights;
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return counted;
}
