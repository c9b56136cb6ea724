// Three tabs keep one number, and whatever becomes of the one that leads, the core never forgets it. `-- --long`: ten minutes with a
// time to live of two; else the same in little. SEED repeats the moments of an earlier run.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { browsers } from "../session/stage.mjs";
import { end } from "./endings.mjs";
import { randomFrom, seed } from "./seed.mjs";
import { KeeperStage, leaderOf, pause, ready, request, stands, until, users } from "./stage.mjs";

const [number] = users;
const isLong = process.env.TEST_LONG === "1";
const ttlSeconds = isLong ? 120 : 20;
const ttlMs = ttlSeconds * 1000;
/** 80 s of 120. */
const periodMs = (ttlMs * 2) / 3;
const outageMs = ttlMs / 8;
const ways = { chromium: ["closed", "crashed", "frozen", "hung"], firefox: ["closed", "crashed", "hung"] };
const rounds = isLong ? 7 : 5;

/** Looks again and again whether the core has it. */
function watch(stage) {
  const seen = { looks: 0, misses: [], stoodStillMs: 0 };
  let last = Date.now();
  const timer = setInterval(() => {
    seen.looks += 1;
    seen.stoodStillMs = Math.max(seen.stoodStillMs, Date.now() - last);
    last = Date.now();
    if (!stage.registered(number)) seen.misses.push(Date.now());
  }, 100);
  // A test that fails elsewhere must not hold the process.
  timer.unref();
  return () => {
    clearInterval(timer);
    return seen;
  };
}

/** For who reads that the test failed. */
function shown(tab) {
  const told = tab.evaluate(() => JSON.stringify([window.page.label, window.page.view(), window.page.notes]));
  return Promise.race([told, pause(1000).then(() => "no answer")]).catch(String);
}

/** The core breaks off every connection for a while. */
async function outage(stage, atMs) {
  await pause(atMs);
  stage.sandbox.arm(["core", "token"].map((on) => ({ on, lose: "request", times: "always" })));
  await pause(outageMs);
  stage.sandbox.disarm();
}

/** What the core's log says, however often somebody looked. */
function judge(stage, { tookMs, changes, ended }) {
  const upserts = stage.upserts(number);
  for (const [index, { startedAt, endedAt, outcome }] of upserts.entries()) {
    assert.equal(outcome, "ok");
    const last = upserts[index - 1];
    if (!last) continue;
    assert.ok(startedAt >= last.endedAt, `two at once: ${JSON.stringify([last, upserts[index]])}`);
    // The core counts from some moment of the call.
    assert.ok(endedAt - last.startedAt < ttlMs, `${endedAt - last.startedAt} ms between two`);
  }
  const labels = upserts.map(({ label }) => label);
  const inTurn = labels.filter((label, index) => label !== labels[index - 1]);
  assert.equal(new Set(inTurn).size, inTurn.length, `one who was overtaken tells the core again: ${labels}`);
  for (const { label, way, at } of ended) {
    const later = stage.sandbox.callLog.slice(at).filter((call) => call.phoneNumber === number);
    const next = later.findIndex((call) => call.label !== label);
    assert.ok(!later.slice(next).some((call) => call.label === label), `who was ${way} tells the core again`);
  }
  const most = 2 + tookMs / (0.74 * ttlMs) + changes;
  assert.ok(upserts.length <= most, `${upserts.length} upserts`);
  return { upserts: upserts.length, leaders: inTurn.length };
}

describe("three tabs", { concurrency: true }, () => {
  for (const browser of browsers) {
    test(`${browser}: the leader ends in every way, and the core never forgets the number`, async (t) => {
      const stage = await KeeperStage.open(browser, { ttlSeconds });
      let stop = () => ({ stoodStillMs: 0 });
      const tabs = [];
      try {
        t.diagnostic(`SEED=${seed}`);
        const random = randomFrom(seed);
        await stage.begin({}, { keep: [{ request }] });
        tabs.push(await stage.signedIn());
        await stands(tabs[0], "registered");
        stop = watch(stage);
        const beganAt = Date.now();
        while (tabs.length < 3) tabs.push(await stage.tab());
        const totalMs = (rounds + 0.5) * periodMs;
        const outageAtMs = random() * (totalMs - outageMs);
        const reloadIn = Math.floor(random() * rounds);
        t.diagnostic(`outage after ${Math.round(outageAtMs)} ms, reload in round ${reloadIn}`);
        const out = outage(stage, outageAtMs);
        const ended = [];
        for (let round = 0; round < rounds; round += 1) {
          if (round === reloadIn) {
            await pause(beganAt + (round + 0.5) * periodMs - Date.now());
            const leader = await leaderOf(tabs, ttlMs);
            await leader.reload();
            await ready(leader);
          }
          await pause(beganAt + (round + 1) * periodMs - Date.now());
          const way = ways[browser][round % ways[browser].length];
          ended.push(await end(way, { stage, tabs, number, patienceMs: ttlMs }));
        }
        await out;
        await pause(beganAt + totalMs - Date.now());
        await until("a leader, at the end", () => leaderOf(tabs, ttlMs));
        const { looks, misses } = stop();
        const tookMs = Date.now() - beganAt;
        assert.deepEqual(misses, []);
        const told = judge(stage, { tookMs, changes: rounds + 1, ended });
        t.diagnostic(
          `${Math.round(tookMs / 1000)} s, the leader ${ended.map(({ way }) => way).join(", ")}: ` +
            `${told.upserts} upserts by ${told.leaders} leaders, looked ${looks} times`,
        );
        for (const tab of tabs) await stands(tab, "registered");
      } catch (error) {
        const calls = stage.sandbox.callLog.map(({ startedAt, label, outcome }) =>
          [new Date(startedAt).toISOString().slice(14, 23), label, outcome].join(" "),
        );
        t.diagnostic(
          `the longest time between two looks: ${stop().stoodStillMs} ms (a machine that stands still proves nothing)`,
        );
        t.diagnostic(`now ${new Date().toISOString()}; ${calls.join(", ")}`);
        for (const tab of tabs) t.diagnostic(await shown(tab));
        throw error;
      } finally {
        await stage.close();
      }
    });
  }
});
