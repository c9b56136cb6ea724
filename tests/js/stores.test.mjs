// Two stores are two sessions, and one store is one session, however many objects stand before it.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { after, beforeEach, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as sdk from "../../dist/index.js";
import { repeats } from "../repeats.mjs";
import { closePage, openPage } from "./page.mjs";
import { adapterOf, createPeople, heard, toldOf } from "./people.mjs";

const { createAuth } = sdk;
/** A second copy of the package, as another bundle of the page has it. */
const copyAt = new URL(`../../target/tmp/stores-copy-${process.pid}/`, import.meta.url);
mkdirSync(copyAt, { recursive: true });
cpSync(new URL("../../dist/", import.meta.url), copyAt, { recursive: true });
const copy = await import(new URL("index.js", copyAt).href);
after(() => rmSync(fileURLToPath(copyAt), { recursive: true }));

const FORCE = { forceRefresh: true };
let people;

beforeEach(() => {
  openPage("https://console.example/");
  Object.defineProperty(globalThis, "localStorage", { value: globalThis.sessionStorage, configurable: true });
  openPage("https://console.example/");
  people = createPeople();
});

/** Two Auths of one issuer, client and name, in which two people are signed in. */
async function twoPeople(one, other) {
  const auths = [createAuth(people.options(one)), createAuth(people.options(other))];
  const events = auths.map(heard);
  await people.signIn(auths[0], "alice");
  await people.signIn(auths[1], "bob");
  await Promise.all(events.map((names) => toldOf(names, 1)));
  assert.deepEqual(events, [["signedIn"], ["signedIn"]], "each is told of its own");
  return { auths, events };
}

const pairs = [
  ["two adapters", () => [{ storage: adapterOf() }, { storage: adapterOf() }]],
  ["two slow adapters", () => [{ storage: adapterOf(new Map(), 10) }, { storage: adapterOf(new Map(), 10) }]],
  ["an adapter and memory", () => [{ storage: adapterOf() }, { storage: "memory" }]],
  ["memory and localStorage", () => [{ storage: "memory" }, { storage: "local" }]],
  ["sessionStorage and localStorage", () => [{ storage: "session" }, { storage: "local" }]],
];

for (const [names, options] of pairs) {
  describe(`two people in one page, by ${names}`, () => {
    test("each gets his own token, also when both refresh at once at a slow token endpoint", async () => {
      const { auths } = await twoPeople(...options());
      people.delayMs = { alice: 300, bob: 100 };
      const tokens = await Promise.all(auths.map((auth) => auth.getAccessToken(FORCE)));
      assert.match(tokens[0], /^access-of-alice/);
      assert.match(tokens[1], /^access-of-bob/);
      assert.equal(people.refreshes.length, 2);
      // What is kept is one's own as well.
      assert.deepEqual(await Promise.all(auths.map((auth) => auth.getAccessToken())), tokens);
    });

    test("the sign-out of the one leaves the other alone", async () => {
      const { auths, events } = await twoPeople(...options());
      const { revoked } = await auths[0].signOut({ localOnly: true });
      assert.equal(revoked, true);
      await pause(100);
      assert.equal(await auths[0].isSignedIn(), false);
      assert.equal(await auths[1].isSignedIn(), true);
      assert.match(await auths[1].getAccessToken(), /^access-of-bob/);
      assert.deepEqual(events[1], ["signedIn"]);
      assert.equal(
        people.revoked.every((token) => token.includes("alice")),
        true,
      );
    });

    test("the provider's wish for patience holds for the one who was asked to have it", async () => {
      const { auths, events } = await twoPeople(...options());
      people.busy.add("alice");
      await assert.rejects(auths[0].getAccessToken(FORCE), { retryable: true });
      assert.match(await auths[1].getAccessToken(FORCE), /^access-of-bob/);
      await pause(50);
      assert.deepEqual(events[0], ["signedIn"], "the one is not told of the other's token");
    });

    test("the end of the one's session is not the other's", async () => {
      // A token that lives would be used on.
      people.expiresIn = 1;
      const { auths, events } = await twoPeople(...options());
      await auths[0].getAccessToken(FORCE);
      people.replay(people.refreshes[0]);
      people.expiresIn = 300;
      await pause(1100);
      await assert.rejects(auths[0].getAccessToken(), { code: "session_expired" });
      await toldOf(events[0], 3);
      assert.match(await auths[1].getAccessToken(FORCE), /^access-of-bob/);
      assert.equal(events[0].includes("sessionExpired"), true);
      assert.equal(events[1].includes("sessionExpired"), false);
    });
  });
}

