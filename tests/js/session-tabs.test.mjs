// Several tabs of one browser: one session, one refresh at a time, and what one of them does is told to the others.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { preloadSession } from "../../dist/index.js";
import { TOKENS } from "../../dist/token-source.js";
import { failing, follow, renewed, reply } from "./session.mjs";
import { inWorld } from "./world.mjs";

const FORCE = { forceRefresh: true };
const told = (events) => events.map(({ type, detail }) => [type, detail.code].filter(Boolean).join(" "));
const lost = () => new TypeError("Failed to fetch");

await preloadSession();

/** Tabs that know of their session. */
async function open(world, count, options) {
  world.expiresIn = 3600;
  const { database, tabs } = await world.tabs(count, options);
  database.put({ access_token: "access-1", refresh_token: "refresh-1" });
  await world.page.settle(tabs.map((tab) => tab.isSignedIn()));
  return { database, tabs, events: tabs.map(follow) };
}

/** What calls under way with a tab's tokens end with. */
function endsOf(tab) {
  const ends = [];
  tab[TOKENS]().onEnded(({ code }) => ends.push(code));
  return ends;
}

const later = (world, ms, answer) => async () => {
  await world.page.sleep(ms);
  return answer;
};

for (const hasLocks of [true, false]) {
  test(
    `three who ask in two tabs wait for one answer (${hasLocks ? "a lock" : "a lease"})`,
    inWorld(
      async (world) => {
        const { database, tabs } = await open(world, 2);
        world.script.push(later(world, 500, reply(200, renewed(2, 3600))));
        const asked = [tabs[0], tabs[0], tabs[1]].map((tab) => tab.getAccessToken(FORCE));
        const tokens = await world.page.settle(asked);
        assert.deepEqual(
          tokens.map(({ value }) => value),
          Array(3).fill("access-2"),
        );
        assert.deepEqual(world.sent, ["refresh-1"]);
        assert.equal(database.entries.size, 1, "neither lease nor note is left");
      },
      { hasLocks },
    ),
  );
}

describe("a lost reply is asked for again, and told by its own word when that fails:", () => {
  const refusal = () => reply(400, { error: "invalid_grant" });
  for (const [what, replies] of [
    ["in one refresh", [lost(), refusal()]],
    ["over two refreshes", [lost(), lost(), refusal()]],
    ["cut off, in a way that some browsers do not notice", [reply(200, '{"access_tok'), refusal()]],
    ["cut off in a refusal", [lost(), reply(400, '{"err'), refusal()]],
  ]) {
    test(
      what,
      inWorld(async (world) => {
        const { database, tabs, events } = await open(world, 2);
        world.page.pass(3_600_000);
        world.script.push(...replies);
        let { code } = await world.page.run(failing(tabs[0].getAccessToken(FORCE)));
        if (code !== "session_expired") {
          ({ code } = await world.page.run(failing(tabs[1].getAccessToken(FORCE))));
        }
        assert.equal(code, "session_expired");
        await world.page.rest();
        for (const heard of events) assert.equal(told(heard).at(-1), "sessionExpired refresh_reply_lost");
        assert.equal(database.entries.size, 0);
      }),
    );
  }
});

test(
  "a sign-out reaches the other tab and its calls",
  inWorld(async (world) => {
    const { tabs, events } = await open(world, 2);
    const ends = endsOf(tabs[1]);
    await world.page.run(tabs[0].signOut({ localOnly: true }));
    await world.page.rest();
    assert.deepEqual(ends, ["sign_in_required"]);
    assert.deepEqual(events.map(told), [["signedOut"], ["signedOut"]]);
  }),
);

describe("a sign-in ends what is under way in every tab:", () => {
  for (const [sub, isOther] of [
    ["bob", true],
    ["ada", false],
  ]) {
    test(
      `${sub}'s after ada's`,
      inWorld(async (world) => {
        const { tabs } = await open(world, 2);
        const ends = tabs.map(endsOf);
        await world.page.run(world.signIn(tabs[0], sub));
        await world.page.rest();
        const expected = isOther ? ["session_expired"] : [];
        assert.deepEqual(ends, [expected, expected]);
      }),
    );
  }
});

for (const isTold of [true, false]) {
  test(
    `a call is not repeated with another person's token, whether ${isTold ? "" : "or not "}that is told`,
    inWorld(async (world) => {
      const { database, tabs } = await open(world, 1);
      const { page } = world;
      const [auth] = tabs;
      const tokens = auth[TOKENS]();
      const ends = endsOf(auth);
      const url = "https://core.example/a.B/C";
      assert.equal((await page.run(tokens.authorize(url))).token, "access-1");
      database.put({ id: "another", sub: "bob", access_token: "access-of-bob" });
      if (isTold) {
        const channel = new BroadcastChannel(database.key("session"));
        channel.postMessage(
          JSON.stringify({ v: 1, place: "adapter", event: "signedIn", session: "another" }),
        );
        await page.rest();
        assert.deepEqual(ends, ["session_expired"]);
      } else {
        assert.equal((await page.run(failing(tokens.authorize(url)))).code, "session_expired");
      }
    }),
  );
}

