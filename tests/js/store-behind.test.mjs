// Browsers carry localStorage from process to process in their own time: a tab may read what another has overwritten already.
// The database, which every tab reads at once, says which stage of the session it has to wait for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { openDatabase } from "./database.mjs";
import { renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };

/** A localStorage in which the next reads see what was there before. */
class Storage {
  getItem(key) {
    if (behind.reads === 0) return this[key] ?? null;
    behind.reads -= 1;
    return key === behind.key ? behind.text : null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
}

const behind = { reads: 0 };
const { records } = openDatabase();

await preloadSession();

for (const [what, reads] of [
  ["a moment", 12],
  ["too long: then the store is believed", 100_000],
]) {
  test(
    `a tab whose store is behind for ${what}`,
    inWorld(async (world) => {
      Object.defineProperty(globalThis, "localStorage", { value: new Storage(), configurable: true });
      world.expiresIn = 3600;
      const auth = world.tab({ open: () => "local" });
      await world.page.run(world.signIn(auth, "ada"));
      const key = Object.keys(localStorage).find((name) => name.includes("/session/"));
      const before = localStorage.getItem(key);
      assert.equal(records.get(key), stageOf(before), "the stage is told");
      // What another tab has just written.
      const newer = JSON.parse(before);
      Object.assign(newer, { access_token: "access-newer", refresh_token: "refresh-newer" });
      newer.since_wall_ms += 1000;
      localStorage.setItem(key, JSON.stringify(newer));
      records.set(key, stageOf(JSON.stringify(newer)));
      Object.assign(behind, { key, text: before, reads });
      world.script.push(reply(200, renewed(9, 3600)));
      const begun = world.page.now();
      const token = await world.page.run(auth.getAccessToken(FORCE));
      const tookMs = world.page.now() - begun;
      behind.reads = 0;
      assert.equal(token, reads === 12 ? "access-newer" : "access-9");
      assert.deepEqual(world.sent, reads === 12 ? [] : [JSON.parse(before).refresh_token]);
      if (reads === 12) assert.ok(tookMs > 0 && tookMs < 1000, `${tookMs} ms`);
      else assert.ok(tookMs >= 3000, `${tookMs} ms`);
    }),
  );
}

function stageOf(text) {
  const { since_wall_ms, since_page } = JSON.parse(text);
  return `${Math.trunc(since_wall_ms)}/${Math.trunc(since_page)}`;
}
