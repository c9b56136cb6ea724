// The state of the history entry is the router's. An answer that leaves the address does not touch it, whatever becomes of
// the answer: routers read it while the page starts, and again when somebody goes back.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back";
let provider;
let options;
let auth;
let session = 0;

/** As a browser's: what is put there is copied. */
function openHistory(state) {
  globalThis.history.state = structuredClone(state);
  globalThis.history.replaceState = function replaceState(next, _, address) {
    this.state = structuredClone(next);
    if (address !== undefined) globalThis.location.href = String(address);
  };
}

beforeEach(() => {
  openPage(home);
  provider = createProvider();
  session += 1;
  const name = `history-${session}`;
  options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch, name };
  auth = createAuth(options);
});

const caught = (promise) =>
  promise.then(
    () => "no error",
    ({ code }) => code,
  );

const states = {
  null: null,
  undefined: undefined,
  "an empty object": {},
  false: false,
  zero: 0,
  text: "here",
  "an array": [1, { of: "the router" }],
  "a date": new Date(0),
  "a map": new Map([["of", new Set(["the router"])]]),
  "vue-router's": { back: null, current: "/back", forward: null, position: 3, replaced: true, scroll: null },
  "a big object": {
    entries: Array.from({ length: 50_000 }, (_, index) => ({ index, text: "x".repeat(20) })),
  },
};

const ways = {
  "a sign-in": async () => {
    globalThis.location.href = provider.answer(await auth.createSignInUrl());
    return () => auth.handleRedirectCallback();
  },
  "a refusal": async () => {
    const { searchParams } = await auth.createSignInUrl();
    const query = { error: "access_denied", state: searchParams.get("state"), iss: provider.issuer };
    globalThis.location.href = `${home}?${new URLSearchParams(query)}`;
    return () => auth.handleRedirectCallback();
  },
  "a state that nobody knows": async () => {
    const { searchParams } = await auth.createSignInUrl();
    for (const key of Object.keys(globalThis.sessionStorage)) globalThis.sessionStorage.removeItem(key);
    globalThis.location.href = `${home}?code=c&state=${searchParams.get("state")}`;
    return () => auth.handleRedirectCallback();
  },
  "an error without state": async () => {
    await auth.createSignInUrl();
    globalThis.location.href = `${home}?error=access_denied`;
    return () => auth.handleRedirectCallback();
  },
  "a revocation of consent": async () => {
    await auth.revokeConsent(({ state }) => {
      globalThis.location.href = `https://console.example/settings?state=${state}`;
      return "https://id.example.com/consent";
    });
    return () => auth.handleConsentRevocation();
  },
  "a refused revocation": async () => {
    await auth.revokeConsent(({ state }) => {
      globalThis.location.href = `https://console.example/settings?error=access_denied&state=${state}`;
      return "https://id.example.com/consent";
    });
    return () => auth.handleConsentRevocation();
  },
};

for (const [way, prepare] of Object.entries(ways)) {
  describe(`after ${way}`, () => {
    for (const [what, state] of Object.entries(states)) {
      test(`the state is what it was: ${what}`, async () => {
        const handle = await prepare();
        openHistory(state);
        const { href } = globalThis.location;
        const handling = handle();
        assert.notEqual(globalThis.location.href, href);
        await caught(handling);
        await new Promise((resolve) => setTimeout(resolve));
        assert.deepStrictEqual(globalThis.history.state, state);
      });
    }
  });
}

test("what the router writes meanwhile stays", async () => {
  const handle = await ways["a sign-in"]();
  openHistory(null);
  const handling = handle();
  globalThis.history.replaceState({ ...globalThis.history.state, position: 1 }, "", `${home}#/numbers`);
  await handling;
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepStrictEqual(globalThis.history.state, { position: 1 });
  assert.equal(globalThis.location.href, `${home}#/numbers`);
});

test("a reload in the middle: the interruption is told, and the state is what it was", async () => {
  for (const state of [null, { of: "the router" }]) {
    const handle = await ways["a sign-in"]();
    openHistory(state);
    const lost = handle();
    const left = {
      href: globalThis.location.href,
      state: globalThis.history.state,
      records: { ...globalThis.sessionStorage },
    };
    await lost;
    const { fetch: _, ...plain } = options;
    const outcome = await inProcess(`
      const { openPage } = await import(${JSON.stringify(new URL("./page.mjs", import.meta.url).href)});
      const left = ${JSON.stringify(left)};
      openPage(left.href);
      history.state = left.state;
      Object.assign(sessionStorage, left.records);
      const auth = sdk.createAuth(${JSON.stringify(plain)});
      const before = auth.isRedirectCallback();
      const error = await auth.handleRedirectCallback().catch((error) => error);
      await new Promise((resolve) => setTimeout(resolve));
      return [before, error.code, auth.isRedirectCallback(), history.state, location.href];`);
    assert.deepEqual(outcome, [true, "sign_in_interrupted", false, state, home]);
  }
});

test("what 0.1.0 left in the state before a reload is understood, and taken out", async () => {
  const { searchParams } = await auth.createSignInUrl({ appState: 7 });
  for (const [state, left] of [
    [{ "sipbreakout.state": searchParams.get("state") }, null],
    [
      {
        of: "the router",
        "sipbreakout.state": `${"A".repeat(43)}..${Buffer.from(options.name).toString("base64url")}`,
      },
      { of: "the router" },
    ],
  ]) {
    auth = createAuth(options);
    openHistory(state);
    assert.equal(auth.isRedirectCallback(), true);
    assert.equal(await caught(auth.handleRedirectCallback()), "sign_in_interrupted");
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepStrictEqual(globalThis.history.state, left);
    assert.equal(auth.isRedirectCallback(), false);
  }
});
