// A tab of commit 67c785b beside one of this build, as they meet at a deploy: one session, one refresh, nobody signed out.
//
// `traces-67c785b.json` was written by that build (`traces.mjs`). Where the build itself is at hand, both run here, in either
// order: `git worktree add ../old 67c785b`, `npm run build` there, and OLD_BUILD=../old/dist/index.js for this test.

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as sdk from "../../dist/index.js";
import { adapterOf, createPeople } from "./people.mjs";
import { clock, follow } from "./session.mjs";
import { HOME, openBrowser, tracesOf } from "./traces.mjs";
import old from "./traces-67c785b.json" with { type: "json" };

const person = "+4799900001";
const types = (told) => told.map(({ type }) => type);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Names and kinds of an object's fields; of another text how it is made up. */
function formOf(text) {
  try {
    const fields = JSON.parse(text);
    if (typeof fields !== "object") return typeof fields;
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, typeof value]));
  } catch {
    return text.replaceAll(/\d+/g, "0");
  }
}

/** Without what is random in a name. */
const nameOf = (name) => name.replace(/(\/sign-in\/.*\/)[\w-]+$/, "$1STATE");

/** The forms of all texts by name. */
function byName(object) {
  const named = {};
  for (const [name, texts] of Object.entries(object)) {
    named[nameOf(name)] ??= [];
    named[nameOf(name)].push(...texts.map(formOf));
  }
  return named;
}

test("what the old build left is left by this one in the same places, in the same forms", async () => {
  const now = await tracesOf(sdk);
  const [mine, its] = [byName(now.entries), byName(old.entries)];
  for (const [name, texts] of Object.entries(its)) {
    assert.deepEqual(mine[name], texts, name);
  }
  // What an old tab does not know: none of these is in the way of what it does.
  assert.deepEqual(
    Object.keys(mine).filter((name) => !(name in its)),
    ["handled", "trouble"].map((kind) => Object.keys(its)[0].replace("/probe/", `/${kind}/`)),
  );
  assert.deepEqual([...new Set(now.locks)], [...new Set(old.locks)]);
  assert.deepEqual(now.database, old.database);
  assert.deepEqual(Object.keys(now.messages), Object.keys(old.messages));
  for (const [name, texts] of Object.entries(old.messages)) {
    assert.deepEqual(now.messages[name].map(formOf), texts.map(formOf));
    assert.deepEqual(
      now.messages[name].map((text) => JSON.parse(text).event),
      texts.map((text) => JSON.parse(text).event),
    );
  }
});

const [sessionName, sessionTexts] = Object.entries(old.entries).find(([name]) => name.includes("/session/"));
const leaseName = sessionName.replace("/session/", "/lease/");
const [channelName] = Object.keys(old.messages);

/** A tab of this build, with what the old one stored: its session, `ageMs` after its sign-in. */
async function besideStored(ageMs) {
  openBrowser();
  const stored = JSON.parse(sessionTexts[0]);
  const now = { since_wall_ms: Date.now() - ageMs, since_page: 1 };
  localStorage.setItem(sessionName, JSON.stringify({ ...stored, ...now }));
  const people = createPeople("console");
  const sent = [];
  const { fetch } = people.options();
  const auth = sdk.createAuth(
    people.options({
      storage: "local",
      autoRefresh: false,
      fetch: async (address, init) => {
        const form = new URLSearchParams(init?.body ? new TextDecoder().decode(init.body) : "");
        if (form.get("grant_type") !== "refresh_token") return fetch(address, init);
        sent.push(form.get("refresh_token"));
        return Response.json({
          access_token: "new",
          token_type: "bearer",
          expires_in: 300,
          refresh_token: "next",
        });
      },
    }),
  );
  return { auth, stored, sent, told: follow(auth) };
}

