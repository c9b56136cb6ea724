// Tokens that a refresh brought, and that the store refuses: the refresh token before them is spent, so the page goes on with
// these until the store takes them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };
/** A note that a token was sent fits, a session does not. */
const A_NOTE = 150;
const told = (events) => events.map(({ type, detail }) => [type, detail.code].filter(Boolean).join(" "));

await preloadSession();

/** A session whose first refresh is good, and whose store did not take what it brought. */
async function unsaved(world, { count = 1, ...options } = {}) {
  world.expiresIn = 3600;
  const { database, tabs } = await world.tabs(count, options);
  database.put({ access_token: "access-1", refresh_token: "refresh-1" });
  const [auth, ...others] = tabs;
  const events = follow(auth);
  database.longest = A_NOTE;
  world.script.push(reply(200, renewed(2, 3600)));
  assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-2");
  assert.equal(database.session().refresh_token, "refresh-1");
  const heal = () => {
    database.longest = Number.POSITIVE_INFINITY;
  };
  return { auth, others, database, events, heal };
}

test(
  "they are used, and stored before the next refresh sends them",
  inWorld(async (world) => {
    const { auth, database, events, heal } = await unsaved(world);
    assert.equal(await world.page.run(auth.getAccessToken()), "access-2");
    assert.deepEqual(told(events), ["tokenRefreshed"]);
    heal();
    let storedThen;
    world.script.push(() => {
      storedThen = database.session().refresh_token;
      return reply(200, renewed(3, 3600));
    });
    assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-3");
    assert.deepEqual(world.sent, ["refresh-1", "refresh-2"]);
    assert.deepEqual([storedThen, database.session().refresh_token], ["refresh-2", "refresh-3"]);
  }),
);

test(
  "the session goes on for as long as the store refuses",
  inWorld(async (world) => {
    const { auth, database, events, heal } = await unsaved(world);
    for (const n of [3, 4]) {
      world.page.pass(3_600_000);
      world.script.push(reply(200, renewed(n, 3600)));
      assert.equal(await world.page.run(auth.getAccessToken()), `access-${n}`);
    }
    assert.deepEqual(world.sent, ["refresh-1", "refresh-2", "refresh-3"]);
    heal();
    world.script.push(reply(200, renewed(5, 3600)));
    assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-5");
    assert.equal(database.session().refresh_token, "refresh-5");
    assert.deepEqual(told(events), Array(4).fill("tokenRefreshed"));
  }),
);

test(
  "with autoRefresh they are stored a minute after the store has recovered",
  inWorld(async (world) => {
    const { auth, database, heal } = await unsaved(world, { autoRefresh: true });
    await world.page.run(world.page.sleep(120_000));
    assert.equal(database.session().refresh_token, "refresh-1");
    heal();
    await world.page.run(world.page.sleep(61_000));
    assert.equal(database.session().refresh_token, "refresh-2");
    assert.deepEqual(world.sent, ["refresh-1"]);
    auth.close();
  }),
);

test(
  "a page that goes before that loses them, and their loss is told by its own word",
  inWorld(async (world) => {
    const { database, heal } = await unsaved(world);
    heal();
    const later = world.tab(database);
    const events = follow(later);
    world.page.pass(3_600_000);
    world.script.push(reply(400, { error: "invalid_grant" }));
    assert.equal((await world.page.run(failing(later.getAccessToken()))).code, "session_expired");
    assert.deepEqual(told(events), ["sessionExpired refresh_reply_lost"]);
  }),
);

test(
  "a sign-out revokes them",
  inWorld(async (world) => {
    const { auth, database } = await unsaved(world);
    assert.deepEqual(await world.page.run(auth.signOut()), { revoked: true });
    assert.equal(database.session(), undefined);
    assert.deepEqual(world.revoked, ["refresh-2", "access-2"]);
  }),
);

test(
  "a sign-out in another tab, which does not know of them, revokes them",
  inWorld(async (world) => {
    const { auth, others } = await unsaved(world, { count: 2 });
    await world.page.run(others[0].signOut());
    await world.page.run(world.page.sleep(1000));
    assert.equal(await world.page.run(auth.isSignedIn()), false);
    assert.deepEqual(world.revoked.sort(), ["access-1", "access-2", "refresh-1", "refresh-2"]);
  }),
);

test(
  "what another tab stored since is used instead",
  inWorld(async (world) => {
    const { auth, database, heal } = await unsaved(world);
    heal();
    database.put({ access_token: "access-9", refresh_token: "refresh-9" });
    assert.equal(await world.page.run(auth.getAccessToken()), "access-9");
    world.script.push(reply(200, renewed(10, 3600)));
    assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-10");
    assert.deepEqual(world.sent, ["refresh-1", "refresh-9"]);
  }),
);
