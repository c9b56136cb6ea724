// `auth.sessionState`: what a page knows of its session without asking.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapter, failing, follow, renewed, reply, signedIn } from "./session.mjs";

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
  const auth = createAuth({});
  assert.throws(() => {
    auth.sessionState = "signedIn";
  }, TypeError);
  assert.equal(auth.sessionState, "unknown");
});
