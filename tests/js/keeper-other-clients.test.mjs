// A deletion that failed is made again. It must not remove what the application has registered since, through whichever
// client; and who asks again for a deletion that was not made is not told that it was.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { reply } from "./fleet.mjs";
import { pause, scriptedCore, until } from "./scripted-core.mjs";

const number = "+4799900001";
const loop = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: number };
const fork = { ...loop, routeType: "FORK" };

const caught = (promise) =>
  promise.then(
    () => "done",
    (error) => error.code,
  );
const refusing =
  (status) =>
  ({ method }) =>
    method === "DeleteRegistration" ? reply(null, status) : undefined;

/** A number that is kept by a client of `options`. */
async function kept(options) {
  const core = scriptedCore({ ttlSeconds: 60 });
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
        test(`${kind}: ${how} of the other, ${waitMs} ms after it failed: the number stays`, async () => {
          const { core, keeper } = await kept(one);
          try {
            core.answer = refusing(14);
            assert.equal(await caught(keeper.stop({ delete: true })), "unavailable");
            await pause(waitMs);
            core.answer = () => undefined;
            await call(core.client(other));
            await pause(2500);
            assert.equal(core.registrations.get(number)?.routeType, "FORK");
          } finally {
            core.close();
          }
        });
      }
    }
  }

  test("an address with a slash at its end is the same core", async () => {
    const { core, keeper } = await kept();
    try {
      core.answer = refusing(14);
      assert.equal(await caught(keeper.stop({ delete: true })), "unavailable");
      core.answer = () => undefined;
      await core.client({ baseUrl: `${core.url}/` }).upsertRegistration(fork);
      await pause(2500);
      assert.equal(core.registrations.get(number)?.routeType, "FORK");
    } finally {
      core.close();
    }
  });

  test("a call for another number, or at another core, leaves it alone", async () => {
    const { core, client, keeper } = await kept();
    const another = scriptedCore();
    try {
      core.answer = refusing(14);
      assert.equal(await caught(keeper.stop({ delete: true })), "unavailable");
      core.answer = () => undefined;
      await client.upsertRegistration({ ...fork, phoneNumber: "+4799900002" });
      await another.client().upsertRegistration(fork);
      await until("it is deleted", () => !core.registrations.has(number), 3000);
    } finally {
      core.close();
      another.close();
    }
  });
});

describe("stop({ delete: true }) of a keeper that is stopped", { concurrency: 16 }, () => {
  test("deletes what plain stop() left", async () => {
    const { core, keeper } = await kept();
    try {
      await keeper.stop();
      assert.equal(await caught(keeper.stop({ delete: true })), "done");
      assert.equal(core.registrations.size, 0);
      assert.equal(keeper.inEffect, undefined);
    } finally {
      core.close();
    }
  });

  test("is refused again when the core refuses again, and done when it does not", async () => {
    for (const status of [7, 14]) {
      const { core, keeper } = await kept();
      try {
        core.answer = refusing(status);
        const first = await caught(keeper.stop({ delete: true }));
        assert.equal(await caught(keeper.stop({ delete: true })), first);
        core.answer = () => undefined;
        assert.equal(await caught(keeper.stop({ delete: true })), "done");
        assert.equal(core.registrations.size, 0);
      } finally {
        core.close();
      }
    }
  });

  test("asks nobody when it is deleted already, or was never registered", async () => {
    const { core, client, keeper } = await kept();
    try {
      await keeper.stop();
      for (let times = 0; times < 3; times += 1) await keeper.stop({ delete: true });
      const wrong = client.keepRegistered({ sipUri: "sip:wrong" });
      await until("stopped", () => wrong.state === "stopped");
      await wrong.stop({ delete: true });
      assert.equal(core.calls.length, 2);
    } finally {
      core.close();
    }
  });

  test("ends the other keepers of the number, as the last wish for it", async () => {
    const { core, client, keeper } = await kept();
    try {
      const other = client.keepRegistered(loop);
      await until("registered", () => other.state === "registered");
      await keeper.stop();
      await keeper.stop({ delete: true });
      assert.deepEqual([other.state, core.registrations.size, client.keepers.length], ["stopped", 0, 0]);
      const again = client.keepRegistered(loop);
      await until("registered", () => again.state === "registered");
    } finally {
      core.close();
    }
  });
});
