// Taking consent back: the way there, and the answer, which is handled once and not lost on the way.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back";
/** Where a person comes back to need not be the redirect URI. */
const settings = "https://console.example/settings?tab=consent";
let page;
let provider;
let options;
let auth;
let session = 0;

beforeEach(async () => {
  page = openPage(home);
  provider = createProvider();
  session += 1;
  const name = `consent-${session}`;
  options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch, name };
  auth = createAuth(options);
  await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
});

/** Goes there and comes back with what the person decided. */
async function comeBack(more = "") {
  let state;
  await auth.revokeConsent((context) => {
    state = context.state;
    return "https://id.example.com/consents/1";
  });
  globalThis.location.href = `${settings}&state=${encodeURIComponent(state)}${more}`;
  page.states.length = 0;
  return state;
}

const caught = (promise) => promise.then(assert.fail, (error) => error);

describe("revokeConsent", () => {
  test("refuses what is no function, in words, and goes nowhere", async () => {
    for (const link of [undefined, null, "https://id.example.com/consents/1", {}]) {
      const error = await auth.revokeConsent(link).catch((thrown) => thrown);
      assert.deepEqual([error.name, error.problems?.[0].field], ["InvalidRequestError", "link"]);
    }
    assert.deepEqual(page.visited, []);
  });

  for (const address of [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "blob:https://console.example/1",
    "http://id.example.com/consents/1",
    "http://127.evil.example/",
    "http://localhost.evil.example/",
    "https://",
  ]) {
    test(`${address} is not gone to: invalid_config, and nothing of it in the error`, async () => {
      const error = await caught(auth.revokeConsent(() => address));
      assert.deepEqual([error.name, error.code, error.kind], ["AuthError", "invalid_config", "config"]);
      assert.ok(!JSON.stringify(error).includes(address));
      assert.deepEqual(page.visited, []);
    });
  }

  for (const address of [
    "https://id.example.com/consents/1",
    new URL("https://id.example.com/consents/1"),
    "http://127.0.0.1:8700/consents/1",
    "http://[::1]/consents/1",
    "http://id.localhost/consents/1",
  ]) {
    test(`${address} is gone to`, async () => {
      await auth.revokeConsent(async () => address);
      assert.deepEqual(page.visited, [String(address)]);
    });
  }
});

