// Giving up by a signal, and closing an Auth: who waits is told, what was begun goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapterOf, createPeople, heard } from "./people.mjs";
import { failing } from "./session.mjs";

const home = "https://console.example/back";
const later = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

/** A session whose requests wait until `release()`. */
function enter(more = {}) {
  const page = openPage(home);
  const people = createPeople();
  const script = { page, people, held: undefined };
  const { fetch, ...options } = people.options({ storage: adapterOf(), autoRefresh: false, ...more });
  script.options = {
    ...options,
    fetch: async (address, init) => {
      await script.held;
      return fetch(address, init);
    },
  };
  script.auth = createAuth(script.options);
  script.hold = () => {
    const { promise, resolve } = Promise.withResolvers();
    script.held = promise;
    script.release = resolve;
  };
  return script;
}

/** Every method that waits, in a state in which it does: what it is given is the options. */
const methods = {
  signIn: ({ auth }) => auth.signIn.bind(auth),
  createSignInUrl: ({ auth }) => auth.createSignInUrl.bind(auth),
  handleRedirectCallback: async ({ auth, people }) => {
    const answer = await people.answer(auth, "ada");
    return (options) => auth.handleRedirectCallback(answer, options);
  },
  getAccessToken: async ({ auth, people }) => {
    await people.signIn(auth, "ada");
    return (options) => auth.getAccessToken({ ...options, forceRefresh: true });
  },
  isSignedIn: async (script) => {
    const { auth, people } = script;
    const answer = await people.answer(auth, "ada");
    return (options) => {
      auth.handleRedirectCallback(answer).catch(() => {});
      return auth.isSignedIn(options);
    };
  },
  getSession: async (script) => {
    const { auth, people } = script;
    const answer = await people.answer(auth, "ada");
    return (options) => {
      auth.handleRedirectCallback(answer).catch(() => {});
      return auth.getSession(options);
    };
  },
  getUser: async ({ auth, people }) => {
    people.expiresIn = 0;
    await people.signIn(auth, "ada");
    return (options) => auth.getUser(options);
  },
  revokeConsent:
    ({ auth, held }) =>
    (options) =>
      auth.revokeConsent(() => held, options),
  handleConsentRevocation: async (script) => {
    const { auth, people, page } = script;
    await people.signIn(auth, "ada");
    await auth.revokeConsent(({ state }) => `https://id.people.example/consent?state=${state}`);
    const state = new URL(page.visited[0]).searchParams.get("state");
    return (options) => auth.handleConsentRevocation(`${home}?state=${state}`, options);
  },
  signOut: async ({ auth, people }) => {
    await people.signIn(auth, "ada");
    return (options) => auth.signOut({ ...options, localOnly: true });
  },
};

for (const [name, prepare] of Object.entries(methods)) {
  test(`${name}: the signal ends the wait at once`, async () => {
    for (const isBefore of [true, false]) {
      const script = enter();
      if (name === "revokeConsent") script.hold();
      const begin = await prepare(script);
      script.hold();
      const controller = new AbortController();
      const reason = new Error("no longer wanted");
      if (isBefore) controller.abort(reason);
      const waiting = failing(begin({ signal: controller.signal }));
      await later(5);
      controller.abort(reason);
      const error = await waiting;
      assert.deepEqual([error.code, error.kind, error.cause], ["aborted", "aborted", reason]);
      script.release();
      const visited = [...script.page.visited];
      await later();
      assert.deepEqual(script.page.visited, visited, "the page is not left any more");
    }
  });

  test(`${name}: closing ends the wait, and each later one`, async () => {
    const script = enter();
    if (name === "revokeConsent") script.hold();
    const begin = await prepare(script);
    script.hold();
    const waiting = failing(begin({ signal: new AbortController().signal }));
    await later(5);
    script.auth.close();
    const error = await waiting;
    assert.deepEqual([error.code, /closed/.test(error.message)], ["aborted", true]);
    assert.equal((await failing(begin(undefined))).code, "aborted");
    script.release();
    await later();
  });

  test(`${name}: what is no signal is named`, async () => {
    const script = enter();
    if (name === "revokeConsent") script.hold();
    const begin = await prepare(script);
    for (const given of [{ signal: 5 }, { signal: {} }, { sign: 5 }]) {
      const { problems } = await failing(begin(given));
      assert.deepEqual(problems[0].field, Object.keys(given)[0]);
    }
  });
}

