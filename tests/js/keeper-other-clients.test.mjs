// A deletion that failed is made again. It must not remove what the application has registered since, through whichever
// client; and who asks again for a deletion that was not made is not told that it was.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outcome, pause, refusingDeletions, scriptedCore, until } from "./scripted-core.mjs";

const number = "+4799900001";
const loop = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: number };
const fork = { ...loop, routeType: "FORK" };

/** A number that is kept by a client of `options`, until the test ends. */
async function kept(t, options) {
  const core = scriptedCore({ ttlSeconds: 60 });
  t.after(() => core.close());
  const client = core.client({ retry: false, ...options });
  const keeper = client.keepRegistered(loop);
  await until("registered", () => keeper.state === "registered");
  return { core, client, keeper };
}

const register = {
  upsertRegistration: (client) => client.upsertRegistration(fork),
  upsertRegistrations: async (client) => {
    for await (const { status } of client.upsertRegistrations([fork])) assert.equal(status, "ok");
  },
};
const pairs = {
  "clients of one owner": [{ keeping: { owner: "overruled" } }, { keeping: { owner: "overruled" } }],
  "clients without an owner": [{}, {}],
  "clients of two owners": [{ keeping: { owner: "overruled-a" } }, { keeping: { owner: "overruled-b" } }],
  "clients of two API versions": [{}, { apiVersion: "v0" }],
};

describe("a deletion that is to be made again", { concurrency: 16 }, () => {
  for (const [kind, [one, other]] of Object.entries(pairs)) {
    for (const [how, call] of Object.entries(register)) {
      for (const waitMs of [0, 300]) {
        test(`${kind}: ${how} of the other, ${waitMs} ms after it failed: the number stays`, async (t) => {
          const { core, keeper } = await kept(t, one);
          core.answer = refusingDeletions(14);
          assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
          await pause(waitMs);
          core.answer = () => undefined;
          await call(core.client(other));
          await pause(2500);
          assert.equal(core.registrations.get(number)?.routeType, "FORK");
        });
      }
    }
  }

  test("an address with a slash at its end is the same core", async (t) => {
    const { core, keeper } = await kept(t);
    core.answer = refusingDeletions(14);
    assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
    core.answer = () => undefined;
    await core.client({ baseUrl: `${core.url}/` }).upsertRegistration(fork);
    await pause(2500);
    assert.equal(core.registrations.get(number)?.routeType, "FORK");
  });

  test("a call for another number, or at another core, leaves it alone", async (t) => {
    const { core, client, keeper } = await kept(t);
    const another = scriptedCore();
    t.after(() => another.close());
    core.answer = refusingDeletions(14);
    assert.equal(await outcome(keeper.stop({ delete: true })), "unavailable");
    core.answer = () => undefined;
    await client.upsertRegistration({ ...fork, phoneNumber: "+4799900002" });
    await another.client().upsertRegistration(fork);
    await until("it is deleted", () => !core.registrations.has(number), 3000);
  });
});

describe("stop({ delete: true }) of a keeper that is stopped", { concurrency: 16 }, () => {
  test("deletes what plain stop() left", async (t) => {
    const { core, keeper } = await kept(t);
    await keeper.stop();
    assert.equal(await outcome(keeper.stop({ delete: true })), "done");
    assert.equal(core.registrations.size, 0);
    assert.equal(keeper.inEffect, undefined);
  });

  test("is refused again when the core refuses again, and done when it does not", async (t) => {
    for (const status of [7, 14]) {
      const { core, keeper } = await kept(t);
      core.answer = refusingDeletions(status);
      const first = await outcome(keeper.stop({ delete: true }));
      assert.equal(await outcome(keeper.stop({ delete: true })), first);
      core.answer = () => undefined;
      assert.equal(await outcome(keeper.stop({ delete: true })), "done");
      assert.equal(core.registrations.size, 0);
    }
  });

  test("asks nobody when it is deleted already, or was never registered", async (t) => {
    const { core, client, keeper } = await kept(t);
    await keeper.stop();
    for (let times = 0; times < 3; times += 1) await keeper.stop({ delete: true });
    const wrong = client.keepRegistered({ sipUri: "sip:wrong" });
    await until("stopped", () => wrong.state === "stopped");
    await wrong.stop({ delete: true });
    assert.equal(core.calls.length, 2);
  });

  test("ends the other keepers of the number, as the last wish for it", async (t) => {
    const { core, client, keeper } = await kept(t);
    const other = client.keepRegistered(loop);
    await until("registered", () => other.state === "registered");
    await keeper.stop();
    await keeper.stop({ delete: true });
    assert.deepEqual([other.state, core.registrations.size, client.keepers.length], ["stopped", 0, 0]);
    const again = client.keepRegistered(loop);
    await until("registered", () => again.state === "registered");
  });
});