test(
  "who is not signed in signs nobody else out",
  inWorld(async (world) => {
    const { tabs, events } = await open(world, 1);
    const nobody = world.tab(world.database());
    const heard = follow(nobody);
    await world.page.run(nobody.signOut({ localOnly: true }));
    await world.page.rest();
    assert.equal(await world.page.run(tabs[0].isSignedIn()), true);
    assert.deepEqual([told(events[0]), told(heard)], [[], ["signedOut"]]);
  }),
);

test(
  "a late word of an end does not end the session after it",
  inWorld(async (world) => {
    const { database, tabs, events } = await open(world, 1);
    const ends = endsOf(tabs[0]);
    const ended = database.session().id;
    database.put({ id: "the next", access_token: "access-2" });
    const channel = new BroadcastChannel(database.key("session"));
    for (const event of ["signedOut", "sessionExpired"]) {
      const detail = event === "signedOut" ? null : "invalid_grant";
      channel.postMessage(
        JSON.stringify({ v: 1, place: "adapter", event, detail, session: ended, sub: "ada" }),
      );
    }
    await world.page.rest();
    assert.deepEqual([ends, told(events[0])], [[], []]);
    assert.equal(await world.page.run(tabs[0].getAccessToken()), "access-2");
  }),
);

for (const [when, waitMs] of [
  ["right after the sign-out has removed it", 0],
  ["a moment after the sign-out", 100],
]) {
  test(
    `a session that a refresh puts back ${when} is forgotten, and its tokens are revoked`,
    inWorld(async (world) => {
      const { database, tabs } = await open(world, 2);
      const { entries } = database;
      const key = database.key("session");
      const text = entries.get(key).replaceAll("refresh-1", "refresh-2").replaceAll("access-1", "access-2");
      entries.delete = (name) => {
        Map.prototype.delete.call(entries, name);
        if (name !== key) return;
        delete entries.delete;
        if (waitMs === 0) entries.set(key, text);
        else world.page.sleep(waitMs).then(() => entries.set(key, text));
      };
      await world.page.run(tabs[0].signOut({ localOnly: true }));
      await world.page.run(world.page.sleep(2000));
      assert.equal(entries.size, 0);
      assert.deepEqual(world.revoked, ["refresh-1", "access-1", "refresh-2", "access-2"]);
    }),
  );
}

test(
  "a store that never answers is told in time",
  inWorld(async (world) => {
    const { database, tabs } = await open(world, 1);
    database.waitMs = 1e9;
    const begun = world.page.now();
    const error = await world.page.run(failing(tabs[0].getAccessToken()));
    assert.equal(error.code, "storage_unavailable");
    assert.equal(world.page.now() - begun, 10_000);
    assert.equal(await world.page.run(tabs[0].isSignedIn()), false);
    assert.equal((await world.page.run(failing(tabs[0].signOut()))).code, "storage_unavailable");
  }),
);

describe("with a store each access to which takes a while,", () => {
  const times = Array.from({ length: 20 }, (_, index) => index * 20);
  // A sign-out waits for a refresh, but not for longer than a second.
  const late = Array.from({ length: 60 }, (_, index) => 900 + index * 10);
  test("a sign-out while a refresh is being stored is final, in any order", async () => {
    for (const replyMs of [...times, ...late]) {
      await inWorld(async (world) => {
        const { database, tabs } = await open(world, 1);
        database.waitMs = 25;
        world.script.push(later(world, replyMs, reply(200, renewed(2, 3600))));
        const refresh = failing(tabs[0].getAccessToken(FORCE)).catch(() => {});
        const leaving = (async () => {
          await world.page.sleep(330);
          await tabs[0].signOut({ localOnly: true });
        })();
        await world.page.settle([refresh, leaving]);
        await leaving;
        await world.page.run(world.page.sleep(2000));
        assert.equal(database.entries.size, 0, `${replyMs} ms`);
        assert.ok(world.revoked.includes("refresh-2"), `${replyMs} ms: ${world.revoked}`);
      })();
    }
  });

  test("the end of a session does not take a new one along", async () => {
    for (const signInMs of times) {
      await inWorld(async (world) => {
        const { database, tabs } = await open(world, 2);
        database.put({ refresh_token: null });
        world.page.pass(3_600_001);
        database.waitMs = 25;
        const end = failing(tabs[0].getAccessToken()).catch(() => {});
        const coming = (async () => {
          await world.page.sleep(signInMs);
          await world.signIn(tabs[1], "ada");
        })();
        await world.page.settle([end, coming]);
        await coming;
        assert.notEqual(database.session()?.access_token ?? "access-1", "access-1", `${signInMs} ms`);
      })();
    }
  });
});