describe("handleConsentRevocation", () => {
  test("asked twice, in one turn and later, it is handled once", async () => {
    await comeBack("&revoked=true#part");
    assert.equal(auth.isConsentRevocation(), true);
    const first = auth.handleConsentRevocation();
    assert.equal(globalThis.location.href, `${settings}&revoked=true#part`);
    assert.equal(auth.isConsentRevocation(), true, "for effects that run twice");
    assert.equal(auth.handleConsentRevocation(), first);
    assert.equal(await first, undefined);
    assert.equal(auth.isConsentRevocation(), false);
    assert.equal(auth.handleConsentRevocation(), first);
    assert.deepEqual(globalThis.history.state, { of: "the router" });
    assert.equal(await auth.isSignedIn(), false);
  });

  test("a refusal keeps the session, for both who asked", async () => {
    await comeBack("&error=access_denied");
    const both = [auth.handleConsentRevocation(), auth.handleConsentRevocation()];
    for (const promise of both) assert.equal((await caught(promise)).code, "access_denied");
    assert.equal(await auth.isSignedIn(), true);
  });

  for (const query of [
    "?state=forged",
    "?state=x.c.",
    "?state=CA&error=access_denied",
    `?state=${"A".repeat(43)}.c.b3RoZXI`,
    `?state=${"A".repeat(43)}`,
    "?error=access_denied",
  ]) {
    test(`an address that is no answer is left alone: ${query}`, async () => {
      await auth.revokeConsent(() => "https://id.example.com/consents/1");
      page.states.length = 0;
      globalThis.location.href = home + query;
      assert.equal(auth.isConsentRevocation(), false);
      const { code } = await caught(auth.handleConsentRevocation());
      assert.ok(["not_a_callback", "state_unknown"].includes(code), code);
      assert.equal(
        (await caught(auth.handleConsentRevocation(`${home}?state=forged`))).code,
        "state_unknown",
      );
      assert.deepEqual([globalThis.location.href, page.states], [home + query, []]);
      assert.equal(await auth.isSignedIn(), true);
    });
  }

  test("a state of this session that nobody began leaves the address, and nothing is revoked", async () => {
    const state = await comeBack();
    for (const key of Object.keys(globalThis.sessionStorage)) globalThis.sessionStorage.removeItem(key);
    const first = `${"A".repeat(43)}.c.${Buffer.from(options.name).toString("base64url")}`;
    for (const one of [state, first]) {
      globalThis.location.href = `${settings}&state=${one}`;
      assert.equal(auth.isConsentRevocation(), true);
      assert.equal((await caught(auth.handleConsentRevocation())).code, "state_unknown");
      assert.equal(globalThis.location.href, settings);
    }
    assert.equal(await auth.isSignedIn(), true);
  });

  test("parameters of the application that have the names of a sign-in's answer stay", async () => {
    const own = "&code=SUMMER&scope=all&iss=x&session_state=y";
    await comeBack(own);
    await auth.handleConsentRevocation();
    assert.equal(globalThis.location.href, settings + own);
  });

  for (const refusal of ["", "access_denied"]) {
    test(`a reload while it is handled is gone on with${refusal && `, as a refusal (${refusal})`}`, async () => {
      await comeBack(refusal && `&error=${refusal}`);
      const lost = auth.handleConsentRevocation();
      const records = { ...globalThis.sessionStorage };
      const { href } = globalThis.location;
      const { state } = globalThis.history;
      await lost.catch(() => {});
      const reloaded = await inReloadedPage(options, href, state, records);
      assert.deepEqual(reloaded, {
        isSignIn: false,
        isRevocation: true,
        code: refusal || "none",
        after: false,
        state: { of: "the router" },
      });
    });
  }
});

/** The same page in a process of its own, which has nothing but what a reload leaves. */
function inReloadedPage({ clientId, redirectUri, issuer, name }, href, state, records) {
  const script = new URL("./page.mjs", import.meta.url).href;
  return inProcess(`
    const { openPage } = await import(${JSON.stringify(script)});
    openPage(${JSON.stringify(href)});
    globalThis.history.state = ${JSON.stringify(state)};
    Object.assign(globalThis.sessionStorage, ${JSON.stringify(records)});
    const auth = sdk.createAuth(${JSON.stringify({ clientId, redirectUri, issuer, name })});
    const isSignIn = auth.isRedirectCallback();
    const isRevocation = auth.isConsentRevocation();
    const { code } = await auth.handleConsentRevocation().then(() => ({ code: "none" }), (error) => error);
    await new Promise((resolve) => setTimeout(resolve));
    const after = auth.isConsentRevocation();
    return { isSignIn, isRevocation, code, after, state: globalThis.history.state };
  `);
}

test("after a LoadError the answer waits, out of the address bar, to be handled again", async () => {
  const script = new URL("./page.mjs", import.meta.url).href;
  const results = await inProcess(`
    const { openPage } = await import(${JSON.stringify(script)});
    openPage("https://console.example/settings?error=access_denied&state=" + "A".repeat(43) + ".c.");
    const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://console.example/", preset: "wgtwo" });
    // Until the part of the SDK that revokes is there, too.
    const offline = new Promise((_, reject) => setTimeout(reject, 100, new Error("offline")));
    const failing = sdk.preloadSession(offline).catch(() => {});
    const first = auth.handleConsentRevocation();
    const { name } = await caught(first);
    await failing;
    const waiting = [auth.isConsentRevocation(), location.href];
    const second = auth.handleConsentRevocation();
    return [name, waiting, first === second, (await caught(second)).code, auth.isConsentRevocation()];`);
  // Nobody began it; that Rust says so means that it got the answer.
  const waiting = [true, "https://console.example/settings"];
  assert.deepEqual(results, ["LoadError", waiting, false, "state_unknown", false]);
});
