// A day of a server with many registrations, in virtual time: workers that are killed, a core that fails, answers that come late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, desired, failed, next, registered } from "sipbreakout-web/schedule";

const START_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Numbers from 0 to 1, the same each time. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What happens next, by its time. */
class Queue {
  #items = [];

  add(atMs, run) {
    this.#items.push({ atMs, run });
    this.#items.sort((one, other) => one.atMs - other.atMs);
  }

  take() {
    return this.#items.shift();
  }
}

/** Keeps one registration as a job queue would: what is known of it is text. `outcome` says what comes of a call. */
function keep(outcome, random, { timeToLiveMs = HOUR_MS, untilMs = START_MS + DAY_MS } = {}) {
  const queue = new Queue();
  let stored = JSON.stringify(desired());
  const seen = {
    calls: [],
    underWay: 0,
    mostUnderWay: 0,
    lapses: 0,
    states: new Set(),
    grantedUntilMs: undefined,
  };
  const save = (registration) => {
    stored = JSON.stringify(registration);
  };
  let looks = 0;
  /** One job for a registration: the last one that was put into the queue. */
  const lookAt = (atMs) => {
    looks += 1;
    const look = looks;
    queue.add(atMs, (nowMs) => look === looks && lookNow(nowMs));
  };
  const lookNow = (nowMs) => {
    const registration = JSON.parse(stored);
    const due = next(registration, nowMs);
    seen.states.add(due.state);
    if (due.state === "lapsed") seen.lapses += 1;
    if (due.atMs === undefined) return;
    if (due.atMs > nowMs) {
      lookAt(due.atMs);
      return;
    }
    save(begin(registration, nowMs));
    call(nowMs, due.timeoutMs);
    lookAt(nowMs + 1);
  };
  const call = (nowMs, timeoutMs) => {
    const { error, afterMs, isKilled } = outcome(nowMs, seen.calls.length);
    const ms = Math.min(afterMs, timeoutMs);
    seen.calls.push(nowMs);
    seen.underWay += 1;
    seen.mostUnderWay = Math.max(seen.mostUnderWay, seen.underWay);
    queue.add(nowMs + ms, (endMs) => {
      seen.underWay -= 1;
      if (isKilled) return;
      const registration = JSON.parse(stored);
      const late = afterMs > timeoutMs ? { code: "deadline_exceeded", kind: "timeout" } : error;
      save(
        late
          ? failed(registration, endMs, late, random())
          : registered(registration, endMs, { timeToLiveMs }, random()),
      );
      lookAt(endMs);
    });
  };
  lookAt(START_MS);
  for (let item = queue.take(); item && item.atMs < untilMs; item = queue.take()) item.run(item.atMs);
  return seen;
}

const unavailable = { code: "unavailable", kind: "network" };

for (const seed of [1, 2, 3]) {
  test(`never two calls at once, and no lapse while answers come in time (seed ${seed})`, () => {
    const random = dice(seed);
    const seen = keep(() => {
      const drawn = random();
      return {
        // A third fails, or is never answered because the worker was killed.
        error: drawn < 0.2 ? unavailable : undefined,
        afterMs: random() * 2000,
        isKilled: drawn > 0.87,
      };
    }, random);
    assert.equal(seen.mostUnderWay, 1);
    assert.equal(seen.lapses, 0);
    assert.ok(seen.states.has("registered"));
    assert.ok(seen.calls.length >= 28 && seen.calls.length < 60, `${seen.calls.length} calls`);
  });

  test(`calls that take as long as they may are never two at once (seed ${seed})`, () => {
    const random = dice(seed);
    const seen = keep(() => ({ afterMs: random() * 60_000, isKilled: random() < 0.3 }), random, {
      timeToLiveMs: 60_000,
      untilMs: START_MS + HOUR_MS,
    });
    assert.equal(seen.mostUnderWay, 1);
    assert.ok(seen.calls.length > 60);
  });
}

test("a core that is out for two hours is asked once a minute, and has everything a minute after it is back", () => {
  const random = dice(4);
  const [fromMs, toMs] = [START_MS + 5 * HOUR_MS, START_MS + 7 * HOUR_MS];
  const seen = keep(
    (nowMs) => ({ error: nowMs >= fromMs && nowMs < toMs ? unavailable : undefined, afterMs: 50 }),
    random,
  );
  const out = seen.calls.filter((atMs) => atMs >= fromMs && atMs < toMs);
  for (const [index, atMs] of out.slice(1).entries()) {
    const ms = atMs - out[index];
    assert.ok(ms >= MINUTE_MS && ms <= 1.1 * MINUTE_MS + 1, `${ms} ms between two`);
  }
  assert.ok(seen.states.has("atRisk") && seen.lapses > 0);
  const back = seen.calls.filter((atMs) => atMs >= toMs);
  assert.ok(back[0] - toMs <= 1.1 * MINUTE_MS);
  assert.ok(back[1] - back[0] >= 0.75 * HOUR_MS);
});

test("a core without faults is asked once per 0.8 of the time to live", () => {
  const random = dice(5);
  const { calls } = keep(() => ({ afterMs: 50 }), random, { timeToLiveMs: 60_000 });
  const wanted = DAY_MS / 48_000;
  assert.ok(calls.length > 0.97 * wanted && calls.length < 1.03 * wanted, `${calls.length} of ${wanted}`);
});