test("expired tokens: each is refreshed by its own", async () => {
  people.expiresIn = 1;
  const { auths } = await twoPeople({ storage: adapterOf() }, { storage: adapterOf() });
  people.delayMs = { alice: 300 };
  await pause(1100);
  const tokens = await Promise.all(auths.map((auth) => auth.getAccessToken()));
  assert.match(tokens[0], /^access-of-alice/);
  assert.match(tokens[1], /^access-of-bob/);
});

test("many people at once: nobody waits for another's token endpoint where there are no Web Locks", async (t) => {
  if (globalThis.navigator?.locks) return t.skip("they are in one queue");
  const { auths } = await twoPeople({ storage: adapterOf() }, { storage: adapterOf() });
  people.delayMs = { alice: 3000 };
  const slow = auths[0].getAccessToken(FORCE);
  const began = performance.now();
  assert.match(await auths[1].getAccessToken(FORCE), /^access-of-bob/);
  assert.ok(performance.now() - began < 2000);
  assert.match(await slow, /^access-of-alice/);
});

describe("memory, the default", () => {
  test("in a page all Auths of one name are one session", async () => {
    const [one, other] = [createAuth(people.options()), createAuth(people.options())];
    await people.signIn(one, "alice");
    assert.equal(await other.isSignedIn(), true);
    const tokens = await Promise.all([one, other].map((auth) => auth.getAccessToken(FORCE)));
    assert.equal(tokens[0], tokens[1]);
    assert.equal(people.refreshes.length, 1);
  });

  test("on a server each Auth is a session of its own", async () => {
    closePage();
    const [one, other] = [createAuth(people.options()), createAuth(people.options())];
    const third = createAuth(people.options());
    await people.signIn(one, "alice");
    assert.equal(await other.isSignedIn(), false);
    await assert.rejects(other.getAccessToken(), { code: "sign_in_required" });
    await people.signIn(other, "bob");
    const tokens = await Promise.all([one, other].map((auth) => auth.getAccessToken(FORCE)));
    assert.match(tokens[0], /^access-of-alice/);
    assert.match(tokens[1], /^access-of-bob/);
    // The same person on another device.
    await people.signIn(third, "alice");
    await one.signOut({ localOnly: true });
    await pause(100);
    assert.match(await other.getAccessToken(), /^access-of-bob/);
    assert.match(await third.getAccessToken(FORCE), /^access-of-alice/);
    assert.equal(await one.isSignedIn(), false);
  });
});

