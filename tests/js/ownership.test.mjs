// Whose answer the page's address holds: what is another library's, or the application's own, is left alone; what is ours
// leaves the address, whatever becomes of it.

import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back";
let provider;
let options;
let auth;
let page;
let session = 0;

beforeEach(() => {
  page = openPage(home);
  provider = createProvider();
  session += 1;
  // Without a name: nothing but form and record tells its states from those of others.
  options = { clientId: `c-${session}`, redirectUri: home, issuer: provider.issuer, fetch: provider.fetch };
  auth = createAuth(options);
});

const caught = (promise) =>
  promise.then(
    () => assert.fail("no error"),
    (error) => error,
  );
const stateOf = (address) => new URL(address).searchParams.get("state");
const begin = async (of = auth) => stateOf(await of.createSignInUrl());
const recordsOf = (state) => Object.keys(globalThis.sessionStorage).filter((key) => key.endsWith(state));
const forgetAll = () => {
  for (const key of Object.keys(globalThis.sessionStorage)) globalThis.sessionStorage.removeItem(key);
};
/** 32 bytes, as 0.1.0 wrote its states. */
const firstForm = () => randomBytes(32).toString("base64url");

/** The page is at `address`, and nothing of that is the session's. */
async function isLeftAlone(address, of = auth) {
  globalThis.location.href = address;
  const before = { ...globalThis.sessionStorage };
  assert.equal(of.isRedirectCallback(), false);
  assert.equal(of.isRedirectCallback(address), false);
  for (const promise of [of.handleRedirectCallback(), of.handleRedirectCallback(address)]) {
    const { name, code } = await caught(promise);
    assert.equal(name, "AuthError");
    assert.ok(["not_a_callback", "state_unknown"].includes(code), code);
  }
  assert.equal(of.isRedirectCallback(), false);
  assert.equal(globalThis.location.href, address);
  assert.deepEqual(page.states, []);
  assert.deepEqual({ ...globalThis.sessionStorage }, before);
}

describe("left alone", () => {
  const foreign = {
    "a coupon": "?code=SUMMER&state=CA",
    "a coupon without state": "?code=SUMMER",
    "a state and nothing else": "?state=CA",
    "an error of the application": "?error=not_found&state=CA",
    "an error that says everything but a state":
      "?error=access_denied&error_description=x&iss=https://id.example.com",
    "oidc-client-ts": `?code=c&state=${randomBytes(16).toString("hex")}`,
    "auth0-spa-js": `?code=c&state=${encodeURIComponent(Buffer.from("x".repeat(43)).toString("base64"))}`,
    "keycloak-js": `?code=c&state=${randomUUID()}&session_state=${randomUUID()}`,
    "43 characters that are no 32 bytes": `?code=c&state=${"x".repeat(43)}`,
    "a mark of ours behind a short state": "?code=c&state=x.p.",
    "dots behind 32 bytes": `?code=c&state=${firstForm()}..`,
    "another name behind 32 bytes": `?code=c&state=${firstForm()}..b3RoZXI`,
    "a version that nobody has written": `?code=c&state=sipbreakout1-00000000-${firstForm()}`,
    JARM: "?response=eyJhbGciOiJub25lIn0.e30.",
    "an empty state": "?code=c&state=",
  };
  for (const [what, query] of Object.entries(foreign)) {
    test(what, () => isLeftAlone(home + query));

    test(`${what}, while two sign-ins are under way, which can be finished afterwards`, async () => {
      const answer = provider.answer(await auth.createSignInUrl());
      await auth.createSignInUrl();
      await isLeftAlone(home + query);
      globalThis.location.href = answer;
      assert.equal(auth.isRedirectCallback(), true);
      await auth.handleRedirectCallback();
      assert.equal(await auth.isSignedIn(), true);
    });
  }

  test("names in capitals, a fragment, another path, another origin: with a state of ours", async () => {
    const state = await begin();
    for (const address of [
      `${home}?CODE=c&STATE=${state}`,
      `${home}?Code=c&State=${state}`,
      `${home}#code=c&state=${state}`,
      `${home}?state=CA#code=c&state=${state}`,
      `https://console.example/?code=c&state=x&next=${state}`,
      `https://console.example/other?code=c&state=CA`,
    ]) {
      await isLeftAlone(address);
    }
  });

  test("the answer to a session of another name, client or issuer", async () => {
    const others = [
      { name: "another" },
      { name: "third" },
      { clientId: "another" },
      { issuer: `${provider.issuer}/x` },
    ];
    for (const [index, change] of others.entries()) {
      const redirectUri = `${home}/${index}`;
      const mine = createAuth({ ...options, redirectUri });
      const state = await begin(mine);
      const other = createAuth({ ...options, redirectUri, ...change });
      await isLeftAlone(`${redirectUri}?code=c&state=${state}`, other);
      assert.equal(mine.isRedirectCallback(), true);
      // Without its record, too.
      forgetAll();
      assert.deepEqual([mine.isRedirectCallback(), other.isRedirectCallback()], [true, false]);
      globalThis.location.href = home;
    }
  });

  test("a foreign address that is given", async () => {
    const { href } = globalThis.location;
    for (const address of [
      `${home}?code=SUMMER&state=CA`,
      "https://elsewhere.example/?code=c&state=s",
      "no address",
    ]) {
      assert.equal(auth.isRedirectCallback(address), false);
      const { code } = await caught(auth.handleRedirectCallback(address));
      assert.ok(["not_a_callback", "state_unknown"].includes(code), code);
    }
    assert.equal(globalThis.location.href, href);
    assert.deepEqual(page.states, []);
  });
});

