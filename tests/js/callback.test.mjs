// The way back from the provider: which address is an answer, what stays in the address bar, that it is handled once,
// and that everything else waits for it.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back?tab=numbers";
let page;
let provider;
let options;
let session = 0;

beforeEach(() => {
  page = openPage(home);
  provider = createProvider();
  session += 1;
  const name = `session-${session}`;
  options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch, name };
});

/** Signs in up to the provider's answer, which is then the page's address, with `more` behind it. */
async function comeBack(auth, more = "") {
  const answer = provider.answer(await auth.createSignInUrl({ appState: { from: "there" } }));
  globalThis.location.href = answer + more;
  return answer;
}

const exchanges = () => provider.requests.filter((name) => name === "token").length;

describe("isRedirectCallback", () => {
  // Of the form that 0.1.0 gave a state. What else is ours, and what is not, is in `ownership.test.mjs`.
  const state = `state=${"A".repeat(43)}`;
  const cases = [
    [`https://console.example/back?code=c&${state}`, true],
    [`https://console.example/back?tab=numbers&error=access_denied&${state}#part`, true],
    [new URL(`https://console.example:443/back?code=c&${state}`), true],
    [`https://console.example/other?code=c&${state}`, false],
    [`https://console.example/back/?code=c&${state}`, false],
    [`https://console.example:8443/back?code=c&${state}`, false],
    [`http://console.example/back?code=c&${state}`, false],
    ["https://console.example/back?code=c&state=s", false],
    ["https://console.example/back?code=c", false],
    [`https://console.example/back?${state}`, false],
    [`https://console.example/back#code=c&${state}`, false],
    [`/back?code=c&${state}`, false],
    [5, false],
  ];
  for (const [address, expected] of cases) {
    test(`${address}: ${expected}`, () => {
      const auth = createAuth({ ...options, name: undefined });
      assert.equal(auth.isRedirectCallback(address), expected);
      globalThis.location.href = String(address);
      assert.equal(auth.isRedirectCallback(), expected);
    });
  }

  test("two sessions with one redirect URI: each knows its own answer", async () => {
    const [one, two] = ["øne", "two"].map((name) => createAuth({ ...options, name }));
    await comeBack(two);
    assert.deepEqual([one.isRedirectCallback(), two.isRedirectCallback()], [false, true]);
    await two.handleRedirectCallback();
    assert.deepEqual([await one.isSignedIn(), await two.isSignedIn()], [false, true]);
    await comeBack(one);
    assert.deepEqual([one.isRedirectCallback(), two.isRedirectCallback()], [true, false]);
    await one.handleRedirectCallback();
    assert.equal(await one.isSignedIn(), true);
  });
});

