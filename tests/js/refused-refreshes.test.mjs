// A refresh that is refused: which words end the session, which make it uncertain, and what becomes of it then. The table
// is in docs/signing-in.md, "A refused refresh".

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { repeats } from "../repeats.mjs";
import { openPage } from "./page.mjs";
import { adapter, clock, failing, renewed, reply, signedIn } from "./session.mjs";

let time;
beforeEach(() => {
  openPage("https://console.example/back");
  time = clock();
});
afterEach(() => time.back());

const types = (told) => told.map(({ type }) => type);
const html = (status) => reply(status, "<!doctype html><title>Sorry</title>", "text/html");
const noReply = () => new TypeError("Failed to fetch");
/** An application's store sees all that ends the session; of what leaves it uncertain, one of each kind. */
const ofStores = ["temporarily_unavailable", "something_new", "a page under 401", "no reply"];
const stores = { "the page's memory": () => "memory", "an application's store": () => adapter() };

const ending = [
  ...[
    "invalid_grant",
    "token_inactive",
    "invalid_token",
    "expired_token",
    "invalid_request",
    "login_required",
    "interaction_required",
    "consent_required",
    "access_denied",
  ].map((word) => [word, 400, { error: word, error_description: `Because of ${word}.` }]),
  ["invalid_grant", 401, { error: "invalid_grant", error_description: "Because of invalid_grant." }],
  ["invalid_grant", 403, { error: "invalid_grant", error_description: "Because of invalid_grant." }],
  ["token_inactive", 200, { error: "token_inactive", error_description: "Because of token_inactive." }],
  ["token_inactive", 201, { error: "token_inactive", error_description: "Because of token_inactive." }],
  [
    "refresh_token_not_found",
    400,
    { code: 400, error_code: "refresh_token_not_found", msg: "Because of refresh_token_not_found." },
    "provider_error",
  ],
];

const uncertain = [
  ...[
    "temporarily_unavailable",
    "server_error",
    "slow_down",
    "use_dpop_nonce",
    "invalid_client",
    "unauthorized_client",
    "invalid_dpop_proof",
    "invalid_scope",
    "something_new",
  ].map((word) => [word, () => reply(400, { error: word, error_description: "Not now." })]),
  ["invalid_grant under 500", () => reply(500, { error: "invalid_grant" })],
  ["invalid_grant under 404", () => reply(404, { error: "invalid_grant" })],
  ["404", () => html(404)],
  ["410", () => html(410)],
  ["a page under 400", () => html(400)],
  ["a page under 401", () => html(401)],
  ["a page under 200", () => html(200)],
  ["a gateway's own JSON", () => reply(403, { message: "no Route matched" })],
  ["a gateway's reason phrase", () => reply(401, { statusCode: 401, error: "Unauthorized" })],
  ["408", () => reply(408, "")],
  ["425", () => reply(425, "")],
  ["429", () => reply(429, "")],
  ["502", () => html(502)],
  ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } })],
  ["no reply", noReply],
  ["a token that can't be sent", () => reply(200, { access_token: "two words", token_type: "bearer" })],
  ["a token of another type", () => reply(200, { access_token: "a", token_type: "mac" })],
];

for (const [where, store] of Object.entries(stores)) {
  describe(`in ${where}`, () => {
    for (const [word, status, body, code = word] of ending) {
      test(`${word} under ${status} ends the session, in the provider's words`, async () => {
        const { auth, told, sent } = await signedIn({ storage: store(), refreshes: [reply(status, body)] });
        const error = await failing(auth.getAccessToken());
        assert.equal(error.code, "session_expired");
        assert.equal(error.retryable, false);
        assert.match(error.message, new RegExp(word));
        assert.equal(error.description, `Because of ${word}.`);
        assert.deepEqual(
          told.map(({ type, detail, state }) => [type, detail.code, state]),
          [["sessionExpired", code, "signedOut"]],
        );
        assert.equal(await auth.isSignedIn(), false);
        assert.equal((await failing(auth.getAccessToken())).code, "sign_in_required");
        assert.equal(sent.length, 1);
      });
    }

    for (const [what, answer] of uncertain) {
      test(`${what}: the session is uncertain after three tries, and goes on with the next success`, {
        skip: repeats(where !== "the page's memory" && !ofStores.includes(what)),
      }, async () => {
        const { auth, told, script } = await signedIn({ storage: store(), refreshes: [answer] });
        for (const state of ["signedIn", "signedIn", "uncertain"]) {
          const error = await failing(auth.getAccessToken());
          assert.equal(error.name, "AuthError");
          assert.equal(error.retryable, true, error.code);
          assert.equal(auth.sessionState, state);
        }
        assert.deepEqual(types(told), ["sessionUncertain"]);
        const [{ detail, state }] = told;
        assert.equal(state, "uncertain");
        assert.equal(detail.error.code, detail.code);
        assert.equal(await auth.isSignedIn(), true);
        script.refreshes = [reply(200, renewed(2))];
        assert.equal(await auth.getAccessToken(), "access-2");
        assert.deepEqual(types(told), ["sessionUncertain", "tokenRefreshed"]);
        assert.equal(told[1].state, "signedIn");
      });
    }
  });
}

