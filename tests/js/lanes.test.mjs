// One call at a time for each registration.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lanes, Superseded } from "../../dist/client/lanes.js";

/** What became of an entering by now: "waiting", "in" with how to leave, or why not. */
function follow(entering) {
  const followed = { state: "waiting" };
  const enter = (leave) => Object.assign(followed, { state: "in", leave });
  const miss = (reason) => Object.assign(followed, { state: "out", reason });
  if (typeof entering === "function") enter(entering);
  else entering.then(enter, miss);
  return followed;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("one at a time for each key; a free lane is entered at once", async () => {
  const lanes = new Lanes();
  const first = lanes.enter("a");
  const other = lanes.enter("b");
  assert.deepEqual([typeof first, typeof other], ["function", "function"]);
  const second = follow(lanes.enter("a"));
  other();
  await settle();
  assert.equal(second.state, "waiting");
  first();
  await settle();
  assert.equal(second.state, "in");
  second.leave();
  assert.equal(lanes.next.size, 0, "nothing is left of idle keys");
});

test("the last wish counts", async () => {
  const lanes = new Lanes();
  const first = lanes.enter("a");
  const [second, third] = [follow(lanes.enter("a")), follow(lanes.enter("a"))];
  await settle();
  assert.ok(second.reason instanceof Superseded);
  assert.equal(third.state, "waiting");
  first();
  await settle();
  assert.equal(third.state, "in");
  third.leave();
  assert.equal(lanes.next.size, 0);
});

test("to leave twice is to leave once", async () => {
  const lanes = new Lanes();
  const first = lanes.enter("a");
  const second = follow(lanes.enter("a"));
  first();
  const third = follow(lanes.enter("a"));
  first();
  await settle();
  assert.deepEqual([second.state, third.state], ["in", "waiting"]);
});

test("who is aborted while waiting gives up the place, and blocks nobody", async () => {
  const lanes = new Lanes();
  const first = lanes.enter("a");
  const abort = new AbortController();
  const second = follow(lanes.enter("a", abort.signal));
  abort.abort("enough");
  await settle();
  assert.deepEqual(second, { state: "out", reason: "enough" });
  const third = follow(lanes.enter("a"));
  const late = follow(lanes.enter("a", abort.signal));
  await settle();
  assert.deepEqual([third.state, late.state], ["waiting", "out"], "who comes aborted overtakes nobody");
  first();
  await settle();
  third.leave();
  assert.equal(lanes.next.size, 0);
});

test("an abort that comes after the turn has come, or is lost, changes nothing", async () => {
  const lanes = new Lanes();
  const first = lanes.enter("a");
  const [one, two] = [new AbortController(), new AbortController()];
  const overtaken = follow(lanes.enter("a", one.signal));
  const second = follow(lanes.enter("a", two.signal));
  one.abort("late");
  first();
  two.abort("late");
  const third = follow(lanes.enter("a"));
  await settle();
  assert.ok(overtaken.reason instanceof Superseded);
  assert.deepEqual([second.state, third.state], ["in", "waiting"]);
  second.leave();
  await settle();
  assert.equal(third.state, "in");
});

test("in any order: never two at a time, no turn is lost, only those that were overtaken are superseded", async () => {
  let seed = Number(process.env.SEED ?? Date.now() % 1e9);
  console.log(`SEED=${seed}`);
  const random = (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  for (let round = 0; round < 200; round += 1) {
    const lanes = new Lanes();
    const all = [];
    for (let step = 0; step < 40; step += 1) {
      const key = "ab"[random(2)];
      const ofKey = all.filter((one) => one.key === key);
      const inside = ofKey.filter((one) => one.state === "in");
      assert.ok(inside.length <= 1, "two at a time");
      const waiting = ofKey.filter((one) => one.state === "waiting");
      assert.ok(waiting.length <= 1, "two wait");
      assert.ok(waiting.length === 0 || inside.length === 1, "somebody waits for nobody");
      const kind = random(4);
      if (kind < 2) {
        const abort = new AbortController();
        const one = follow(lanes.enter(key, abort.signal));
        all.push(Object.assign(one, { key, abort, overtakes: waiting[0] }));
      } else if (kind === 2) inside[0]?.leave();
      else waiting[0]?.abort.abort("aborted");
      if (kind === 2 && inside[0]) inside[0].state = "done";
      await settle();
    }
    for (const one of all.filter(({ state }) => state === "out")) {
      const isOvertaken = all.some(({ overtakes }) => overtakes === one);
      if (isOvertaken) assert.ok(one.reason instanceof Superseded);
      else assert.equal(one.reason, "aborted");
    }
    for (const one of all.filter(({ state }) => state !== "out" && state !== "done")) {
      while (one.state === "waiting") {
        all.find(({ key, state }) => key === one.key && state === "in").leave();
        await settle();
      }
      one.leave();
      one.state = "done";
      await settle();
    }
    assert.equal(lanes.next.size, 0);
  }
});