describe("several objects before one store", () => {
  for (const [place, set] of [
    ["a page", () => {}],
    ["a server", closePage],
  ]) {
    for (const waitMs of [0, 10, 80]) {
      test(`adapters over one database that takes ${waitMs} ms, in ${place}: one request`, {
        skip: repeats(waitMs === 80),
      }, async () => {
        set();
        const entries = new Map();
        const make = (from) => from.createAuth(people.options({ storage: adapterOf(entries, waitMs) }));
        const auths = [make(sdk), make(sdk), make(copy)];
        await people.signIn(auths[0], "alice");
        people.delayMs = { alice: 200 };
        for (let round = 1; round <= 2; round += 1) {
          const tokens = await Promise.all(auths.map((auth) => auth.getAccessToken(FORCE)));
          assert.equal(new Set(tokens).size, 1);
          assert.equal(people.refreshes.length, round);
        }
        assert.deepEqual(
          [...entries.keys()].filter((key) => !key.includes("/session/")),
          [],
          "nothing else is left",
        );
      });
    }
  }

  test("one adapter in two Auths: one session, one request", async () => {
    const storage = adapterOf();
    const auths = [0, 1].map(() => createAuth(people.options({ storage })));
    const events = auths.map(heard);
    await auths[1].isSignedIn();
    await people.signIn(auths[0], "alice");
    const tokens = await Promise.all(auths.map((auth) => auth.getAccessToken(FORCE)));
    assert.equal(tokens[0], tokens[1]);
    assert.equal(people.refreshes.length, 1);
    await auths[1].signOut({ localOnly: true });
    await Promise.all(events.map((names) => toldOf(names, 3)));
    assert.deepEqual(events, Array(2).fill(["signedIn", "tokenRefreshed", "signedOut"]));
  });

  test("adapters over one database: what happens to the session reaches all", async () => {
    const entries = new Map();
    const auths = [0, 1].map(() => createAuth(people.options({ storage: adapterOf(entries) })));
    const events = auths.map(heard);
    await auths[1].isSignedIn();
    await people.signIn(auths[0], "alice");
    await toldOf(events[1], 1);
    await auths[0].getAccessToken(FORCE);
    await toldOf(events[1], 2);
    await auths[0].signOut({ localOnly: true });
    await Promise.all(events.map((names) => toldOf(names, 3)));
    assert.deepEqual(events, Array(2).fill(["signedIn", "tokenRefreshed", "signedOut"]));
    assert.equal(await auths[1].isSignedIn(), false);
  });

  test("adapters over one database: an answer that all of them handle is handled once", async () => {
    const entries = new Map();
    const auths = [0, 1].map(() => createAuth(people.options({ storage: adapterOf(entries, 5) })));
    const answer = await people.answer(auths[0], "alice", { appState: "there" });
    const results = await Promise.all(auths.map((auth) => auth.handleRedirectCallback(answer)));
    assert.deepEqual(results, Array(2).fill({ appState: "there" }));
    assert.deepEqual(await auths[1].handleRedirectCallback(answer), { appState: "there" });
    assert.equal(people.exchanges, 1);
  });

  test("an answer that another Auth, with a store of its own, has handled, is unknown", async () => {
    const auths = [0, 1].map(() => createAuth(people.options({ storage: adapterOf(new Map(), 5) })));
    const answer = await people.answer(auths[0], "alice", { appState: "there" });
    const [mine, others] = await Promise.allSettled(auths.map((auth) => auth.handleRedirectCallback(answer)));
    assert.deepEqual(mine.value, { appState: "there" });
    assert.deepEqual([others.reason.code, others.reason.appState], ["state_unknown", undefined]);
    assert.equal(people.exchanges, 1);
    assert.deepEqual(await Promise.all(auths.map((auth) => auth.isSignedIn())), [true, false]);
  });

  for (const storage of ["session", "local"]) {
    test(`two copies of the package in a page, ${storage}: one request`, async () => {
      const auths = [sdk, copy].map((from) => from.createAuth(people.options({ storage })));
      await people.signIn(auths[0], "alice");
      people.delayMs = { alice: 400 };
      for (let round = 1; round <= 2; round += 1) {
        const tokens = await Promise.all(auths.map((auth) => auth.getAccessToken(FORCE)));
        assert.equal(new Set(tokens).size, 1);
        assert.equal(people.refreshes.length, round);
      }
      assert.match(await auths[1].getAccessToken(FORCE), /^access-of-alice/, "the session lives");
    });
  }
});

test("no token is on the global object", async () => {
  const auths = [sdk, copy].map((from) => from.createAuth(people.options({ storage: adapterOf() })));
  await people.signIn(auths[0], "alice");
  await auths[0].getAccessToken(FORCE);
  const shared = Object.getOwnPropertySymbols(globalThis).filter((key) =>
    key.description?.startsWith("sipbreakout"),
  );
  for (const key of shared) {
    const value = globalThis[key];
    const text = value instanceof Map ? JSON.stringify([...value]) : String(value);
    assert.ok(!text.includes("-of-alice"), text);
  }
});