test("what was begun goes on: a code is exchanged, a token renewed", async () => {
  const script = enter();
  const { auth, people } = script;
  const answer = await people.answer(auth, "ada");
  script.hold();
  const signal = AbortSignal.timeout(10);
  await failing(auth.handleRedirectCallback(answer, { signal }));
  const other = auth.isSignedIn();
  script.release();
  assert.equal(await other, true);
  assert.equal(people.exchanges, 1);
  script.hold();
  await failing(auth.getAccessToken({ forceRefresh: true, signal: AbortSignal.timeout(10) }));
  script.release();
  await later();
  assert.equal(people.refreshes.length, 1);
  assert.match(await auth.getAccessToken(), /^access-of-ada/);
});

test("a closed Auth is told nothing, and its client makes no calls; the session goes on in another one", async () => {
  const { auth, people, options } = enter();
  const other = createAuth(options);
  const sent = [];
  const fetch = async () => {
    sent.push(1);
    throw new TypeError("no network");
  };
  const client = createClient({ baseUrl: "https://core.example.com", auth, fetch, retry: false });
  await people.signIn(auth, "ada");
  assert.equal(await other.isSignedIn(), true);
  const [first, second] = [heard(auth), heard(other)];
  auth.close();
  auth.close();
  await other.getAccessToken({ forceRefresh: true });
  assert.deepEqual([first, second], [[], ["tokenRefreshed"]]);
  const call = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
  assert.equal((await failing(client.upsertRegistration(call))).code, "aborted");
  assert.deepEqual(sent, []);
});

test("another Auth goes on with the renewal of one that is closed; without one nobody does", async () => {
  for (const hasOther of [true, false]) {
    const { auth, people, options } = enter({ autoRefresh: true });
    const other = hasOther && createAuth(options);
    people.expiresIn = 3;
    await people.signIn(auth, "ada");
    if (other) await other.isSignedIn();
    await auth.isSignedIn();
    auth.close();
    await later(3200);
    assert.equal(people.refreshes.length > 0, hasOther);
    if (other) other.close();
  }
});

test("a sign-in under way is finished by another Auth of the session: strict mode closes the first", async () => {
  const script = enter();
  const { auth, people, options } = script;
  const answer = await people.answer(auth, "ada");
  script.hold();
  const first = auth.handleRedirectCallback(answer).catch(() => {});
  auth.close();
  const second = createAuth(options);
  const told = heard(second);
  const finished = second.handleRedirectCallback(answer);
  script.release();
  assert.deepEqual(await finished, { appState: undefined });
  await first;
  assert.deepEqual([await second.isSignedIn(), people.exchanges, told], [true, 1, ["signedIn"]]);
});

test("a wait that comes to its end makes no error, and leaves nothing on the signal", async () => {
  const { auth, people } = enter();
  await people.signIn(auth, "ada");
  const { signal } = new AbortController();
  const listening = new Set();
  for (const [method, note] of [
    ["addEventListener", (hear) => listening.add(hear)],
    ["removeEventListener", (hear) => listening.delete(hear)],
  ]) {
    signal[method] = (type, hear, ...rest) => {
      note(hear);
      return AbortSignal.prototype[method].call(signal, type, hear, ...rest);
    };
  }
  // Each error of the SDK is marked, as another copy of the package sees it.
  const made = [];
  const { defineProperty } = Object;
  Object.defineProperty = (target, name, descriptor) => {
    if (name === Symbol.for("sipbreakout-web.error")) made.push(target);
    return defineProperty(target, name, descriptor);
  };
  try {
    await auth.isSignedIn({ signal });
    await auth.getSession({ signal });
    await auth.getAccessToken({ signal, forceRefresh: true });
    await later();
    assert.deepEqual([made.map(({ code }) => code), listening.size], [[], 0]);
    await failing(auth.getAccessToken({ signal: AbortSignal.abort() }));
    assert.deepEqual(
      made.map(({ code }) => code),
      ["aborted"],
    );
  } finally {
    Object.defineProperty = defineProperty;
  }
});

test("`using` closes", async () => {
  const { auth } = enter();
  auth[Symbol.dispose]();
  assert.equal((await failing(auth.isSignedIn())).code, "aborted");
});
