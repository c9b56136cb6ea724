// Endpoints from the issuer's own document: when it is asked for, and what comes of one that can't be had.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createScript, reply } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const issuer = "https://id.example.com/realm";

const document = (more = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  scopes_supported: ["openid"],
  ...more,
});

const discovering = (more = {}) => createScript({ preset: undefined, issuer, ...more });

test("it is asked for once, and remembered", async () => {
  const { auth, replies, requests } = discovering();
  replies.push(reply(200, document()));
  const { href } = await auth.createSignInUrl();
  assert.ok(href.startsWith(`${issuer}/auth?`), href);
  await auth.createSignInUrl();
  assert.deepEqual(
    requests.map(({ url }) => url),
    [`${issuer}/.well-known/openid-configuration`],
  );
});

test("two at once do no harm", async () => {
  const { auth, replies } = discovering();
  const late = (ms) => () => new Promise((done) => setTimeout(() => done(reply(200, document())), ms));
  replies.push(late(50), late(20));
  await Promise.all([auth.createSignInUrl(), auth.createSignInUrl()]);
});

test("a slash at the issuer's end is not doubled", async () => {
  const slashed = "https://id.example.com/";
  const { auth, replies, requests } = discovering({ issuer: slashed });
  replies.push(reply(200, document({ issuer: slashed })));
  await auth.createSignInUrl();
  assert.equal(requests[0].url, "https://id.example.com/.well-known/openid-configuration");
});

test("a failure is told, and the next call asks again", async () => {
  const { auth, replies, requests } = discovering();
  const html = new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
  replies.push(new TypeError("no network"), reply(503), html, reply(404, "nothing here"));
  replies.push(reply(200, document()));
  const told = [];
  for (let failures = 0; failures < 4; failures += 1) told.push(await failing(auth.createSignInUrl()));
  assert.deepEqual(
    told.map(({ code, kind, retryable, httpStatus }) => [code, kind, retryable, httpStatus]),
    [
      ["network", "network", true, undefined],
      ["temporarily_unavailable", "protocol", true, 503],
      ["invalid_response", "protocol", false, undefined],
      ["provider_error", "config", false, 404],
    ],
  );
  assert.match(told[3].message, /openid-configuration.*`issuer`/);
  await auth.createSignInUrl();
  assert.equal(requests.length, 5);
});

test("another issuer's document, and one with an address that is not safe, are of no use", async () => {
  for (const [more, code, words] of [
    [{ issuer: `${issuer}/` }, "issuer_mismatch", [`${issuer}/`]],
    [{ issuer: "https://evil.example.com" }, "issuer_mismatch", ["evil.example.com"]],
    [{ issuer: undefined }, "invalid_response", []],
    [{ token_endpoint: "" }, "invalid_response", ["token_endpoint", "`endpoints.token`"]],
    [{ token_endpoint: "http://id.example.com/" }, "invalid_response", ["token_endpoint", "https"]],
    [
      { token_endpoint: "http://localhost:8080/token" },
      "invalid_response",
      ["token_endpoint", "as the issuer is"],
    ],
    [{ jwks_uri: "http://127.0.0.1/keys" }, "invalid_response", ["jwks_uri", "`endpoints.jwks`"]],
    [{ userinfo_endpoint: "https://a:b@id.example.com/" }, "invalid_response", ["`endpoints.userInfo`"]],
  ]) {
    const { auth, replies } = discovering();
    replies.push(reply(200, document(more)));
    const error = await failing(auth.createSignInUrl());
    assert.equal(error.code, code);
    for (const word of words) assert.ok(error.message.includes(word), error.message);
  }
});

test("each address can be replaced on its own", async () => {
  const token = "https://app.example.com/oauth2/token";
  const { auth, replies, pending } = discovering({ endpoints: { token } });
  replies.push(reply(200, document({ token_endpoint: "http://id.example.com/not-safe-but-not-used" })));
  const { href } = await auth.createSignInUrl();
  assert.ok(href.startsWith(`${issuer}/auth?`), href);
  assert.equal(pending()[0].record.token_endpoint, token);
});
