// A refresh that is refused or fails while the access token still lives: the token is used on.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapter, clock, failing, follow, renewed, reply, signedIn } from "./session.mjs";

let time;
beforeEach(() => {
  openPage("https://console.example/back");
  time = clock();
});
afterEach(() => time.back());

const types = (told) => told.map(({ type }) => type);
const lost = () => new TypeError("Failed to fetch");
const cutOff = () => reply(200, '{"access_token":"acc');
const refusals = {
  "invalid_grant under 400": () => reply(400, { error: "invalid_grant" }),
  "invalid_grant under 401": () => reply(401, { error: "invalid_grant" }),
  "invalid_request under 400": () => reply(400, { error: "invalid_request" }),
  "token_inactive under 401": () => reply(401, { error: "token_inactive" }),
  "another word": () => reply(400, { error: "concurrent_refresh" }),
  "a page under 400": () => reply(400, "<html>", "text/html"),
};

for (const [what, refusal] of Object.entries(refusals)) {
  for (const [how, first] of Object.entries({ lost, "cut off": cutOff })) {
    test(`a reply that was ${how}, and the repetition refused (${what}): the token is used on, and the next try may succeed`, async () => {
      const { auth, told, sent, script } = await signedIn({ lifeSeconds: 300, refreshes: [first, refusal] });
      time.pass(290_000);
      assert.equal(await auth.getAccessToken(), "access-1");
      assert.equal(sent.length, 2);
      assert.equal(await auth.getAccessToken(), "access-1");
      assert.deepEqual([types(told), await auth.isSignedIn()], [[], true]);
      script.refreshes = [reply(200, renewed(2))];
      assert.equal(await auth.getAccessToken(), "access-2");
      assert.deepEqual(types(told), ["tokenRefreshed"]);
    });
  }

  test(`refused at once (${what}): asked for by force it is the error, and the token is used on`, async () => {
    const { auth, told } = await signedIn({ lifeSeconds: 300, storage: adapter(), refreshes: [refusal] });
    for (let tries = 0; tries < 3; tries += 1) {
      const error = await failing(auth.getAccessToken({ forceRefresh: true }));
      assert.ok(!["session_expired", "sign_in_required"].includes(error.code), error.code);
      assert.equal(await auth.getAccessToken(), "access-1");
    }
    assert.deepEqual([types(told), auth.sessionState], [[], "signedIn"]);
  });
}

test("when it is over, a lost reply whose repetition is refused ends the session by its own word", async () => {
  const { auth, told } = await signedIn({ refreshes: [lost, reply(400, { error: "token_inactive" })] });
  assert.equal((await failing(auth.getAccessToken())).code, "session_expired");
  assert.deepEqual(
    told.map(({ type, detail }) => [type, detail.code]),
    [["sessionExpired", "refresh_reply_lost"]],
  );
});

describe("another request was quicker", () => {
  /** A session in a store, and what makes that store hold the next stage of the session, as another tab would. */
  async function twoStages(lifeSeconds) {
    const { auth, options, script } = await signedIn({
      lifeSeconds,
      storage: adapter(),
      refreshes: [reply(200, renewed("newer"))],
    });
    const before = new Map(options.storage.entries);
    await auth.getAccessToken({ forceRefresh: true });
    const storage = adapter(before);
    const later = createAuth({ ...options, storage });
    const goOn = () => {
      for (const [key, value] of options.storage.entries) storage.entries.set(key, value);
    };
    return { auth: later, told: follow(later), script, goOn };
  }

  for (const lifeSeconds of [0, 300]) {
    for (const status of [400, 401]) {
      test(`what it stored is the token, though the refusal was ${status} (a life of ${lifeSeconds} s)`, async () => {
        const { auth, told, script, goOn } = await twoStages(lifeSeconds);
        script.refreshes = [
          () => {
            goOn();
            return reply(status, { error: "invalid_grant" });
          },
        ];
        assert.equal(await auth.getAccessToken({ forceRefresh: true }), "access-newer");
        assert.deepEqual(types(told), []);
      });
    }
  }

  test("also when it stores a moment after the refusal", async () => {
    const { auth, told, script, goOn } = await twoStages(0);
    script.refreshes = [
      () => {
        setTimeout(goOn, 15);
        return reply(400, { error: "invalid_grant" });
      },
    ];
    assert.equal(await auth.getAccessToken(), "access-newer");
    assert.deepEqual(types(told), []);
  });
});

test("while a new token can't be had, who asks is not kept waiting for what lives", async () => {
  const { auth, sent } = await signedIn({ lifeSeconds: 300, refreshes: [lost] });
  time.pass(290_000);
  for (let tries = 0; tries < 3; tries += 1) await auth.getAccessToken();
  const count = sent.length;
  const began = performance.now();
  for (let tries = 0; tries < 20; tries += 1) assert.equal(await auth.getAccessToken(), "access-1");
  assert.equal(sent.length, count);
  assert.ok(performance.now() - began < 500);
});

test("a core that refuses the token, and a provider that can't be reached: uncertain, though the token should live", async () => {
  const { auth, told } = await signedIn({ lifeSeconds: 300, refreshes: [lost] });
  const refusing = async () =>
    new Response(null, { headers: { "content-type": "application/grpc-web+proto", "grpc-status": "16" } });
  const client = createClient({ baseUrl: "https://api.example.com", auth, fetch: refusing });
  const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
  for (let tries = 0; tries < 3; tries += 1) {
    const error = await failing(client.upsertRegistration(request));
    assert.equal(error.code, "network");
  }
  assert.deepEqual(types(told), ["sessionUncertain"]);
  assert.equal(await auth.isSignedIn(), true);
});

test("a core that refuses the token, and a provider that no longer renews it: the session has ended", async () => {
  const refusal = reply(400, { error: "invalid_grant" });
  const { auth, told } = await signedIn({ lifeSeconds: 300, refreshes: [refusal] });
  const refusing = async () =>
    new Response(null, { headers: { "content-type": "application/grpc-web+proto", "grpc-status": "16" } });
  const client = createClient({ baseUrl: "https://api.example.com", auth, fetch: refusing });
  const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
  assert.equal((await failing(client.upsertRegistration(request))).code, "session_expired");
  assert.deepEqual(types(told), ["sessionExpired"]);
});

test("so it is when the provider's user info refuses the token", async () => {
  const refusal = reply(400, { error: "invalid_grant" });
  const { auth, told, provider } = await signedIn({ lifeSeconds: 300, refreshes: [refusal] });
  provider.fetch = async () => reply(401, { error: "invalid_token" });
  assert.equal((await failing(auth.getUser())).code, "session_expired");
  assert.deepEqual(types(told), ["sessionExpired"]);
});

test("a sign-in over it is a new session", async () => {
  const storage = adapter();
  const { auth, told, options, provider, script } = await signedIn({
    storage,
    refreshes: [reply(400, { error: "invalid_client" })],
  });
  for (let tries = 0; tries < 3; tries += 1) await failing(auth.getAccessToken());
  assert.equal(auth.sessionState, "uncertain");
  await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
  assert.equal(auth.sessionState, "signedIn");
  assert.deepEqual(types(told), ["sessionUncertain", "signedIn"]);
  assert.equal(storage.entries.size, 1, "what was noted of the one before is gone");
  script.refreshes = [reply(200, renewed(2))];
  assert.equal(await createAuth(options).getAccessToken(), "access-2");
});