describe("handleRedirectCallback", () => {
  test("takes the answer out of the address bar at once, and nothing else", async () => {
    const auth = createAuth(options);
    const signedIn = [];
    auth.addEventListener("signedIn", (event) => signedIn.push(event.type));
    await comeBack(auth, "&session_state=x&scope=openid#part");
    assert.equal(auth.isRedirectCallback(), true);
    const first = auth.handleRedirectCallback();
    assert.equal(globalThis.location.href, `${home}#part`);
    // As React's strict mode does.
    assert.equal(auth.isRedirectCallback(), true);
    assert.equal(auth.handleRedirectCallback(), first);
    assert.deepEqual(await first, { appState: { from: "there" } });
    assert.equal(auth.isRedirectCallback(), false);
    assert.deepEqual(globalThis.history.state, { of: "the router" });
    assert.equal(auth.handleRedirectCallback(), first);
    assert.equal(exchanges(), 1);
    assert.deepEqual(signedIn, ["signedIn"]);
  });

  test("cleans the address bar also when the answer is given without its fragment", async () => {
    const auth = createAuth(options);
    const answer = await comeBack(auth, "#part");
    await auth.handleRedirectCallback(answer);
    assert.equal(globalThis.location.href, `${home}#part`);
  });

  test("leaves the address bar alone when the answer came another way", async () => {
    const auth = createAuth(options);
    const answer = await comeBack(auth);
    const foreign = "https://console.example/back?code=x&state=of-another";
    globalThis.location.href = foreign;
    await auth.handleRedirectCallback(answer);
    assert.equal(globalThis.location.href, foreign);
    assert.deepEqual(page.states, []);
  });

  test("leaves another library's answer on another path alone", async () => {
    const foreign = "https://console.example/other?code=x&state=y";
    globalThis.location.href = foreign;
    const auth = createAuth(options);
    await assert.rejects(auth.handleRedirectCallback(), { name: "AuthError" });
    assert.equal(globalThis.location.href, foreign);
    assert.equal(auth.isRedirectCallback(), false);
  });

  test("an address bar that may not be changed does no harm", async () => {
    const auth = createAuth(options);
    await comeBack(auth);
    globalThis.history.replaceState = () => {
      throw new DOMException("too often", "SecurityError");
    };
    const [first, second] = [auth.handleRedirectCallback(), auth.handleRedirectCallback()];
    assert.deepEqual(await first, await second);
    assert.equal(exchanges(), 1);
  });

  test("the same answer has the same result, also for another Auth of the session", async () => {
    const auth = createAuth(options);
    const answer = await comeBack(auth);
    const twin = createAuth({ ...options });
    const results = [
      auth.handleRedirectCallback(answer),
      auth.handleRedirectCallback(answer),
      twin.handleRedirectCallback(answer),
    ];
    assert.deepEqual(await Promise.all(results), Array(3).fill({ appState: { from: "there" } }));
    assert.deepEqual(await twin.handleRedirectCallback(answer), { appState: { from: "there" } });
    assert.equal(exchanges(), 1);
    assert.equal(await twin.isSignedIn(), true);
  });

  test("a refused sign-in gives its appState back, and the next one works", async () => {
    const auth = createAuth(options);
    const { searchParams } = new URL(await auth.createSignInUrl({ appState: 7 }));
    globalThis.location.href = `${home}&error=access_denied&state=${searchParams.get("state")}&iss=${provider.issuer}`;
    await assert.rejects(auth.handleRedirectCallback(), { code: "access_denied", appState: 7 });
    assert.equal(globalThis.location.href, home);
    assert.equal(auth.isRedirectCallback(), false);
    await comeBack(auth);
    assert.deepEqual(await auth.handleRedirectCallback(), { appState: { from: "there" } });
  });

  test("what is asked while it is being finished waits for it", async () => {
    const auth = createAuth(options);
    await comeBack(auth);
    const gate = Promise.withResolvers();
    provider.hold = gate.promise;
    const handled = auth.handleRedirectCallback();
    const asked = [auth.isSignedIn(), auth.getAccessToken(), auth.getUser().then(({ sub }) => sub)];
    const early = await Promise.race([
      ...asked,
      new Promise((resolve) => setTimeout(resolve, 50, "waiting")),
    ]);
    gate.resolve();
    assert.equal(early, "waiting");
    assert.deepEqual(await Promise.all(asked), [true, "access", "somebody"]);
    await handled;
  });

  test("options that JSON can't say are named", () => {
    const cyclic = {};
    cyclic.self = cyclic;
    for (const [field, value] of [
      ["clientId", 5n],
      ["name", 5n],
      ["name", cyclic],
      ["preset", 5n],
    ]) {
      assert.throws(
        () => createAuth({ ...options, [field]: value }),
        ({ problems }) => problems[0].field === field && problems[0].code === "wrong_type",
      );
    }
  });
});

test("what another Auth of the same session is asked in the same turn waits for it, too", async () => {
  const known = createAuth(options);
  assert.equal(await known.isSignedIn(), false);
  const answer = await comeBack(known);
  const fresh = createAuth(options);
  const finishing = fresh.handleRedirectCallback(answer);
  const asked = [known.isSignedIn(), known.getAccessToken(), known.getUser().then(({ sub }) => sub)];
  assert.deepEqual(await Promise.all(asked), [true, "access", "somebody"]);
  await finishing;
  assert.equal(exchanges(), 1);
});

test("a session whose name is null is the one without a name, in all that is stored of it", async () => {
  const keys = [];
  const entries = new Map();
  const storage = {
    get: (key) => entries.get(key),
    set: (key, value) => void (keys.push(key) && entries.set(key, value)),
    remove: (key) => void entries.delete(key),
  };
  const auth = createAuth({ ...options, storage, name: null });
  const answer = await comeBack(auth);
  for (const name of Object.keys(globalThis.sessionStorage)) keys.push(name);
  assert.equal(auth.isRedirectCallback(answer), true);
  await auth.handleRedirectCallback();
  assert.equal(await createAuth({ ...options, storage, name: undefined }).isSignedIn(), true);
  const of = encodeURIComponent(options.issuer);
  assert.ok(keys.includes(`sipbreakout/session/${of}/c/default`), keys.join());
  assert.deepEqual(
    keys.filter((key) => !key.includes(`/${of}/c/default`)),
    [],
  );
});

test("what can't be read as a text is no address: nothing is thrown at once", async () => {
  const auth = createAuth(options);
  const unreadable = {
    toString() {
      throw new Error("no text");
    },
  };
  assert.deepEqual(
    [auth.isRedirectCallback(unreadable), auth.isConsentRevocation(unreadable)],
    [false, false],
  );
  for (const handled of [auth.handleRedirectCallback(unreadable), auth.handleConsentRevocation(unreadable)]) {
    const { code } = await handled.catch((error) => error);
    assert.equal(code, "not_a_callback");
  }
});
