// Routers remember the address that a page was opened with, and put it back: the answer is there again, after it was
// handled. That is no news and no error. The address is cleaned in the router's own words where it has some.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";
import { openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/back?tab=numbers";
let provider;
let options;
let auth;
let session = 0;

beforeEach(() => {
  openPage(home);
  provider = createProvider();
  session += 1;
  const name = `remembered-${session}`;
  options = { clientId: "c", redirectUri: home, issuer: provider.issuer, fetch: provider.fetch, name };
  auth = createAuth(options);
});

/** Comes back with an answer, and has it handled. */
async function comeBack(answerOf = (url) => provider.answer(url)) {
  const answer = answerOf(await auth.createSignInUrl({ appState: "here" }));
  globalThis.location.href = answer;
  await auth.handleRedirectCallback().catch(() => {});
  assert.equal(globalThis.location.href, home);
  return answer;
}

const refused = (url) => {
  const state = url.searchParams.get("state");
  return `${home}&${new URLSearchParams({ error: "access_denied", state, iss: provider.issuer })}`;
};

/** The page is loaded again at `href`; `script` is what it does then. */
async function reloadedAt(href, script) {
  const { fetch: _, ...plain } = options;
  return inProcess(`
    const { openPage } = await import(${JSON.stringify(new URL("./page.mjs", import.meta.url).href)});
    openPage(${JSON.stringify(href)});
    Object.assign(sessionStorage, ${JSON.stringify(globalThis.sessionStorage)});
    const auth = sdk.createAuth({ ...${JSON.stringify(plain)}, fetch: () => { throw new Error("a request"); } });
    ${script}`);
}

describe("an answer that was handled, and is in the address again", () => {
  for (const [what, answerOf] of [
    ["a sign-in", undefined],
    ["a refusal", refused],
  ]) {
    test(`${what}: is no callback any more`, async () => {
      const answer = await comeBack(answerOf);
      globalThis.location.href = answer;
      assert.equal(auth.isRedirectCallback(), false);
      assert.equal(auth.isRedirectCallback(answer), false);
    });

    test(`${what}: after a reload it leaves the address, before a router reads that`, async () => {
      const answer = await comeBack(answerOf);
      const outcome = await reloadedAt(
        `${answer}#part`,
        `return [location.href, history.state, auth.isRedirectCallback()];`,
      );
      assert.deepEqual(outcome, [`${home}#part`, { of: "the router" }, false]);
    });

    test(`${what}: who handles it all the same gets no error, and nothing is loaded`, async () => {
      const answer = await comeBack(answerOf);
      const outcome = await reloadedAt(
        answer,
        `location.href = ${JSON.stringify(answer)};
        globalThis.WebAssembly = undefined;
        return [await auth.handleRedirectCallback(), await auth.handleRedirectCallback(${JSON.stringify(answer)})];`,
      );
      assert.deepEqual(outcome, [{}, {}]);
    });
  }

  test("a revocation of consent: the same", async () => {
    let answer;
    await auth.revokeConsent(({ state }) => {
      answer = `https://console.example/settings?state=${state}&tab=1`;
      return "https://id.example.com/consent";
    });
    globalThis.location.href = answer;
    await auth.handleConsentRevocation();
    globalThis.location.href = answer;
    assert.equal(auth.isConsentRevocation(), false);
    const outcome = await reloadedAt(
      answer,
      `const left = location.href;
      await auth.handleConsentRevocation(${JSON.stringify(answer)});
      return [left, auth.isConsentRevocation()];`,
    );
    assert.deepEqual(outcome, ["https://console.example/settings?tab=1", false]);
  });

  test("a reload in the middle of it is told all the same, where a browser lets the page see its request fail", async () => {
    const failing = createAuth({ ...options, fetch: (...given) => reply(...given) });
    const reply = async (address, init) => {
      if (String(address).endsWith("/token")) throw new TypeError("NetworkError");
      return provider.fetch(address, init);
    };
    globalThis.location.href = provider.answer(await failing.createSignInUrl());
    await assert.rejects(failing.handleRedirectCallback(), { code: "network" });
    const outcome = await reloadedAt(
      home,
      "return [auth.isRedirectCallback(), await caught(auth.handleRedirectCallback())];",
    );
    assert.deepEqual([outcome[0], outcome[1].code], [true, "sign_in_interrupted"]);
  });

  test("in the same page who handles it gets what it led to", async () => {
    const answer = await comeBack();
    globalThis.location.href = answer;
    assert.deepEqual(await auth.handleRedirectCallback(), { appState: "here" });
    assert.deepEqual(await auth.handleRedirectCallback(answer), { appState: "here" });
    assert.equal(provider.requests.filter((name) => name === "token").length, 1);
  });

  test("which a router put back while it was handled leaves the address again", async () => {
    const answer = provider.answer(await auth.createSignInUrl());
    globalThis.location.href = answer;
    const handling = auth.handleRedirectCallback();
    globalThis.location.href = `${answer}#part`;
    await handling;
    assert.equal(globalThis.location.href, `${home}#part`);
  });

  test("another answer that is there by then stays", async () => {
    globalThis.location.href = provider.answer(await auth.createSignInUrl());
    const handling = auth.handleRedirectCallback();
    const other = "https://console.example/elsewhere?code=SUMMER&state=yours";
    globalThis.location.href = other;
    await handling;
    assert.equal(globalThis.location.href, other);
  });

  test("many sign-ins later the newest ones are known", async () => {
    const answers = [];
    for (let i = 0; i < 12; i += 1) answers.push(await comeBack());
    const known = answers.map((answer) => !auth.isRedirectCallback(answer));
    assert.deepEqual(known.slice(-5), [true, true, true, true, true]);
    const { length } = JSON.stringify(globalThis.sessionStorage);
    for (let i = 0; i < 12; i += 1) await comeBack();
    assert.ok(JSON.stringify(globalThis.sessionStorage).length < length + 100, "it does not grow");
  });

  test("a sign-in of another session is no business of this one", async () => {
    const answer = await comeBack();
    const other = createAuth({ ...options, name: `${options.name}-other` });
    globalThis.location.href = answer;
    await assert.rejects(other.handleRedirectCallback(answer), { code: "state_unknown" });
  });

  test("a damaged memory is none", async () => {
    const answer = await comeBack();
    for (const text of ["{", "7", "null", '{"0":1}']) {
      for (const key of Object.keys(globalThis.sessionStorage)) globalThis.sessionStorage.setItem(key, text);
      assert.equal(auth.isRedirectCallback(answer), true, text);
      await comeBack();
    }
  });
});

describe("the state of the history entry", () => {
  test("what it repeats of the answer goes, too: vue-router writes it back when it leaves the entry", async () => {
    const answer = provider.answer(await auth.createSignInUrl());
    globalThis.location.href = `${answer}#part`;
    const { pathname, search } = new URL(answer);
    const state = {
      back: null,
      current: `${pathname}${search}#part`,
      position: 3,
      scroll: { left: 0, top: 1 },
    };
    globalThis.history.state = state;
    await auth.handleRedirectCallback();
    assert.deepEqual(globalThis.history.state, { ...state, current: "/back?tab=numbers#part" });
    assert.ok(state.current.includes("code="), "the router's own object stays as it is");
  });

  test("the router of Next is told: it takes a state with its own mark for a call of its own", async () => {
    const marked = { __NA: true, __PRIVATE_NEXTJS_INTERNALS_TREE: ["tree"], mine: 1 };
    globalThis.history.state = marked;
    const { replaceState } = globalThis.history;
    const told = [];
    const patch = () => {
      globalThis.history.replaceState = function patched(state, _, address) {
        if (state?.__NA) return replaceState.call(this, state, _, address);
        told.push(String(address));
        const { __NA, __PRIVATE_NEXTJS_INTERNALS_TREE } = this.state;
        return replaceState.call(this, { ...state, __NA, __PRIVATE_NEXTJS_INTERNALS_TREE }, _, address);
      };
    };
    patch();
    globalThis.location.href = provider.answer(await auth.createSignInUrl());
    const handling = auth.handleRedirectCallback();
    assert.deepEqual([told.at(-1), globalThis.history.state], [home, marked]);
    await handling;
    // It patches the history only after the effects of the page's components.
    told.length = 0;
    globalThis.history.replaceState = replaceState;
    globalThis.location.href = provider.answer(await auth.createSignInUrl());
    const early = auth.handleRedirectCallback();
    assert.deepEqual([globalThis.location.href, globalThis.history.state], [home, marked]);
    patch();
    await early;
    assert.deepEqual([told.at(-1), globalThis.history.state], [home, marked]);
  });
});
