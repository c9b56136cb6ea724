// What watches a session keeps nobody alive, and is not lost with the first of several that have the session.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcess } from "./in-process.mjs";

const stage = `
  const { inWorld } = await import(${JSON.stringify(new URL("world.mjs", import.meta.url).href)});
  const { renewed, reply } = await import(${JSON.stringify(new URL("session.mjs", import.meta.url).href)});
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  let collected = 0;
  const registry = new FinalizationRegistry(() => { collected += 1; });
  const collect = async (count) => {
    for (let i = 0; i < 100 && collected < count; i += 1) {
      globalThis.gc();
      await turn();
    }
  };
  const storeOf = (database) => { const storage = database.open(); return { open: () => storage }; };
  let outcome;
  await sdk.preloadSession();
`;

const run = (script) =>
  inProcess(`${stage} await inWorld(async (world) => { ${script} })(); return outcome;`, {
    flags: ["--expose-gc"],
  });

test("sessions that watch their token are collected, and watch no longer", async () => {
  const [collected, sent] = await run(`
    world.expiresIn = 100;
    const use = async () => {
      const { tabs } = await world.tabs(1, { autoRefresh: true });
      registry.register(tabs[0]);
      await world.page.run(tabs[0].isSignedIn());
      tabs[0].addEventListener("tokenRefreshed", () => tabs[0].sessionState);
    };
    for (let i = 0; i < 20; i += 1) await use();
    await world.page.rest();
    await collect(20);
    const before = collected;
    await world.page.run(world.page.sleep(1000_000));
    outcome = [before, world.sent.length];
  `);
  assert.deepEqual([collected, sent], [20, 0]);
});

test("when the first of two that have a session is gone, the other one watches", async () => {
  const [collected, token] = await run(`
    world.expiresIn = 3600;
    const { database } = await world.tabs(1);
    const store = storeOf(database);
    const second = world.tab(store, { autoRefresh: true });
    const use = async () => {
      const first = world.tab(store, { autoRefresh: true });
      registry.register(first);
      await world.page.run(first.isSignedIn());
    };
    await use();
    // It is known to the session, but asked for nothing that would make it watch.
    const idle = world.tab(store, { autoRefresh: false });
    await world.page.settle([idle.isSignedIn(), second.getUser().catch(() => {})]);
    await world.page.rest();
    await collect(1);
    world.script.push(reply(200, renewed("newer", 3600)));
    await world.page.run(world.page.sleep(3_250_000));
    outcome = [collected, database.session().access_token, typeof second, typeof idle];
  `);
  assert.deepEqual([collected, token], [1, "access-newer"]);
});