describe("ours", () => {
  /** Handled, refused with `code`, and gone from the address, but for what is not the answer's. */
  async function isRefused(address, code, left = home) {
    globalThis.location.href = address;
    assert.equal(auth.isRedirectCallback(), true);
    const error = await caught(auth.handleRedirectCallback());
    assert.equal(error.code, code);
    assert.equal(globalThis.location.href, left);
    assert.equal(auth.isRedirectCallback(), false);
    return error;
  }

  test("a state of this session without a record: state_unknown, and the code leaves the address", async () => {
    const state = await begin();
    forgetAll();
    await isRefused(`${home}?code=c&state=${state}&tab=2#top`, "state_unknown", `${home}?tab=2#top`);
  });

  test("a state that was made up of one of ours: the record decides, not the form", async () => {
    const state = (await begin()).replace(/[\w-]{8}(?=\.|$)/, "AAAAAAAA");
    await isRefused(`${home}?code=c&state=${state}`, "state_unknown");
  });

  test("the form that 0.1.0 gave its states, with and without a name", async () => {
    await isRefused(`${home}?code=c&state=${firstForm()}`, "state_unknown");
    await isRefused(`${home}?error=access_denied&state=${firstForm()}`, "state_unknown");
    const name = `øne-${session}`;
    auth = createAuth({ ...options, name });
    const named = `${firstForm()}..${Buffer.from(name).toString("base64url")}`;
    await isRefused(`${home}?code=c&state=${named}`, "state_unknown");
  });

  test("a sign-in that 0.1.0 began is finished", async () => {
    const url = await auth.createSignInUrl({ appState: 7 });
    const [key] = recordsOf(stateOf(url));
    const state = firstForm();
    globalThis.sessionStorage.setItem(
      key.replace(stateOf(url), state),
      globalThis.sessionStorage.getItem(key),
    );
    globalThis.sessionStorage.removeItem(key);
    globalThis.location.href = provider.answer(url).replace(stateOf(url), state);
    assert.equal(auth.isRedirectCallback(), true);
    assert.deepEqual(await auth.handleRedirectCallback(), { appState: 7 });
  });

  test("names that are percent-encoded", async () => {
    const answer = provider.answer(await auth.createSignInUrl());
    globalThis.location.href = answer.replace("code=", "%63ode=").replace("state=", "st%61te=");
    assert.equal(auth.isRedirectCallback(), true);
    await auth.handleRedirectCallback();
    assert.equal(globalThis.location.href, home);
  });

  for (const more of ["&code=d", "&state=other", "&iss=a&iss=b", "&response=eyJ.e30.x"]) {
    test(`an answer with ${more} is refused, and leaves the address`, async () => {
      const state = await begin();
      await isRefused(`${home}?code=c&state=${state}${more}`, "not_a_callback");
      assert.ok(!provider.requests.includes("token"));
    });
  }

  test("JARM's `response` in the place of a code is refused, and leaves the address", async () => {
    await isRefused(`${home}?response=eyJ.e30.x&state=${await begin()}`, "not_a_callback");
  });

  test("what is not the answer's stays to the letter", async () => {
    const answer = new URL(provider.answer(await auth.createSignInUrl()));
    const own = "a=%20b&flag&c=1+2&d=%C3%A9&&e=";
    globalThis.location.href = `${home}?${own}&${answer.search.slice(1)}&session_state=x&?code=y#/route?code=z&state=q`;
    await auth.handleRedirectCallback();
    assert.equal(globalThis.location.href, `${home}?${own}&?code=y#/route?code=z&state=q`);
  });

  test("the redirect URI's own parameters stay, though the provider's have the same names", async () => {
    const redirectUri = `${home}?scope=numbers&tab=2&session_state=own`;
    auth = createAuth({ ...options, redirectUri });
    const answer = provider.answer(await auth.createSignInUrl());
    globalThis.location.href = `${answer}&scope=openid&session_state=x#part`;
    await auth.handleRedirectCallback();
    assert.equal(globalThis.location.href, `${redirectUri}#part`);
  });

  test("an answer that comes to another address than its sign-in's redirect URI is not used", async () => {
    for (const address of [
      "https://console.example/back/",
      "https://console.example/",
      "https://elsewhere.example/back",
    ]) {
      const url = await auth.createSignInUrl({ appState: 7 });
      const answer = provider.answer(url).replace(home, address);
      const { code, appState } = await caught(auth.handleRedirectCallback(answer));
      assert.deepEqual([code, appState], ["not_a_callback", 7], address);
    }
    const redirectUri = `${home}?tenant=a`;
    auth = createAuth({ ...options, redirectUri });
    const answer = provider.answer(await auth.createSignInUrl()).replace("tenant=a", "tenant=b");
    assert.equal((await caught(auth.handleRedirectCallback(answer))).code, "not_a_callback");
    assert.ok(!provider.requests.includes("token"));
  });
});

