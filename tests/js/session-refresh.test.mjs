// Access tokens: used as long as they are good, and renewed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { TOKENS } from "../../dist/token-source.js";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };
const types = (told) => told.map(({ type }) => type);

await preloadSession();

/** One tab in which somebody is signed in for an hour. */
async function signedIn(world, fields = {}, options = {}) {
  world.expiresIn = 3600;
  const { database, tabs } = await world.tabs(1, options);
  database.put({ access_token: "access-1", refresh_token: "refresh-1", ...fields });
  const [auth] = tabs;
  return { auth, database, told: follow(auth), token: (force) => world.page.run(auth.getAccessToken(force)) };
}

test(
  "without a session there is no token",
  inWorld(async ({ page, tab, database }) => {
    const auth = tab(database());
    assert.equal((await page.run(failing(auth.getAccessToken()))).code, "sign_in_required");
    assert.equal(await page.run(auth.isSignedIn()), false);
  }),
);

test(
  "a token is used until a minute before its end",
  inWorld(async (world) => {
    const { page, script, sent } = world;
    const { database, told, token } = await signedIn(world);
    const { since_wall_ms } = database.session();
    page.pass(since_wall_ms + 3_540_000 - Date.now());
    assert.equal(await token(), "access-1");
    page.pass(1);
    script.push(reply(200, renewed(2, 3600)));
    assert.equal(await token(), "access-2");
    assert.deepEqual(sent, ["refresh-1"]);
    assert.deepEqual(types(told), ["tokenRefreshed"]);
    assert.equal(Number(told[0].detail.expiresAt), Date.now() + 3_600_000);
    assert.equal(database.session().refresh_token, "refresh-2");
  }),
);

test(
  "of a short life the last tenth is kept free",
  inWorld(async (world) => {
    const { database, token } = await signedIn(world, { life_ms: 100_000 });
    world.page.pass(database.session().since_wall_ms + 90_000 - Date.now());
    assert.equal(await token(), "access-1");
    world.page.pass(1);
    world.script.push(reply(200, renewed(2)));
    assert.equal(await token(), "access-2");
  }),
);

test(
  "a life counts from when the request was sent",
  inWorld(async (world) => {
    const { told, token } = await signedIn(world);
    world.script.push(async () => {
      await world.page.sleep(9000);
      return reply(200, renewed(2, 3600));
    });
    const sentAt = Date.now();
    await token(FORCE);
    assert.equal(Number(told[0].detail.expiresAt), sentAt + 3_600_000);
  }),
);

test(
  "a refused token is replaced once, and who comes with one that was replaced gets the new one",
  inWorld(async (world) => {
    const { auth } = await signedIn(world);
    const tokens = auth[TOKENS]();
    const authorized = async (refused) =>
      (await world.page.run(tokens.authorize("https://core.example/a.B/C", refused))).token;
    world.script.push(reply(200, renewed(2, 3600)));
    for (const refused of ["access-1", "access-1", undefined, "another"]) {
      assert.equal(await authorized(refused), "access-2");
    }
    assert.deepEqual(world.sent, ["refresh-1"]);
  }),
);

test(
  "what the reply leaves out stays",
  inWorld(async (world) => {
    const { database, token } = await signedIn(world);
    const before = database.session();
    world.script.push(reply(200, { access_token: "access-2", token_type: "bearer" }));
    await token(FORCE);
    const { since_wall_ms, since_monotonic_ms, ...after } = database.session();
    // Five minutes when the provider says nothing.
    const { since_wall_ms: _, since_monotonic_ms: __, ...expected } = before;
    assert.deepEqual(after, { ...expected, access_token: "access-2", life_ms: 300_000 });
  }),
);

describe("a lost reply is asked for again at once, with the same token:", () => {
  const broken = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.error(new TypeError("terminated")),
      }),
      { headers: { "content-type": "application/json" } },
    );
  for (const [what, lost] of [
    ["fetch fails", () => new TypeError("Failed to fetch")],
    ["the body breaks off", broken],
    ["the body is cut off", () => reply(200, '{"access_tok')],
    ["no reply comes", () => new Promise(() => {})],
  ]) {
    test(
      what,
      inWorld(async (world) => {
        const { token } = await signedIn(world);
        world.script.push(lost, reply(200, renewed(2, 3600)));
        assert.equal(await token(FORCE), "access-2");
        assert.deepEqual(world.sent, ["refresh-1", "refresh-1"]);
      }),
    );
  }
});

test(
  "the store is the truth: no token is kept beside it",
  inWorld(async (world) => {
    const { database, token } = await signedIn(world);
    world.script.push(reply(200, renewed(2, 3600)));
    await token(FORCE);
    database.put({ access_token: "access-7" });
    assert.equal(await token(), "access-7");
  }),
);

test(
  "what can't be read is told once and removed; what a later version wrote is left alone",
  inWorld(async (world) => {
    const { auth, database, told, token } = await signedIn(world);
    const { page } = world;
    const key = database.key("session");
    const good = database.entries.get(key);
    for (const damaged of ["", "{", "[]", "null", '{"v":1}', good.replace('"v":2', '"v":0')]) {
      database.entries.set(key, damaged);
      told.length = 0;
      assert.equal(await page.run(auth.isSignedIn()), false, damaged);
      assert.equal(database.entries.size, 0, damaged);
      assert.equal((await page.run(failing(auth.getAccessToken()))).code, "sign_in_required");
      assert.deepEqual(types(told), ["sessionExpired"]);
      assert.equal(told[0].detail.code, "stored_session_damaged");
    }
    told.length = 0;
    const later = good.replace('"v":2', '"v":3');
    database.entries.set(key, later);
    assert.equal(await page.run(auth.isSignedIn()), false);
    assert.deepEqual([...database.entries.values()], [later]);
    assert.deepEqual(told, []);
    database.entries.set(key, good.replace('"v":2', '"v":1'));
    assert.equal(await token(), "access-1", "the first form is read");
  }),
);