test("what getAccessToken() rejects with has the provider's word and description", async () => {
  for (const [word, code] of [
    ["invalid_client", "invalid_client"],
    ["slow_down", "provider_error"],
    ["something_new", "provider_error"],
  ]) {
    const refusal = reply(401, { error: word, error_description: "Ask again." });
    const { auth, told } = await signedIn({ refreshes: [refusal] });
    for (let tries = 0; tries < 3; tries += 1) {
      const error = await failing(auth.getAccessToken());
      assert.deepEqual([error.code, error.description, error.httpStatus], [code, "Ask again.", 401]);
      assert.match(error.message, new RegExp(word));
    }
    const { detail } = told[0];
    assert.deepEqual([detail.code, detail.error.description], [code, "Ask again."]);
  }
});

test("a minute is as good as three tries, though nobody asks any more", async (context) => {
  // The package's own timers, and nobody waits for a real minute.
  const { setTimeout: real } = globalThis;
  const timers = [];
  globalThis.setTimeout = (work, ms, ...rest) => {
    const timer = real(work, ms, ...rest);
    if (ms > 30_000) timers.push(work);
    return timer;
  };
  context.after(() => {
    globalThis.setTimeout = real;
  });
  const { auth, told } = await signedIn({ refreshes: [html(502)] });
  await failing(auth.getAccessToken());
  assert.equal(auth.sessionState, "signedIn");
  await new Promise((resolve) => real(resolve, 20));
  assert.ok(timers.length > 0, "it is looked at again within a minute");
  time.pass(60_000);
  for (const work of timers) work();
  await new Promise((resolve) => real(resolve, 20));
  assert.deepEqual(types(told), ["sessionUncertain"]);
  assert.equal(auth.sessionState, "uncertain");
});

describe("the same refusal over and over", () => {
  const refusal = (word) => reply(400, { error: word });

  test("three times over ten minutes ends the session", async () => {
    const { auth, told, sent } = await signedIn({ refreshes: [refusal("unsupported_grant_type")] });
    for (let tries = 0; tries < 4; tries += 1) await failing(auth.getAccessToken());
    time.pass(590_000);
    assert.equal((await failing(auth.getAccessToken())).code, "unsupported_grant_type");
    assert.deepEqual(types(told), ["sessionUncertain"]);
    time.pass(60_000);
    assert.equal((await failing(auth.getAccessToken())).code, "session_expired");
    assert.deepEqual(types(told), ["sessionUncertain", "sessionExpired"]);
    assert.equal(told[1].detail.code, "unsupported_grant_type");
    assert.match(told[1].detail.error.message, /unsupported_grant_type/);
    assert.equal(await auth.isSignedIn(), false);
    assert.equal(sent.length, 6);
  });

  test("twice is not enough, however long it took; other words begin anew; no reply changes nothing", async () => {
    const { auth, told } = await signedIn({
      refreshes: [
        refusal("unsupported_grant_type"),
        html(502),
        refusal("unsupported_grant_type"),
        refusal("invalid_scope"),
        html(502),
        refusal("invalid_scope"),
        noReply(),
        noReply(),
        refusal("invalid_scope"),
      ],
    });
    for (let tries = 0; tries < 7; tries += 1) {
      await failing(auth.getAccessToken());
      assert.equal(await auth.isSignedIn(), true);
      time.pass(600_000);
    }
    assert.equal((await failing(auth.getAccessToken())).code, "session_expired");
    assert.equal(told.at(-1).detail.code, "invalid_scope");
  });

  test("a wrong secret at a gateway never does", async () => {
    const { auth, told } = await signedIn({ refreshes: [refusal("invalid_client")] });
    for (let tries = 0; tries < 10; tries += 1) {
      await failing(auth.getAccessToken());
      time.pass(600_000);
    }
    assert.deepEqual(types(told), ["sessionUncertain"]);
    assert.equal(await auth.isSignedIn(), true);
  });
});