describe("an error without state", () => {
  const link = `${home}?tab=2&error=access_denied&error_description=Call+555&error_uri=https://evil.example/`;

  test("is told while one sign-in is pending, without what anybody may have written, and uses nothing up", async () => {
    const answer = provider.answer(await auth.createSignInUrl({ appState: 7 }));
    globalThis.location.href = link;
    assert.equal(auth.isRedirectCallback(), true);
    const first = auth.handleRedirectCallback();
    assert.equal(globalThis.location.href, `${home}?tab=2`);
    assert.equal(auth.handleRedirectCallback(), first);
    const error = await caught(first);
    assert.deepEqual([error.code, error.description, error.uri], ["access_denied", undefined, undefined]);
    assert.doesNotMatch(JSON.stringify(error) + error.message, /555|evil/);
    assert.equal(auth.isRedirectCallback(), false);
    globalThis.location.href = answer;
    assert.deepEqual(await auth.handleRedirectCallback(), { appState: 7 });
  });

  test("is told without its word if OAuth does not know that", async () => {
    await begin();
    globalThis.location.href = `${home}?error=call-555`;
    const error = await caught(auth.handleRedirectCallback());
    assert.equal(error.code, "provider_error");
    assert.doesNotMatch(JSON.stringify(error) + error.message, /555/);
  });

  test("is left alone with two sign-ins pending, of one session or of two", async () => {
    await begin();
    await begin(createAuth({ ...options, name: "another" }));
    await isLeftAlone(link);
    forgetAll();
    await begin();
    await begin();
    await isLeftAlone(link);
  });

  test("is left alone when the pending sign-in is another session's", async () => {
    const other = createAuth({ ...options, name: "another" });
    await begin(other);
    await isLeftAlone(link);
    globalThis.location.href = link;
    assert.equal(other.isRedirectCallback(), true);
  });

  test("is left alone when the sign-in took too long, or is being finished", async () => {
    const state = await begin();
    const [key] = recordsOf(state);
    const record = JSON.parse(globalThis.sessionStorage.getItem(key));
    const set = (change) => globalThis.sessionStorage.setItem(key, JSON.stringify({ ...record, ...change }));
    set({ step: "exchanging" });
    await isLeftAlone(link);
    set({ created_wall_ms: Date.now() - 600_001 });
    globalThis.location.href = link;
    assert.equal(auth.isRedirectCallback(), false);
  });

  test("is left alone at another address than the redirect URI, and beside a code", async () => {
    const redirectUri = `${home}?tenant=a`;
    auth = createAuth({ ...options, redirectUri });
    await begin();
    for (const address of [
      link,
      `${redirectUri}&error=access_denied&code=SUMMER`,
      `https://console.example/?error=x`,
    ]) {
      await isLeftAlone(address);
    }
  });
});

test("a second copy of the package in the page leaves alone what the first is handling", async () => {
  const folder = await mkdtemp(join(tmpdir(), "copy-"));
  try {
    await cp(new URL("../../dist", import.meta.url), folder, { recursive: true });
    const copy = await import(pathToFileURL(join(folder, "index.js")).href);
    const twin = copy.createAuth(options);
    globalThis.location.href = provider.answer(await auth.createSignInUrl({ appState: 7 }));
    const first = auth.handleRedirectCallback();
    assert.deepEqual([auth.isRedirectCallback(), twin.isRedirectCallback()], [true, false]);
    assert.equal((await caught(twin.handleRedirectCallback())).code, "not_a_callback");
    assert.deepEqual(await first, { appState: 7 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
