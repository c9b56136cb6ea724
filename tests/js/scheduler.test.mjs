// Many tabs, and what they do, in thousands of orders.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { preloadSession } from "../../dist/index.js";
import { TOKENS } from "../../dist/token-source.js";
import { createWorld } from "./world.mjs";

/** So many for each test; `ORDERS=10000 SEED=1` tries others. */
const RUNS = Number(process.env.ORDERS ?? 500);
const FORCE = { forceRefresh: true };

await preloadSession();

/** One world for each order that is tried. */
async function inOrders(given, work) {
  const property = fc.asyncProperty(fc.scheduler(), fc.record(given), async (scheduler, values) => {
    const world = createWorld(scheduler, values);
    world.open();
    try {
      await work(world, values);
      assert.deepEqual([...world.violations, world.page.stolen], [0]);
    } finally {
      world.page.close();
    }
  });
  await fc.assert(property, { numRuns: RUNS, ...(process.env.SEED && { seed: Number(process.env.SEED) }) });
}

const actions = (tabs, kinds) =>
  fc.array(fc.record({ tab: fc.nat(tabs - 1), kind: fc.constantFrom(...kinds) }), {
    minLength: 2,
    maxLength: 6,
  });

const codesOf = (outcomes) =>
  outcomes.filter(({ status }) => status === "rejected").map(({ reason }) => reason.code);

/** What a tab does; a token must be of somebody whose session was there meanwhile. */
async function act(world, database, auth, kind) {
  if (kind === "sign out") return auth.signOut({ localOnly: true });
  if (kind.startsWith("sign in")) return world.signIn(auth, kind.split(" ").at(-1));
  if (kind === "look") return auth.isSignedIn();
  if (kind === "call") return call(world, auth);
  const from = database.owners.length - 1;
  const token = await auth.getAccessToken(kind === "force" ? FORCE : undefined);
  const possible = database.owners.slice(from);
  if (!possible.includes(world.ownerOf(token))) {
    world.violations.push(`${world.ownerOf(token)}'s token while the session was that of ${possible}`);
  }
  return token;
}

/** A call of two attempts: unless it is ended before, the second one has a token of the same person. */
async function call(world, auth) {
  const tokens = auth[TOKENS]();
  const url = "https://core.example/a.B/C";
  let isEnded = false;
  const stop = tokens.onEnded(() => {
    isEnded = true;
  });
  const [first, again] = [await tokens.authorize(url), await world.sometime(() => tokens.authorize(url))];
  stop();
  const [one, other] = [first, again].map(({ token }) => world.ownerOf(token));
  if (!isEnded && one !== other)
    world.violations.push(`a call of ${one}'s goes on with a token of ${other}'s`);
}

test("tabs of one session refresh: each refresh token is sent once, and the session lives", () =>
  inOrders(
    {
      actions: actions(4, ["force", "force", "ask", "look"]),
      isOver: fc.boolean(),
      autoRefresh: fc.boolean(),
    },
    async (world, given) => {
      const { database, tabs } = await world.tabs(4, { autoRefresh: given.autoRefresh });
      if (given.isOver) world.page.pass(400_000);
      const work = given.actions.map(({ tab, kind }) =>
        world.sometime(() => act(world, database, tabs[tab], kind)),
      );
      assert.deepEqual(codesOf(await world.page.settle(work)), []);
      assert.ok(world.isGood(database.session().refresh_token), "the stored refresh token is spent");
      await world.page.rest();
      assert.deepEqual([...database.entries.keys()].length, 1, "something is left beside the session");
    },
  ));

test("replies are lost: a refresh token is never in flight twice, and who asks is answered", () =>
  inOrders(
    {
      actions: actions(3, ["force", "ask"]),
      lost: fc.array(fc.boolean(), { maxLength: 6 }),
      grace: fc.boolean(),
      autoRefresh: fc.boolean(),
    },
    async (world, given) => {
      const { database, tabs } = await world.tabs(3, { autoRefresh: given.autoRefresh });
      world.page.pass(400_000);
      const work = given.actions.map(({ tab, kind }) =>
        world.sometime(() => act(world, database, tabs[tab], kind)),
      );
      const codes = codesOf(await world.page.settle(work));
      const known = ["network", "session_expired", "sign_in_required", "timeout"];
      assert.deepEqual(
        codes.filter((code) => !known.includes(code)),
        [],
      );
      if (world.losses === 0) assert.deepEqual(codes, []);
    },
  ));

test("somebody signs out: nothing is left of the session, in whatever order", () =>
  inOrders(
    { actions: actions(3, ["force", "ask", "look", "sign out"]), count: fc.nat(2) },
    async (world, given) => {
      const { database, tabs } = await world.tabs(given.count + 1);
      const all = [...given.actions, { tab: 2, kind: "sign out" }];
      const work = all.map(({ tab, kind }) =>
        world.sometime(() => act(world, database, tabs[tab % tabs.length], kind)),
      );
      const codes = codesOf(await world.page.settle(work));
      assert.deepEqual(
        codes.filter((code) => code !== "sign_in_required"),
        [],
      );
      await world.page.rest();
      assert.equal(database.session(), undefined);
    },
  ));

test("two people with a store each, and who comes after them: nobody gets another's token", () =>
  inOrders(
    { actions: actions(4, ["force", "call", "call", "look", "sign out", "sign in eve", "sign in ada"]) },
    async (world, given) => {
      const databases = [world.database(), world.database()];
      const tabs = [0, 0, 1, 1].map((index) => ({
        database: databases[index],
        auth: world.tab(databases[index]),
      }));
      await world.page.settle([world.signIn(tabs[0].auth, "ada"), world.signIn(tabs[2].auth, "bob")]);
      const work = given.actions.map(({ tab, kind }) =>
        world.sometime(() => act(world, tabs[tab].database, tabs[tab].auth, kind)),
      );
      const known = ["sign_in_required", "session_expired", "timeout"];
      const codes = codesOf(await world.page.settle(work));
      assert.deepEqual(
        codes.filter((code) => !known.includes(code)),
        [],
      );
    },
  ));