describe("beside what the old build stored", () => {
  test("its session is this build's, and is refreshed once, as the same one", async () => {
    const { auth, stored, sent, told } = await besideStored(1000);
    assert.equal(await auth.isSignedIn(), true);
    assert.equal(await auth.getAccessToken(), stored.access_token);
    assert.deepEqual(sent, []);
    assert.equal(await auth.getAccessToken({ forceRefresh: true }), "new");
    assert.deepEqual(sent, [stored.refresh_token]);
    const { v, id, sub, scope, refresh_token } = JSON.parse(localStorage.getItem(sessionName));
    assert.deepEqual(
      { v, id, sub, scope, refresh_token },
      { v: stored.v, id: stored.id, sub: stored.sub, scope: stored.scope, refresh_token: "next" },
    );
    assert.deepEqual(types(told), ["tokenRefreshed"]);
  });

  test("a refresh that the old tab is at is waited for, and its outcome used", async () => {
    const { auth, stored, sent } = await besideStored(400_000);
    localStorage.setItem(leaseName, JSON.stringify({ owner: "the old tab", until: Date.now() + 30_000 }));
    const holding = navigator.locks.request(old.locks[0], async () => {
      await pause(500);
      const done = { ...stored, access_token: "its", refresh_token: "its-next", since_wall_ms: Date.now() };
      localStorage.setItem(sessionName, JSON.stringify(done));
      localStorage.removeItem(leaseName);
    });
    assert.equal(await auth.getAccessToken(), "its");
    assert.deepEqual(sent, []);
    await holding;
  });

  test("its messages are heard", async () => {
    const { auth, stored, told } = await besideStored(1000);
    await auth.isSignedIn();
    const channel = new BroadcastChannel(channelName);
    channel.unref();
    const about = { ...JSON.parse(old.messages[channelName][0]), sub: stored.sub, session: stored.id };
    channel.postMessage(JSON.stringify({ ...about, event: "tokenRefreshed", detail: Date.now() + 1000 }));
    localStorage.removeItem(sessionName);
    channel.postMessage(JSON.stringify({ ...about, event: "signedOut", detail: null }));
    while (told.length < 2) await pause(5);
    assert.deepEqual(types(told), ["tokenRefreshed", "signedOut"]);
    assert.equal(await auth.isSignedIn(), false);
  });

  test("a sign-in that it began is finished", async () => {
    const { auth } = await besideStored(1000);
    const [name, [text]] = Object.entries(old.entries).find(([name]) => name.includes("/sign-in/"));
    const state = name.split("/").at(-1);
    sessionStorage.setItem(name, JSON.stringify({ ...JSON.parse(text), created_wall_ms: Date.now() }));
    location.href = `${HOME}?error=access_denied&state=${state}`;
    assert.equal(auth.isRedirectCallback(), true);
    await assert.rejects(auth.handleRedirectCallback(), { code: "access_denied", appState: "there" });
  });
});

const { OLD_BUILD } = process.env;
const builds = { new: sdk, old: OLD_BUILD && (await import(pathToFileURL(resolve(OLD_BUILD)).href)) };

describe("beside a tab of the old build", { skip: !OLD_BUILD && "OLD_BUILD says where it is" }, () => {
  test("the traces are those of the old build", async () => {
    const traces = await tracesOf(builds.old);
    for (const part of ["entries", "messages"]) assert.deepEqual(byName(traces[part]), byName(old[part]));
    assert.deepEqual([traces.locks, traces.database], [old.locks, old.database]);
  });

  for (const [first, second] of [
    ["old", "new"],
    ["new", "old"],
  ]) {
    for (const where of ["local", "adapter"]) {
      for (const hasLocks of [true, false]) {
        test(`${first}, then ${second}; ${where}; ${hasLocks ? "Web Locks" : "leases"}`, async () => {
          openBrowser();
          const locks = Object.getOwnPropertyDescriptor(Navigator.prototype, "locks");
          if (!hasLocks)
            Object.defineProperty(Navigator.prototype, "locks", { value: undefined, configurable: true });
          const time = clock();
          try {
            const people = createPeople();
            people.delayMs[person] = 60;
            const entries = new Map();
            const storage = () => (where === "local" ? where : adapterOf(entries, 1));
            const tab = (name) => {
              const auth = builds[name].createAuth(
                people.options({ storage: storage(), autoRefresh: false }),
              );
              return { auth, told: follow(auth) };
            };
            const one = tab(first);
            await people.signIn(one.auth, person);
            const token = await one.auth.getAccessToken();
            const other = tab(second);
            const both = [one, other];
            assert.equal(await other.auth.isSignedIn(), true);
            assert.equal(await other.auth.getAccessToken(), token);
            assert.deepEqual(people.refreshes, []);
            for (let round = 1; round <= 6; round += 1) {
              time.pass(400_000);
              const asked = round % 2 ? both : both.toReversed();
              const tokens = await Promise.all(asked.map(({ auth }) => auth.getAccessToken()));
              assert.equal(people.refreshes.length, round);
              assert.equal(new Set(tokens).size, 1);
            }
            // A token that is good is refreshed by who insists, and used by the other.
            await Promise.all([one.auth.getAccessToken({ forceRefresh: true }), other.auth.getAccessToken()]);
            await other.auth.getAccessToken({ forceRefresh: true });
            assert.equal(new Set(people.refreshes).size, people.refreshes.length, "none is sent twice");
            for (const { auth, told } of both) {
              assert.equal(await auth.isSignedIn(), true);
              assert.ok(!types(told).some((type) => type === "sessionExpired" || type === "signedOut"));
            }
            // A sign-in that one began is finished by the other: the page is deployed in between.
            await other.auth.handleRedirectCallback(await people.answer(one.auth, person));
            await one.auth.signOut({ localOnly: true });
            while (!types(other.told).includes("signedOut")) await pause(10);
            assert.equal(await other.auth.isSignedIn(), false);
          } finally {
            time.back();
            if (!hasLocks) Object.defineProperty(Navigator.prototype, "locks", locks);
          }
        });
      }
    }
  }
});