test(
  "the provider's wish for patience is passed on, and heeded for ten minutes at most",
  inWorld(async (world) => {
    const { auth } = await signedIn(world);
    const { page, script, sent } = world;
    const busy = (status, value) => new Response("", { status, headers: { "retry-after": value } });
    const waitMs = async () => (await page.run(failing(auth.getAccessToken(FORCE)))).retryAfterMs;
    script.push(busy(429, "7"));
    assert.equal(await waitMs(), 7000);
    page.pass(3000);
    assert.equal(await waitMs(), 4000, "nobody is asked before the time");
    page.pass(4000);
    script.push(busy(503, "86400"));
    assert.equal(await waitMs(), 86_400_000);
    page.pass(600_000);
    script.push(busy(503, "Wed, 21 Oct 2037 07:28:00 GMT"));
    assert.equal(await waitMs(), undefined);
    assert.equal(sent.length, 3);
  }),
);

for (const [what, answer, code] of [
  ["a refusal", () => reply(400, { error: "invalid_grant" }), "invalid_grant"],
  ["an error of the provider", () => reply(500, ""), "server_error"],
  ["no reply", () => new TypeError("Failed to fetch"), "network"],
]) {
  test(
    `a token that lives is used on, whatever became of its renewal: ${what}`,
    inWorld(async (world) => {
      const { auth, database, told, token } = await signedIn(world);
      world.page.pass(database.session().since_wall_ms + 3_550_000 - Date.now());
      world.script.push(...Array(9).fill(answer));
      assert.equal(await token(), "access-1");
      assert.equal((await world.page.run(failing(auth.getAccessToken(FORCE)))).code, code);
      assert.deepEqual(told, []);
      world.page.pass(50_000);
      const isOver = code === "invalid_grant";
      const error = await world.page.run(failing(auth.getAccessToken()));
      assert.equal(error.code, isOver ? "session_expired" : code);
      assert.equal(database.session() === undefined, isOver);
      assert.equal(await world.page.run(auth.isSignedIn()), !isOver);
    }),
  );
}

test(
  "without a refresh token a session lasts as long as its token",
  inWorld(async (world) => {
    const { auth, database, told, token } = await signedIn(world, { refresh_token: null });
    const { page } = world;
    page.pass(database.session().since_wall_ms + 3_599_000 - Date.now());
    assert.equal(await token(), "access-1", "little is left, but it is not over");
    const forced = await page.run(failing(auth.getAccessToken(FORCE)));
    assert.equal(forced.code, "sign_in_required");
    assert.match(forced.message, /offline_access/);
    assert.equal(await page.run(auth.isSignedIn()), true);
    page.pass(1000);
    assert.equal(await page.run(auth.isSignedIn()), false);
    const late = [1, 2, 3].map(() => failing(auth.getAccessToken()));
    const codes = (await page.settle(late)).map(({ value }) => value.code);
    assert.equal(codes[0], "session_expired");
    assert.deepEqual(types(told), ["sessionExpired"], "told once, however many wait");
    assert.equal(database.session(), undefined);
  }),
);

const after = (world, ms, answer) => async () => {
  await world.page.sleep(ms);
  return answer;
};

for (const [ms, revoked] of [
  [500, ["refresh-2", "access-2"]],
  // The sign-out does not wait for so long. What comes then is nobody's.
  [3000, ["refresh-1", "access-1", "refresh-2", "access-2"]],
]) {
  test(
    `a sign-out during a refresh of ${ms} ms is final, and no token lives on`,
    inWorld(async (world) => {
      const { auth, database, told } = await signedIn(world);
      world.script.push(after(world, ms, reply(200, renewed(2, 3600))));
      const token = auth.getAccessToken(FORCE).catch(({ code }) => code);
      await world.page.settle([world.page.sleep(100)]);
      const [{ value }] = await world.page.settle([token, auth.signOut({ localOnly: true })]);
      assert.equal(value, ms === 500 ? "access-2" : "sign_in_required");
      assert.deepEqual(world.revoked, revoked);
      assert.equal(database.entries.size, 0);
      assert.equal(types(told).at(-1), "signedOut");
    }),
  );
}

for (const [what, late] of [
  ["succeeds", reply(200, renewed(2, 3600))],
  ["is refused", reply(400, { error: "invalid_grant" })],
]) {
  test(
    `a sign-in during a refresh wins, when that ${what}`,
    inWorld(async (world) => {
      const { auth, database, told } = await signedIn(world);
      world.script.push(after(world, 3000, late));
      const token = auth.getAccessToken(FORCE);
      await world.page.settle([world.page.sleep(100)]);
      await world.page.run(world.signIn(auth, "ada"));
      const { access_token, refresh_token } = database.session();
      assert.notEqual(refresh_token, "refresh-1");
      assert.equal(await world.page.run(token), access_token);
      assert.equal(database.session().refresh_token, refresh_token);
      assert.deepEqual(types(told), ["signedIn"]);
      assert.deepEqual(world.revoked, what === "succeeds" ? ["refresh-2", "access-2"] : []);
    }),
  );
}
