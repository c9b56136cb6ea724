// Two issuers, one of them hostile (RFC 9700, section 4.4): it sends the browser on to the other, and waits for the page to
// bring it the other's code. Each test counts what the hostile one was sent.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";

const home = "https://console.example/back";
const [A, H] = ["https://a.example", "https://h.example"];

/** Providers by issuer: whether they promise `iss`, what they were posted, what of theirs is changed. */
let providers;
let requests;
let tests = 0;

const json = (value, status = 200) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });

async function fetch(address, init) {
  const { origin, pathname } = new URL(address);
  requests.push(origin + pathname);
  const provider = providers[origin];
  if (!provider || provider.isDown) throw new TypeError("no network");
  if (pathname.endsWith("openid-configuration")) {
    return json({
      issuer: origin,
      authorization_endpoint: `${origin}/auth`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/keys`,
      ...(provider.promises && { authorization_response_iss_parameter_supported: true }),
      ...provider.metadata,
    });
  }
  if (init?.body) provider.posted.push(await new Response(init.body).text());
  return json({ access_token: `access-of-${origin}`, token_type: "bearer", expires_in: 300 });
}

beforeEach(() => {
  openPage(home);
  requests = [];
  providers = { [A]: { posted: [] }, [H]: { posted: [] } };
  tests += 1;
});

const auth = (name, provider, change = {}) =>
  createAuth({
    ...{ clientId: `client-of-${name}`, name: `${name}-${tests}`, redirectUri: home, scope: "phone", fetch },
    ...(typeof provider === "string" ? { issuer: provider } : provider),
    ...change,
  });

/** A provider whose endpoints are given one by one. */
const byHand = (origin) => ({
  endpoints: { authorization: `${origin}/auth`, token: `${origin}/token` },
});

const caught = (promise) =>
  promise.then(
    () => ({ code: "none" }),
    (error) => error,
  );

/** The other provider's answer to the request that the hostile one has passed on to it. */
function passedOn(signInUrl, { iss, at = home } = {}) {
  const answer = new URL(at);
  answer.searchParams.set("code", "the-code-of-h");
  answer.searchParams.set("state", signInUrl.searchParams.get("state"));
  if (iss) answer.searchParams.set("iss", iss);
  globalThis.location.href = answer.href;
  return answer.href;
}

/** Where there is one, the attack goes on with the address that was made. */
async function attack(a, how) {
  const url = await a.createSignInUrl().catch((error) => error);
  if (!(url instanceof URL)) return url;
  passedOn(url, how);
  return caught(a.handleRedirectCallback());
}

const hostileGot = () => providers[A].posted.filter((body) => body.includes("the-code-of-h"));

describe("two issuers on one redirect URI", () => {
  const pairs = {
    "both by discovery": [A, H],
    "the hostile one by hand": [byHand(A), H],
    "the other one by hand": [A, byHand(H)],
    "both by hand": [byHand(A), byHand(H)],
    "the other one by the preset": [A, { preset: "wgtwo" }],
  };
  for (const [what, [one, other]] of Object.entries(pairs)) {
    test(`neither promises \`iss\` (${what}): the sign-in is refused before the page is left`, async () => {
      const [a, h] = [auth("a", one), auth("h", other)];
      for (const each of [a, h]) {
        const error = await caught(each.createSignInUrl());
        assert.deepEqual([error.name, error.code, error.kind], ["AuthError", "invalid_config", "config"]);
        assert.match(error.message, /redirectUri/);
      }
      assert.equal((await attack(a)).code, "invalid_config");
      assert.deepEqual(hostileGot(), []);
      assert.deepEqual({ ...globalThis.sessionStorage }, {}, "nothing is pending");
    });
  }

  for (const [who, promising] of [
    ["the hostile one", A],
    ["the other one", H],
  ]) {
    test(`only ${who} promises: both are refused`, async () => {
      providers[promising].promises = true;
      const [a, h] = [auth("a", A), auth("h", H)];
      assert.equal((await attack(a)).code, "invalid_config");
      assert.equal((await caught(h.createSignInUrl())).code, "invalid_config");
      assert.deepEqual(hostileGot(), []);
    });
  }

  test("both promise: the other's answer is a mismatch, with and without `iss`; one's own goes through", async () => {
    for (const provider of Object.values(providers)) provider.promises = true;
    const [a, h] = [auth("a", A), auth("h", H)];
    assert.equal((await attack(a, { iss: H })).code, "issuer_mismatch");
    assert.equal((await attack(a)).code, "issuer_mismatch");
    assert.deepEqual(hostileGot(), []);
    passedOn(await h.createSignInUrl(), { iss: H });
    assert.deepEqual([a.isRedirectCallback(), h.isRedirectCallback()], [false, true]);
    await h.handleRedirectCallback();
    assert.deepEqual([await a.isSignedIn(), await h.isSignedIn()], [false, true]);
  });

  test("the other's metadata can't be had: one's own promise is enough, and without it nothing is", async () => {
    providers[A].promises = true;
    providers[H].isDown = true;
    const [a] = [auth("a", A), auth("h", H)];
    assert.ok((await a.createSignInUrl()) instanceof URL);
    assert.equal((await attack(a)).code, "issuer_mismatch");
    openPage(home);
    providers[A].promises = false;
    const [again] = [auth("a2", A), auth("h2", H)];
    assert.equal((await caught(again.createSignInUrl())).code, "invalid_config");
    assert.deepEqual(hostileGot(), []);
  });

  test("by popup: refused, and the window closes", async () => {
    const popup = {
      closed: false,
      location: { href: "about:blank", replace: () => assert.fail("it was sent away") },
    };
    popup.close = () => {
      popup.closed = true;
    };
    globalThis.open = () => popup;
    const [a] = [auth("a", A), auth("h", H)];
    assert.equal((await caught(a.signInPopup())).code, "invalid_config");
    assert.equal(popup.closed, true);
  });

  test("a redirect URI that is the other's with more parameters is one with it", async () => {
    const [a, h] = [auth("a", A), auth("h", H, { redirectUri: `${home}?of=h` })];
    assert.equal((await attack(a, { at: `${home}?of=h` })).code, "invalid_config");
    assert.equal((await caught(h.createSignInUrl())).code, "invalid_config");
    assert.deepEqual(hostileGot(), []);
  });

  test("one is begun while the other's sign-in is pending, of a page before that knew only that one", async () => {
    const before = await auth("h", H).createSignInUrl();
    const records = { ...globalThis.sessionStorage };
    openPage(home);
    Object.assign(globalThis.sessionStorage, records);
    assert.ok(before);
    const a = auth("a", A);
    assert.equal((await attack(a)).code, "invalid_config");
    assert.deepEqual(hostileGot(), []);
    // A sign-in that nobody came back from is forgotten after ten minutes.
    const { now } = Date;
    Date.now = () => now() + 600_001;
    try {
      assert.ok((await a.createSignInUrl()) instanceof URL);
    } finally {
      Date.now = now;
    }
  });

  test("begun in a page that knew one of them: the page that both come back to takes no answer without `iss`", async () => {
    for (const [iss, code] of [
      [undefined, "issuer_mismatch"],
      [H, "issuer_mismatch"],
      [A, "none"],
    ]) {
      openPage(home);
      const url = await auth("a", A).createSignInUrl();
      const records = { ...globalThis.sessionStorage };
      openPage(home);
      Object.assign(globalThis.sessionStorage, records);
      const [a, h] = [auth("a", A), auth("h", H)];
      passedOn(url, { iss });
      assert.deepEqual([a.isRedirectCallback(), h.isRedirectCallback()], [true, false]);
      assert.equal((await caught(a.handleRedirectCallback())).code, code, iss);
      assert.equal(hostileGot().length, code === "none" ? 1 : 0);
    }
  });
});

