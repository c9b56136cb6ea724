// A gateway between the page and the provider, which wants a sign-in, and a cookie, of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { answer, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const token = "https://app.example.com/oauth2/token";
const mediated = (more = {}) => createScript({ endpoints: { token }, ...more });
const refresh = ({ auth }) => auth.getAccessToken({ forceRefresh: true });
const html = (status) =>
  new Response("<!doctype html><title>Sign in</title>", {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
const moved = () => new Response(null, { status: 302, headers: { location: "https://login.example.com/" } });

test("cookies go to the page's own origin, unless something else is given", async () => {
  for (const [credentials, expected] of [
    [undefined, "same-origin"],
    ["omit", "omit"],
    ["include", "include"],
  ]) {
    const script = mediated({ credentials });
    await script.signIn();
    const inits = [];
    script.replies.push((init) => {
      inits.push(init);
      return reply(200, tokens(2));
    });
    await refresh(script);
    assert.equal(inits[0].credentials, expected);
  }
  const { options } = mediated();
  const error = await failing((async () => createAuth({ ...options, credentials: "always" }))());
  assert.deepEqual(
    error.problems.map(({ field, code }) => [field, code]),
    [["credentials", "unknown_value"]],
  );
});

test("what a gateway answers says so, and ends nothing, however often", async () => {
  for (const [how, code, makeReply] of [
    ["a redirect", "redirected", moved],
    ["401 with a page", "provider_error", () => html(401)],
    ["403 with a page", "provider_error", () => html(403)],
    ["200 with a page", "invalid_response", () => html(200)],
    ["401 without anything", "provider_error", () => reply(401)],
    ["401 with its own JSON", "provider_error", () => reply(401, { Status: 401, Error: "login required" })],
    ["401 with a status for a word", "provider_error", () => reply(401, { error: "Unauthorized" })],
  ]) {
    const script = mediated();
    await script.signIn(tokens(1, { expires_in: 0 }));
    for (let tries = 0; tries < 2; tries += 1) {
      script.replies.push(makeReply());
      const error = await failing(refresh(script));
      assert.equal(error.code, code, how);
      assert.match(error.message, /gateway.*`credentials`/, how);
    }
    assert.notEqual(script.stored(), undefined, how);
    assert.deepEqual(
      script.told.filter(({ type }) => type === "sessionExpired"),
      [],
      how,
    );
    script.replies.push(reply(200, tokens(2)));
    assert.equal(await refresh(script), "access-2", how);
  }
});

test("so it does when a code is exchanged", async () => {
  for (const makeReply of [moved, () => html(401), () => html(200)]) {
    const script = mediated();
    const { state } = await script.begin();
    script.replies.push(makeReply());
    const error = await failing(script.auth.handleRedirectCallback(answer(state, "code=a-code")));
    assert.match(error.message, /sign-in to the gateway/);
  }
});

test("a provider's own word is not taken for a gateway's", async () => {
  const script = mediated();
  await script.signIn(tokens(1, { expires_in: 0 }));
  for (const refused of [reply(401, { error: "invalid_client" }), reply(503), reply(400, { error: "no" })]) {
    script.replies.push(refused);
    const { message } = await failing(refresh(script));
    assert.doesNotMatch(message, /sign-in to the gateway/);
  }
});

test("calls have the same rule", async () => {
  const sent = [];
  const fetch = async (_, init) => {
    sent.push(init.credentials);
    throw new TypeError("no network");
  };
  for (const credentials of [undefined, "include"]) {
    const options = { accessToken: () => "token", fetch, retry: false, credentials };
    const client = createClient({ baseUrl: "https://app.example.com", ...options });
    await failing(client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "LOOP" }));
  }
  assert.deepEqual(sent, ["same-origin", "include"]);
});
