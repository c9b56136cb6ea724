// What comes of a refresh that succeeded at the provider: whose tokens it brought, and whether they could be stored.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { jwt } from "./people.mjs";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };
const told = (events) => events.map(({ type, detail }) => [type, detail.code].filter(Boolean).join(" "));

await preloadSession();

async function signedIn(world, options = {}) {
  world.expiresIn = 3600;
  const { database, tabs } = await world.tabs(1, options);
  database.put({ access_token: "access-1", refresh_token: "refresh-1" });
  const [auth] = tabs;
  return { auth, database, events: follow(auth) };
}

/** What the session's ID token says, with these changes. */
function changed({ id_token }, changes) {
  const claims = JSON.parse(Buffer.from(id_token.split(".")[1], "base64url"));
  delete claims.nonce;
  return jwt({ ...claims, ...changes });
}

const withIdToken = (id_token) => reply(200, { ...renewed(2, 3600), id_token });

describe("an ID token that is about somebody else ends the session, and nobody keeps its tokens:", () => {
  for (const [name, value] of [
    ["sub", "somebody else"],
    ["iss", "https://id.another.example"],
    ["aud", "another"],
    ["azp", "another"],
    ["nonce", "another"],
  ]) {
    test(
      name,
      inWorld(async (world) => {
        const { auth, database, events } = await signedIn(world);
        world.script.push(withIdToken(changed(database.session(), { [name]: value })));
        const error = await world.page.run(failing(auth.getAccessToken(FORCE)));
        assert.deepEqual([error.code, error.retryable], ["session_expired", false]);
        assert.match(error.message, new RegExp(name));
        assert.deepEqual(told(events), ["sessionExpired id_token_invalid"]);
        assert.equal(database.session(), undefined, "the refresh token is spent");
        assert.deepEqual(world.revoked, ["refresh-2", "access-2"]);
      }),
    );
  }
});

describe("an ID token that is bad in another way is left out:", () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  for (const [what, of, isTaken = false] of [
    ["a good one is taken", (session) => changed(session, { amr: "x" }), true],
    ["it is over", (session) => changed(session, { exp: seconds() - 3600 })],
    ["it is from the future", (session) => changed(session, { iat: seconds() + 3600 })],
    ["it is none", () => "no.jwt"],
  ]) {
    test(
      what,
      inWorld(async (world) => {
        const { auth, database } = await signedIn(world);
        const { id_token: before } = database.session();
        const idToken = of(database.session());
        world.script.push(withIdToken(idToken));
        assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-2");
        const { id_token, sub } = database.session();
        assert.deepEqual([id_token, sub], [isTaken ? idToken : before, "ada"]);
      }),
    );
  }
});

test(
  "a clock that was set by two hours since the sign-in does not end the session",
  inWorld(async (world) => {
    const { auth, database } = await signedIn(world);
    world.page.pass(7_200_000);
    // The one of the sign-in again, as some providers do.
    world.script.push(withIdToken(changed(database.session(), {})));
    assert.equal(await world.page.run(auth.getAccessToken()), "access-2");
  }),
);

test(
  "the new tokens are stored before the provider's keys are asked for",
  inWorld(async (world) => {
    const { database } = await signedIn(world);
    const auth = world.tab(database, { dangerouslySkipIdTokenSignature: false });
    world.script.push(withIdToken(changed(database.session(), {})));
    const token = auth.getAccessToken(FORCE);
    const begun = world.page.now();
    while (database.session().refresh_token !== "refresh-2") await world.page.run(world.page.sleep(10));
    assert.ok(world.page.now() - begun < 1000, "the page may go now");
    assert.equal(await world.page.run(token), "access-2");
    assert.ok(world.page.now() - begun >= 5000, "the keys are there for the next one");
  }),
);

/** A note that a token was sent fits, a session does not. */
const A_NOTE = 150;

test(
  "a store that refuses for a moment is asked again",
  inWorld(async (world) => {
    const { auth, database } = await signedIn(world);
    database.longest = A_NOTE;
    world.script.push(async () => {
      setTimeout(() => {
        database.longest = Number.POSITIVE_INFINITY;
      }, 10);
      return reply(200, renewed(2, 3600));
    });
    assert.equal(await world.page.run(auth.getAccessToken(FORCE)), "access-2");
    assert.equal(database.session().refresh_token, "refresh-2");
  }),
);

test(
  "a refresh token is not spent for what can't be stored while the old access token lives",
  inWorld(async (world) => {
    const { auth, database } = await signedIn(world);
    database.longest = 0;
    const error = await world.page.run(failing(auth.getAccessToken(FORCE)));
    assert.equal(error.code, "storage_unavailable");
    world.page.pass(3_550_000);
    assert.equal(await world.page.run(auth.getAccessToken()), "access-1");
    assert.deepEqual(world.sent, []);
    database.longest = Number.POSITIVE_INFINITY;
    world.script.push(reply(200, renewed(2, 3600)));
    assert.equal(await world.page.run(auth.getAccessToken()), "access-2");
  }),
);

test(
  "what can't be stored is not renewed again and again",
  inWorld(async (world) => {
    const { database } = await signedIn(world);
    database.longest = A_NOTE;
    const auth = world.tab(database, { autoRefresh: true });
    await world.page.run(auth.isSignedIn());
    world.script.push(reply(200, renewed(2, 3600)));
    await world.page.run(world.page.sleep(3_600_000));
    assert.deepEqual(world.sent, ["refresh-1"]);
  }),
);

test(
  "a reply that can't be read may have been the provider's",
  inWorld(async (world) => {
    const { auth, events } = await signedIn(world);
    world.script.push(reply(200, { access_token: "access-2", token_type: "mac" }));
    assert.equal((await world.page.run(failing(auth.getAccessToken(FORCE)))).code, "invalid_response");
    world.page.pass(3_600_000);
    world.script.push(reply(400, { error: "invalid_grant" }));
    await world.page.run(failing(auth.getAccessToken(FORCE)));
    assert.deepEqual(told(events), [
      "sessionUncertain invalid_response",
      "sessionExpired refresh_reply_lost",
    ]);
  }),
);