describe("no two issuers, or no one redirect URI", () => {
  const good = {
    "one issuer, two names": [[A], [A]],
    "one issuer, two clients": [[A], [A, { clientId: "another" }]],
    "one issuer, with a slash and without": [[A], [`${A}/`]],
    "the same endpoints by hand": [[byHand(A)], [byHand(A)]],
    "the preset twice": [[{ preset: "wgtwo" }], [{ preset: "wgtwo" }]],
    "a path for each": [[A], [H, { redirectUri: `${home}/h` }]],
    "parameters for each": [
      [A, { redirectUri: `${home}?of=a` }],
      [H, { redirectUri: `${home}?of=h` }],
    ],
    "an origin for each": [[A], [H, { redirectUri: "https://other.example/back" }]],
  };
  for (const [what, [one, other]] of Object.entries(good)) {
    test(`${what}: goes through`, async () => {
      const [a] = [auth("a", ...one), auth("h", ...other)];
      assert.ok((await a.createSignInUrl()) instanceof URL);
      assert.ok(!requests.some((address) => address.startsWith(H)), "the other is not asked for anything");
    });
  }

  test("a path for each: the answer that came to the other's is nobody's, and its code goes nowhere", async () => {
    const there = `${home}/h`;
    const [a, h] = [auth("a", A), auth("h", H, { redirectUri: there })];
    const answer = passedOn(await a.createSignInUrl(), { at: there });
    assert.deepEqual([a.isRedirectCallback(), h.isRedirectCallback()], [false, false]);
    assert.equal((await caught(h.handleRedirectCallback())).code, "state_unknown");
    assert.equal((await caught(a.handleRedirectCallback())).code, "not_a_callback");
    assert.equal((await caught(a.handleRedirectCallback(answer))).code !== "none", true);
    assert.equal(globalThis.location.href, answer);
    assert.deepEqual([providers[A].posted, providers[H].posted], [[], []]);
  });
});

test("the exchange goes where the sign-in was begun, whatever the provider's metadata say by then", async () => {
  const url = await auth("a", A).createSignInUrl();
  providers[A].metadata = {
    token_endpoint: `${H}/token`,
    authorization_response_iss_parameter_supported: true,
  };
  const later = auth("a", A);
  passedOn(url);
  await later.handleRedirectCallback();
  assert.equal(providers[A].posted.length, 1);
  assert.equal(providers[H].posted.length, 0);
});
