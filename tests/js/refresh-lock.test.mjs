// Who holds the lock for too long is robbed of it, nobody else is, and the robbed one notices.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };
const lost = () => new TypeError("Failed to fetch");

await preloadSession();

async function open(world, count) {
  world.expiresIn = 3600;
  const { database, tabs } = await world.tabs(count);
  database.put({ access_token: "access-1", refresh_token: "refresh-1" });
  const named = (kind) => database.key("session").replace("/session/", `/${kind}/`);
  /** Another tab's lock, for so long. */
  const hold = (ms, { isStolen = false } = {}) =>
    world.page
      .request(named("refresh"), isStolen ? { steal: true } : {}, () => world.page.sleep(ms))
      .catch(() => {});
  return { database, tabs, named, hold };
}

const later = (world, ms, answer) => async () => {
  await world.page.sleep(ms);
  return answer;
};

test(
  "who waited while another tab failed is told so, and asks nobody",
  inWorld(async (world) => {
    const { tabs } = await open(world, 5);
    // The first one holds the lock for two time-outs.
    world.script.push(...Array(4).fill(() => new Promise(() => {})));
    const outcomes = await world.page.settle(tabs.map((tab) => failing(tab.getAccessToken(FORCE))));
    assert.deepEqual(
      outcomes.map(({ value }) => value.code),
      Array(5).fill("timeout"),
    );
    assert.deepEqual([world.page.stolen, world.sent.length], [0, 2]);
  }),
);

test(
  "a store that keeps somebody's old lease keeps nobody waiting, where there are no locks",
  inWorld(
    async (world) => {
      const { database, tabs, named } = await open(world, 1);
      database.entries.set(named("lease"), '{"owner":"another","until":1}');
      const { set } = Map.prototype;
      database.entries.set = (key, value) =>
        key === named("lease") ? undefined : set.call(database.entries, key, value);
      world.script.push(reply(200, renewed(2)));
      assert.equal(await world.page.run(tabs[0].getAccessToken(FORCE)), "access-2");
    },
    { hasLocks: false },
  ),
);

test(
  "locks that never answer are as good as none",
  inWorld(async (world) => {
    const { tabs } = await open(world, 1);
    const request = () => new Promise(() => {});
    Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
    world.script.push(reply(200, renewed(2)));
    assert.equal(await world.page.run(tabs[0].getAccessToken(FORCE)), "access-2");
  }),
);

test(
  "a tab that hangs is overtaken, once however many wait",
  inWorld(async (world) => {
    const { tabs, hold } = await open(world, 5);
    void hold(1e9);
    world.script.push(later(world, 3000, reply(200, renewed(2, 3600))));
    const begun = world.page.now();
    const outcomes = await world.page.settle(tabs.map((tab) => tab.getAccessToken(FORCE)));
    assert.deepEqual(
      outcomes.map(({ value }) => value),
      Array(5).fill("access-2"),
    );
    assert.deepEqual([world.page.stolen, world.sent.length], [1, 1]);
    const tookMs = world.page.now() - begun;
    assert.ok(tookMs >= 35_000 && tookMs < 41_000, `${tookMs} ms`);
  }),
);

test(
  "who just got the lock has time to say so",
  inWorld(async (world) => {
    const { database, tabs, named, hold } = await open(world, 1);
    const other = (async () => {
      await hold(34_999);
      const held = hold(10_000);
      await world.page.sleep(2);
      const until = Date.now() + 60_000;
      database.entries.set(named("lease"), JSON.stringify({ owner: "another", until }));
      await held;
    })();
    world.script.push(reply(200, renewed(2, 3600)));
    // The other tab asks for the lock before this one does.
    await world.page.run(world.page.sleep(0));
    await world.page.settle([other, tabs[0].getAccessToken(FORCE)]);
    assert.equal(world.page.stolen, 0);
  }),
);

describe("who was robbed", () => {
  for (const isRotated of [true, false]) {
    test(
      `does not send the token again (${isRotated ? "the thief has renewed it" : "the thief is at it"})`,
      inWorld(async (world) => {
        const { database, tabs, hold } = await open(world, 1);
        world.script.push(later(world, 9000, lost()));
        const thief = (async () => {
          await world.page.sleep(5000);
          const held = hold(isRotated ? 1 : 60_000, { isStolen: true });
          if (isRotated) database.put({ access_token: "access-2", refresh_token: "refresh-2" });
          await held;
        })();
        const token = tabs[0].getAccessToken(FORCE).catch((error) => error);
        const [{ value }] = await world.page.settle([token, thief]);
        assert.deepEqual(world.sent, ["refresh-1"]);
        if (isRotated) assert.equal(value, "access-2");
        else assert.deepEqual([value.code, value.retryable], ["timeout", true]);
      }),
    );
  }

  test(
    "does not end the session",
    inWorld(async (world) => {
      const { tabs, hold } = await open(world, 1);
      const told = follow(tabs[0]);
      world.script.push(later(world, 9000, reply(400, { error: "invalid_grant" })));
      const thief = (async () => {
        await world.page.sleep(5000);
        await hold(60_000, { isStolen: true });
      })();
      const [{ value }] = await world.page.settle([failing(tabs[0].getAccessToken(FORCE)), thief]);
      assert.equal(value.code, "timeout");
      assert.equal(await world.page.run(tabs[0].isSignedIn()), true);
      assert.deepEqual(told, []);
    }),
  );

  test(
    "notices it by the lease, where there are no locks",
    inWorld(
      async (world) => {
        const { database, tabs, named } = await open(world, 1);
        world.script.push(later(world, 9000, lost()));
        const thief = (async () => {
          await world.page.sleep(5000);
          database.entries.set(named("lease"), '{"owner":"another","until":1}');
        })();
        const [{ value }] = await world.page.settle([failing(tabs[0].getAccessToken(FORCE)), thief]);
        assert.equal(value.code, "timeout");
        assert.deepEqual(world.sent, ["refresh-1"]);
      },
      { hasLocks: false },
    ),
  );
});
