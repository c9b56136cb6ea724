// A token is renewed before it ends, though nobody asks for one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const types = (told) => told.map(({ type }) => type);
const lost = () => new TypeError("Failed to fetch");

await preloadSession();

/** One tab that watches a token of so many seconds. */
async function watching(world, lifeSeconds, fields = {}, options = { autoRefresh: true }) {
  const { database } = await world.tabs(1);
  const more = { access_token: "access-1", refresh_token: "refresh-1", life_ms: lifeSeconds * 1000 };
  database.put({ ...more, ...fields });
  const auth = world.tab(database, options);
  const told = follow(auth);
  assert.equal(await world.page.run(auth.isSignedIn()), true);
  const wait = (ms) => world.page.run(world.page.sleep(ms));
  return { auth, database, told, wait, token: () => database.session()?.access_token };
}

test(
  "when a fifth to a tenth of its life is left",
  inWorld(async (world) => {
    const { wait, token } = await watching(world, 3600);
    world.script.push(reply(200, renewed(2, 3600)));
    await wait(2_879_000);
    assert.equal(token(), "access-1");
    await wait(362_000);
    assert.equal(token(), "access-2");
  }),
);

test(
  "not where the application does not want it, nor of a life that is too short for it",
  inWorld(async (world) => {
    const idle = await watching(world, 3600, {}, { autoRefresh: false });
    await idle.wait(3_599_000);
    const short = await watching(world, 1);
    await short.wait(10_000);
    assert.deepEqual([...world.sent, ...idle.told, ...short.told], []);
  }),
);

test(
  "failing, it is told that the token ends, and tried again until it is there",
  inWorld(async (world) => {
    const { told, wait, token } = await watching(world, 100);
    // Two refreshes, each of which asks twice.
    world.script.push(lost(), lost(), lost(), lost(), reply(200, renewed(2, 3600)));
    await wait(98_000);
    assert.equal(token(), "access-2");
    assert.deepEqual([types(told).at(-1), world.sent.length], ["tokenRefreshed", 5]);
  }),
);

test(
  "tries are further apart each time, up to a minute",
  inWorld(async (world) => {
    const { wait } = await watching(world, 3600);
    world.script.push(
      ...Array(200).fill(() => {
        at.push(world.page.now());
        return reply(500, {});
      }),
    );
    const at = [];
    await wait(3_590_000);
    const pauses = at.slice(1).map((time, index) => time - at[index]);
    for (const [index, pauseMs] of pauses.slice(0, -1).entries()) {
      const wantedMs = Math.min(1000 * 2 ** index, 60_000);
      assert.ok(pauseMs >= wantedMs * 0.8 && pauseMs <= wantedMs * 1.2 + 1, `${index}: ${pauseMs} ms`);
    }
    assert.ok(pauses.length > 8);
  }),
);

test(
  "a page that wakes catches up at once",
  inWorld(async (world) => {
    const { wait, token } = await watching(world, 3600);
    await wait(1000);
    // The machine sleeps: timers stand still.
    world.page.pass(3_500_000);
    world.script.push(reply(200, renewed(2, 3600)));
    world.page.wake();
    await wait(1100);
    assert.equal(token(), "access-2");
  }),
);

test(
  "a session without refresh token is told before its end, and at it",
  inWorld(async (world) => {
    const { told, wait, token } = await watching(world, 3600, { refresh_token: null });
    await wait(3_539_000);
    assert.deepEqual(types(told), []);
    await wait(2000);
    assert.deepEqual(types(told), ["tokenExpiring"]);
    await wait(60_000);
    assert.deepEqual(types(told), ["tokenExpiring", "sessionExpired"]);
    assert.equal(told[1].detail.code, "session_expired");
    assert.equal(token(), undefined);
  }),
);

test(
  "the provider's wish for patience is heeded",
  inWorld(async (world) => {
    const { wait } = await watching(world, 100);
    const busy = new Response("", { status: 429, headers: { "retry-after": "30" } });
    world.script.push(busy, reply(200, renewed(2, 3600)));
    // The refresh is due after 80 s at the earliest, 90 s at the latest.
    await wait(105_000);
    assert.equal(world.sent.length, 1);
    await wait(20_000);
    assert.equal(world.sent.length, 2);
  }),
);

test(
  "what was asked for and failed is tried again when the page wakes, whatever the options",
  inWorld(async (world) => {
    const { auth, wait, token } = await watching(world, 1, {}, { autoRefresh: false });
    world.page.pass(2000);
    world.script.push(reply(500, {}), reply(200, renewed(2, 3600)));
    await world.page.run(failing(auth.getAccessToken()));
    await wait(30_000);
    assert.equal(world.sent.length, 1);
    world.page.wake();
    await wait(1100);
    assert.equal(token(), "access-2");
  }),
);

test(
  "also where the page's patches let nobody listen",
  inWorld(async (world) => {
    const unhandled = [];
    const note = (error) => unhandled.push(error);
    process.on("unhandledRejection", note).on("uncaughtException", note);
    const { addEventListener } = globalThis;
    try {
      globalThis.addEventListener = () => {
        throw new Error("patched");
      };
      const { wait, token } = await watching(world, 100);
      world.script.push(reply(200, renewed(2, 3600)));
      await wait(100_000);
      assert.equal(token(), "access-2");
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(unhandled, []);
    } finally {
      Object.assign(globalThis, { addEventListener });
      process.off("unhandledRejection", note).off("uncaughtException", note);
    }
  }),
);

test(
  "also of a person who signed in while a slow store was read, in which nobody was yet",
  inWorld(async (world) => {
    const database = world.database();
    const store = database.open();
    let reads = 0;
    let open;
    const gate = new Promise((resolve) => {
      open = resolve;
    });
    const get = async (key) => {
      const value = await store.get(key);
      // The first is of who asks, the second of who watches.
      if (key.includes("/session/") && ++reads === 2) await gate;
      return value;
    };
    world.expiresIn = 100;
    const auth = world.tab(database, { storage: { ...store, get }, autoRefresh: true, timeoutMs: 60_000 });
    assert.equal(await world.page.run(auth.isSignedIn()), false);
    await world.page.rest();
    assert.equal(reads, 2);
    await world.page.run(world.signIn(auth, "ada"));
    open();
    await world.page.run(world.page.sleep(95_000));
    assert.equal(world.sent.length, 1);
  }),
);
