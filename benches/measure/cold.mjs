// (b) From navigation to the first completed upsert, as a new visitor has it.

import { compare, differences, rotated, summarize } from "../report/statistics.mjs";
import { baseline, running } from "../variants.mjs";
import { addressOf, BenchPage, launchBrowser } from "./browser.mjs";

const kilobit = 1000 / 8;

export const links = {
  loopback: undefined,
  slow: { latencyMs: 150, bytesPerSecond: 1600 * kilobit, cpuSlowdown: 4 },
};

/** With a hint a page is another one: it is measured beside the same page without. */
export const coldCases = running.flatMap((variant) => {
  const plain = { key: variant.name, title: variant.title, variant, file: "index.html" };
  if (variant.wasm === undefined) return [plain];
  const hinted = (key, which) => ({
    key: `${variant.name}+${key}`,
    title: `${variant.title}, ${which}`,
    variant,
    file: `${key}.html`,
  });
  return [plain, hinted("hints", "preload hint in the page"), hinted("all-hints", "all hints")];
});

async function slowDown(cdp, { latencyMs, bytesPerSecond, cpuSlowdown }) {
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: cpuSlowdown });
}

/** One visit. Fails when a file was fetched twice: the hint would cost a visitor the wasm a second time. */
async function visitOnce(browser, server, { variant, file }, link) {
  await server.reset();
  const page = await BenchPage.create(browser);
  try {
    await page.cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    if (link !== undefined) await slowDown(page.cdp, link);
    const before = await page.mainThreadMs();
    const { ms } = await page.visit(addressOf(server, variant, file));
    const mainThreadMs = (await page.mainThreadMs()) - before;
    const { files } = await server.counts();
    for (const [path, count] of Object.entries(files)) {
      if (count !== 1) throw new Error(`${path} was fetched ${count} times in one visit.`);
    }
    return { ms, mainThreadMs };
  } finally {
    await page.close();
  }
}

/** `{ loopback, slow }`: times of each case and ratios; `mainThread`: CPU on loopback, and how much more than the baseline's. */
export async function measureCold(server, { rounds, say }) {
  const samples = () => Object.fromEntries(coldCases.map(({ key }) => [key, []]));
  const times = { loopback: samples(), slow: samples() };
  const cpu = samples();
  for (let round = 0; round < rounds; round += 1) {
    say(`cold start, round ${round + 1} of ${rounds}`);
    const browser = await launchBrowser();
    try {
      // The first page of a browser also starts the browser's own services.
      await visitOnce(browser, server, coldCases[0], undefined);
      for (const [name, link] of Object.entries(links)) {
        for (const one of rotated(coldCases, round)) {
          const { ms, mainThreadMs } = await visitOnce(browser, server, one, link);
          times[name][one.key].push(ms);
          if (link === undefined) cpu[one.key].push(mainThreadMs);
        }
      }
    } finally {
      await browser.close();
    }
  }
  return {
    loopback: compare(times.loopback, baseline),
    slow: compare(times.slow, baseline),
    mainThread: Object.fromEntries(
      Object.entries(cpu).map(([key, values]) => [
        key,
        { ...summarize(values), more: summarize(differences(values, cpu[baseline])) },
      ]),
    ),
  };
}