describe("several that share a session", () => {
  test("count together, and a page that is opened meanwhile knows at once", async () => {
    const storage = adapter();
    const { auth, options } = await signedIn({ storage, refreshes: [html(502)] });
    const other = createAuth(options);
    await failing(auth.getAccessToken());
    await failing(other.getAccessToken());
    await failing(auth.getAccessToken());
    assert.deepEqual([auth.sessionState, other.sessionState], ["uncertain", "uncertain"]);
    await auth.signOut({ localOnly: true });
    assert.deepEqual([...storage.entries.keys()], [], "nothing of it is left");
  });
});

describe("repeats", () => {
  test("those who ask are not sent to the provider each time: after three tries it is left alone for a while", async () => {
    const { auth, sent } = await signedIn({ refreshes: [html(502)] });
    const began = performance.now();
    let asked = 0;
    while (performance.now() - began < 3500) {
      const error = await failing(auth.getAccessToken());
      assert.equal(error.retryable, true);
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(asked >= 5 && sent.length <= 6, `${sent.length} requests for ${asked} questions`);
  });

  test("the provider asks for patience: nobody is sent to it, the session becomes uncertain all the same", async () => {
    const patience = () => new Response("", { status: 503, headers: { "retry-after": "300" } });
    const { auth, sent, told, script } = await signedIn({ refreshes: [patience] });
    await failing(auth.getAccessToken());
    time.pass(61_000);
    const error = await failing(auth.getAccessToken());
    assert.ok(error.retryAfterMs > 200_000 && error.retryAfterMs < 300_000);
    assert.equal(sent.length, 1);
    assert.deepEqual(types(told), ["sessionUncertain"]);
    time.pass(300_000);
    script.refreshes = [reply(200, renewed(2))];
    assert.equal(await auth.getAccessToken(), "access-2");
  });

  for (const autoRefresh of [true, false]) {
    test(`are made at once when the network is back (autoRefresh: ${autoRefresh})`, async (context) => {
      const page = new EventTarget();
      for (const name of ["addEventListener", "removeEventListener"]) {
        globalThis[name] = page[name].bind(page);
        context.after(() => delete globalThis[name]);
      }
      const { auth, told, script } = await signedIn({ autoRefresh, refreshes: [noReply()] });
      for (let tries = 0; tries < 4; tries += 1) await failing(auth.getAccessToken());
      assert.equal(auth.sessionState, "uncertain");
      script.refreshes = [reply(200, renewed(2))];
      const refreshed = new Promise((resolve) => auth.addEventListener("tokenRefreshed", resolve));
      const began = performance.now();
      page.dispatchEvent(new Event("online"));
      await refreshed;
      assert.ok(performance.now() - began < 2000, "not after the pause");
      assert.equal(auth.sessionState, "signedIn");
      assert.equal(await auth.getAccessToken(), "access-2");
      const change = types(told).filter((type) => type !== "tokenExpiring");
      assert.deepEqual(change, ["sessionUncertain", "tokenRefreshed"]);
      await auth.signOut({ localOnly: true });
    });
  }

  test("a token that nobody asks for is tried for again until it is there", async () => {
    const { auth, told, script } = await signedIn({
      autoRefresh: true,
      lifeSeconds: 3,
      refreshes: [reply(400, { error: "invalid_client" })],
    });
    while (auth.sessionState !== "uncertain") await new Promise((resolve) => setTimeout(resolve, 50));
    script.refreshes = [reply(200, renewed(2))];
    while (auth.sessionState !== "signedIn") await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(types(told).indexOf("sessionUncertain") < types(told).indexOf("tokenRefreshed"));
    await auth.signOut({ localOnly: true });
  });

  test("refused for good while its token lives, a session ends by itself when that is over", async (context) => {
    // Waiting for that keeps no process alive.
    const alive = setInterval(() => {}, 1000);
    context.after(() => clearInterval(alive));
    const { auth, told } = await signedIn({
      autoRefresh: true,
      lifeSeconds: 3,
      refreshes: [reply(400, { error: "invalid_grant" })],
    });
    const over = performance.now() + 3000;
    const ended = new Promise((resolve) => auth.addEventListener("sessionExpired", resolve));
    await failing(auth.getAccessToken({ forceRefresh: true }));
    assert.equal(await auth.getAccessToken(), "access-1");
    const { detail } = await ended;
    assert.equal(detail.code, "invalid_grant");
    assert.ok(
      performance.now() > over - 100 && performance.now() < over + 1500,
      "at the end, and not before",
    );
    assert.ok(!types(told).includes("sessionUncertain"));
  });
});
