// What ten thousand kept cost while none is due, and how they are told again after a sleep (Chromium). `-- --long`: as long as
// the issue says; else less.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KeeperStage, pause, until } from "./stage.mjs";

const isLong = process.env.TEST_LONG === "1";
const COUNT = 10_000;
const IDLE_SECONDS = isLong ? 30 : 10;
/** For the wake-up: each is told once, at this rate, before it can be told again. */
const SLEEPERS = isLong ? COUNT : 600;
const PER_SECOND = 50;
const MIB = 1024 * 1024;

let stage;
before(async () => {
  stage = await KeeperStage.open("chromium");
});
after(() => stage.close());

const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;

/** Knows the memory of each instance, from the first. */
function watchMemory() {
  const memories = [];
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const instance = await instantiate(...given);
    memories.push(instance.exports.memory);
    return instance;
  };
  window.wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

/** A page with the scripted core, and what it has cost so far. */
async function open() {
  await stage.begin();
  const tab = await stage.tab(watchMemory);
  const devtools = await tab.createCDPSession();
  await devtools.send("Performance.enable");
  const metrics = async () => {
    const { metrics: all } = await devtools.send("Performance.getMetrics");
    return Object.fromEntries(all.map(({ name, value }) => [name, value]));
  };
  const heapBytes = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize;
  };
  /** Seconds of the main thread's, while nobody does anything. */
  const costs = async (seconds) => {
    const from = await metrics();
    await pause(seconds * 1000);
    const to = await metrics();
    return { task: to.TaskDuration - from.TaskDuration, script: to.ScriptDuration - from.ScriptDuration };
  };
  const idle = await costs(5);
  await tab.evaluate(() => import("/tests/keeper/idle-page.mjs").then(() => {}));
  return { tab, costs, heapBytes, idle };
}

const begin = async (tab, count, perSecond) => {
  await tab.evaluate((...given) => window.idle.begin(...given), count, perSecond);
  const allMs = 60_000 + (count / perSecond) * 2000;
  await until(
    "all are registered",
    () => tab.evaluate((all) => window.idle.registered() === all, count),
    allMs,
  );
};

test(`${COUNT} kept cost less than 1 % of the main thread while none is due`, async (t) => {
  const { tab, costs, heapBytes, idle } = await open();
  const before = await heapBytes();
  await begin(tab, COUNT, 1000);
  assert.equal(await tab.evaluate(() => window.idle.count()), COUNT);
  // What was left over is collected.
  await pause(8000);
  const shareOf = ({ task }) => ((task / IDLE_SECONDS - idle.task / 5) * 100).toFixed(3);
  // A garbage collection is in one of two; what the keepers do is in both.
  let cost = await costs(IDLE_SECONDS);
  if (Number(shareOf(cost)) >= 1) cost = await costs(IDLE_SECONDS);
  const { task, script } = cost;
  const share = shareOf(cost);
  const heap = ((await heapBytes()) - before) / COUNT;
  const wasm = await tab.evaluate(() => window.wasmBytes());
  t.diagnostic(
    `${IDLE_SECONDS} s: tasks ${(task * 1000).toFixed(1)} ms, of that scripts ${(script * 1000).toFixed(1)} ms; ` +
      `a page without it ${(idle.task * 200).toFixed(1)} ms a second; ${share} %; ` +
      `JS heap ${Math.round(heap)} bytes for each, wasm ${mib(wasm)}`,
  );
  assert.equal(await tab.evaluate(() => window.idle.count()), COUNT, "none was due");
  assert.ok(Number(share) < 1, `${share} %`);
  assert.ok(script / IDLE_SECONDS < 0.01);
});

test("after a sleep that made all overdue: at most 50 in any second, who ends first is first", async (t) => {
  const { tab } = await open();
  await begin(tab, SLEEPERS, PER_SECOND);
  const ends = new Map(await tab.evaluate(() => window.idle.sleep(3_400_000)));
  const wanted = Math.min(SLEEPERS, 1000);
  const told = await until(
    "they are told again",
    async () => {
      const calls = await tab.evaluate(() => window.idle.calls());
      return calls.length >= wanted && calls;
    },
    (wanted / PER_SECOND) * 2000 + 10_000,
  );
  assert.equal(new Set(told.map(({ index }) => index)).size, told.length, "each once");
  // From a call's beginning to its request it takes a moment, not each time the same.
  const inASecond = told.map(
    ({ at }) => told.filter((other) => other.at >= at && other.at < at + 850).length,
  );
  const most = Math.max(...inASecond);
  const tookMs = told.at(-1).at - told[0].at;
  t.diagnostic(`${told.length} in ${Math.round(tookMs)} ms, at most ${most} in a second`);
  assert.ok(most <= PER_SECOND, `${most} in a second`);
  assert.ok(tookMs < (told.length / PER_SECOND) * 1000 * 1.3, "and not much fewer");
  const inOrder = told.toSorted((one, other) => ends.get(one.index) - ends.get(other.index));
  const ranks = new Map(inOrder.map(({ index }, rank) => [index, rank]));
  for (const [place, { index }] of told.entries()) {
    // So many are under way at once, and overtake each other.
    assert.ok(
      Math.abs(ranks.get(index) - place) <= 32,
      `${index} is number ${ranks.get(index)}, and was told ${place}.`,
    );
  }
});
