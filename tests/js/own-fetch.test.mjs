// A `fetch` given to createAuth that asks for a token of the session whose requests it makes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapterOf, createPeople } from "./people.mjs";
import { failing } from "./session.mjs";

const LIMIT_MS = 1000;

/** A session whose requests go through `within(auth, address)` first, once it is `armed`. */
function enter(within, more = {}) {
  openPage("https://console.example/back");
  const people = createPeople();
  const { fetch, ...options } = people.options({ storage: adapterOf(), autoRefresh: false, ...more });
  const script = { people, armed: true };
  const own = async (address, init) => {
    if (script.armed) await within(script.auth, String(address));
    return fetch(address, init);
  };
  script.auth = createAuth({ timeoutMs: LIMIT_MS, fetch: own, ...options });
  return script;
}

const at = (path, ask) => async (auth, address) => {
  if (address.endsWith(path)) await ask(auth);
};

const asks = (auth) => auth.getAccessToken();

async function quickly(work) {
  const begun = performance.now();
  const error = await failing(work);
  assert.ok(performance.now() - begun < LIMIT_MS - 50, "it waits for nothing");
  return error;
}

test("while a code is exchanged: at once", async () => {
  const { auth, people } = enter(at("/token", asks));
  const error = await quickly(people.signIn(auth, "ada"));
  assert.equal(error.code, "invalid_config");
  assert.match(error.message, /^`fetch`.*createAuth/);
});

test("while the token is renewed: at once, and once only; the session goes on", async () => {
  for (const ask of [
    asks,
    (auth) => auth.getAccessToken({ forceRefresh: true }),
    (auth) => auth.getAccessToken({ signal: new AbortController().signal }),
    (auth) => auth.getUser(),
  ]) {
    const script = enter(at("/token", ask));
    const { auth, people } = script;
    script.armed = false;
    people.expiresIn = 0;
    await people.signIn(auth, "ada");
    script.armed = true;
    const error = await quickly(auth.getAccessToken());
    assert.deepEqual([error.code, error.retryable], ["invalid_config", false]);
    assert.deepEqual(people.refreshes, []);
    script.armed = false;
    people.expiresIn = 300;
    assert.match(await auth.getAccessToken({ forceRefresh: true }), /^access-of-ada/);
  }
});

test("a token that lives is given all the same, and one of another session", async () => {
  const first = enter(() => {}, { name: "first" });
  await first.people.signIn(first.auth, "ada");
  const seen = [];
  const script = enter(at("/token", async (auth) => seen.push(await auth.getAccessToken())));
  script.armed = false;
  await script.people.signIn(script.auth, "ben");
  script.armed = true;
  await script.auth.getAccessToken({ forceRefresh: true });
  assert.match(seen[0], /^access-of-ben/);

  const other = enter(at("/token", async () => seen.push(await first.auth.getAccessToken())));
  await other.people.signIn(other.auth, "cem");
  assert.match(seen[1], /^access-of-ada/);
});

test("asked for later, or by a call: the time-out names it", async () => {
  const later = async (auth) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await auth.getAccessToken();
  };
  const called = async (auth) => {
    const client = createClient({ baseUrl: "https://core.example.com", auth, timeoutMs: 60_000 });
    await client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" });
  };
  for (const ask of [later, called]) {
    const { auth, people } = enter(at("/token", ask));
    const error = await failing(people.signIn(auth, "ada"));
    assert.equal(error.code, "timeout");
    assert.match(error.message, /`fetch`.*did not settle.*getAccessToken/);
  }
});

test("a provider that is slow is no fault of `fetch`", async () => {
  const { fetch, ...options } = enter(() => {}).people.options({ storage: adapterOf() });
  const slow = (address, init) =>
    String(address).endsWith("/.well-known/openid-configuration")
      ? new Response(new ReadableStream({}), { headers: { "content-type": "application/json" } })
      : fetch(address, init);
  const auth = createAuth({ ...options, fetch: slow, timeoutMs: LIMIT_MS });
  const error = await failing(auth.createSignInUrl());
  assert.equal(error.code, "timeout");
  assert.doesNotMatch(error.message, /`fetch`/);
});
