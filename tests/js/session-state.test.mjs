// `auth.sessionState`: what a page knows of its session without asking.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapter, clock, failing, follow, renewed, reply, signedIn } from "./session.mjs";

beforeEach(() => openPage("https://console.example/back"));

const states = (told) => told.map(({ type, state }) => `${type}: ${state}`);

test("unknown until something is asked, then signed out, signed in and out again, always before the event", async () => {
  const { auth: first, options } = await signedIn({
    storage: adapter(),
    refreshes: [reply(200, renewed(2))],
  });
  assert.equal(first.sessionState, "signedIn");

  const other = createAuth({ ...options, name: "nobody" });
  assert.equal(other.sessionState, "unknown");
  assert.equal(await other.isSignedIn(), false);
  assert.equal(other.sessionState, "signedOut");

  const told = follow(first);
  await first.getAccessToken();
  await first.signOut({ localOnly: true });
  assert.deepEqual(states(told), ["tokenRefreshed: signedIn", "signedOut: signedOut"]);
  assert.equal(first.sessionState, "signedOut");
});

test("several of one session agree, one that comes later too", async () => {
  const storage = adapter();
  const { auth, options } = await signedIn({ storage, lifeSeconds: 300 });
  const later = createAuth(options);
  await later.isSignedIn();
  assert.equal(later.sessionState, "signedIn");
  const told = follow(later);
  await auth.signOut({ localOnly: true });
  assert.equal(later.sessionState, "signedOut");
  assert.deepEqual(states(told), ["signedOut: signedOut"]);
});

test("a session that ended is signed out, and the event has the error in the provider's words", async () => {
  const refusal = reply(400, { error: "invalid_grant", error_description: "Gone." });
  const { auth, told } = await signedIn({ storage: adapter(), refreshes: [refusal] });
  const error = await failing(auth.getAccessToken());
  assert.equal(error.code, "session_expired");
  assert.deepEqual(states(told), ["sessionExpired: signedOut"]);
  const { detail } = told[0];
  assert.equal(detail.code, "invalid_grant");
  assert.ok(detail.error instanceof Error);
  assert.deepEqual([detail.error.code, detail.error.description], ["session_expired", "Gone."]);
  assert.equal(auth.sessionState, "signedOut");
});

test("it can't be set from outside", async () => {
  const auth = createAuth({ clientId: "c", redirectUri: "https://a.example/", preset: "wgtwo" });
  assert.throws(() => {
    auth.sessionState = "signedIn";
  }, TypeError);
  assert.equal(auth.sessionState, "unknown");
});

/** A store whose next read of an entry waits for `open()`. */
function gated() {
  const store = adapter();
  const { get } = store;
  let gates = [];
  store.get = async (key) => {
    const gate = gates.find(({ kind }) => key.includes(`/${kind}/`));
    gates = gates.filter((other) => other !== gate);
    gate?.reached();
    await gate?.opened;
    return get(key);
  };
  store.hold = (kind) => {
    const gate = { kind };
    gate.waits = new Promise((resolve) => {
      gate.reached = resolve;
    });
    gate.opened = new Promise((resolve) => {
      gate.open = resolve;
    });
    gates.push(gate);
    return gate;
  };
  return store;
}

test("that it was told uncertain is noted, whatever a try that failed at the same time notes", async () => {
  const time = clock();
  try {
    // How many steps of other work lie between the two.
    for (let steps = -30; steps <= 30; steps += 1) {
      const storage = gated();
      let answer;
      const hanging = () =>
        new Promise((resolve) => {
          answer = () => resolve(reply(503, "busy"));
        });
      const { auth, told, options } = await signedIn({ storage, refreshes: [reply(503, "busy"), hanging] });
      await failing(auth.getAccessToken());
      time.pass(59_000);
      const failed = failing(auth.getAccessToken());
      while (!answer) await new Promise(setImmediate);
      // Its minute is over while the provider is being asked.
      time.pass(2000);
      const ofTry = storage.hold("trouble");
      answer();
      await ofTry.waits;
      const ofDoubt = storage.hold("session");
      const doubting = failing(auth.getAccessToken());
      await ofDoubt.waits;
      const [first, second] = steps < 0 ? [ofTry, ofDoubt] : [ofDoubt, ofTry];
      first.open();
      for (let step = 0; step < Math.abs(steps); step += 1) await undefined;
      second.open();
      await Promise.all([failed, doubting]);
      assert.deepEqual(states(told), ["sessionUncertain: uncertain"]);
      const [, text] = [...storage.entries].find(([key]) => key.includes("/trouble/"));
      const { is_told, tries } = JSON.parse(text);
      assert.deepEqual([is_told, tries], [true, 2], `${steps} steps`);
      // The next page reads it.
      const next = createAuth({ ...options, storage: adapter(storage.entries) });
      await next.isSignedIn();
      assert.equal(next.sessionState, "uncertain", `${steps} steps`);
    }
  } finally {
    time.back();
  }
});
