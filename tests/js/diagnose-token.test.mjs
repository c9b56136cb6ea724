// What diagnose says of the token endpoint.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, diagnose } from "../../dist/index.js";

const issuer = "https://id.example.com";
const token = `${issuer}/token`;
const document = () => Response.json({ issuer, token_endpoint: token });
const unread = () => Promise.reject(new TypeError("Failed to fetch"));
const page = (status) =>
  new Response("<!doctype html>", { status, headers: { "content-type": "text/html" } });

/** `replies` by the end of the address; those of the token endpoint are given the request. */
async function ask(replies, options = {}) {
  const sent = [];
  const fetch = async (address, init) => {
    const isToken = !String(address).endsWith("openid-configuration");
    if (!isToken && init.mode !== "no-cors") return (replies.document ?? document)();
    if (!isToken) return { type: "opaque" };
    sent.push({ url: String(address), ...init, headers: new Headers(init.headers) });
    return init.mode === "no-cors" ? { type: "opaque" } : replies.token(init);
  };
  const auth = createAuth({ clientId: "c", redirectUri: "https://a.example/", issuer, fetch, ...options });
  const found = await diagnose(auth);
  return { found, sent, codes: found.map(({ code }) => code) };
}

test("it is asked for a grant that there is not, by the client, and with no token", async () => {
  const { found, sent } = await ask({ token: () => Response.json({ error: "no" }, { status: 400 }) });
  assert.deepEqual(found, []);
  const [{ url, method, body, headers, redirect, credentials }] = sent;
  assert.deepEqual([url, method, redirect, credentials], [token, "POST", "manual", "same-origin"]);
  assert.equal(body, "grant_type=diagnose&client_id=c");
  assert.deepEqual(
    [headers.get("content-type"), headers.has("authorization")],
    ["application/x-www-form-urlencoded", false],
  );
});

test("refusals without CORS headers are named", async () => {
  const { found, codes } = await ask({ token: unread });
  assert.deepEqual(codes, ["cors_refused"]);
  const [{ certainty, message, advice, evidence }] = found;
  assert.equal(certainty, "likely");
  assert.match(message, /token endpoint \(https:\/\/id\.example\.com\/token\).*refusals/);
  assert.match(advice, /origin.*provider.*refusals/);
  assert.equal(evidence.length, 2);
});

test("a gateway that wants a sign-in of its own is named", async () => {
  for (const reply of [() => ({ type: "opaqueredirect" }), () => page(401), () => page(200)]) {
    const { found, codes } = await ask({ token: reply });
    assert.deepEqual(codes, ["redirected"]);
    assert.match(found[0].advice, /gateway.*`credentials`/);
  }
});

test("what is wrong with the whole provider is said once", async () => {
  const { codes } = await ask({ document: unread, token: unread }, { endpoints: { token } });
  assert.deepEqual(codes, ["cors_refused"]);
});

test("an address of the application's own, the preset's, and that of nobody", async () => {
  const good = () => Response.json({}, { status: 400 });
  const own = "https://app.example.com/oauth2/token";
  for (const [{ document, ...options }, expected] of [
    [{ endpoints: { token: own } }, [own]],
    [{ issuer: undefined, preset: "wgtwo" }, ["https://id.wgtwo.com/oauth2/token"]],
    [{ issuer, endpoints: undefined, document: () => Response.json({ issuer }) }, []],
  ]) {
    const { sent } = await ask({ token: good, document }, options);
    assert.deepEqual(
      sent.map(({ url }) => url),
      expected,
    );
  }
});

test("with dpop that header must be allowed, too", async () => {
  const { sent } = await ask({ token: () => Response.json({}, { status: 400 }) }, { dpop: true });
  assert.equal(sent[0].headers.get("dpop"), "diagnose");
});
