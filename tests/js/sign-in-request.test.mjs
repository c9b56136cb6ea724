// The address that a person is sent to, and the record that is left behind.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mock, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { answer, CALLBACK, CLIENT, createScript, ISSUER } from "./scripted-provider.mjs";
import { clock, failing } from "./session.mjs";

test("it has all that the code flow with PKCE needs, and a preset needs no discovery", async () => {
  const { auth, pending, requests } = createScript();
  const url = await auth.createSignInUrl();
  assert.equal(url.origin + url.pathname, "https://id.wgtwo.com/oauth2/auth");
  const { state, nonce, code_challenge, ...sent } = Object.fromEntries(url.searchParams);
  assert.deepEqual(sent, {
    response_type: "code",
    client_id: CLIENT,
    redirect_uri: CALLBACK,
    scope: "openid offline_access phone call.routing:write",
    code_challenge_method: "S256",
  });
  assert.ok(state.length >= 43 && nonce.length >= 43 && state !== nonce, "256 bits each");

  const [{ key, record }] = pending();
  assert.ok(key.endsWith(encodeURIComponent(state)));
  assert.equal(createHash("sha256").update(record.verifier).digest("base64url"), code_challenge);
  assert.ok(!url.href.includes(record.verifier), "the verifier stays here");
  const { created_wall_ms, verifier, ...rest } = record;
  assert.ok(Math.abs(Date.now() - created_wall_ms) < 10_000);
  assert.equal(rest.nonce, nonce);
  assert.deepEqual(
    [rest.v, rest.step, rest.token_endpoint, rest.issuer, rest.redirect_uri],
    [1, "sent", "https://id.wgtwo.com/oauth2/token", ISSUER, CALLBACK],
  );
  assert.equal(requests.length, 0);
});

test("without openid there is no nonce", async () => {
  const { begin } = createScript({ scope: ["call.routing:write call.routing:write", "phone"] });
  const { scope, nonce } = await begin();
  assert.deepEqual([scope, nonce], ["call.routing:write phone", undefined]);
});

test("a sign-in's parameters replace the session's", async () => {
  const authorizationParams = { ui_locales: "nb", prompt: "consent", audience: "a b&c" };
  const { begin, pending } = createScript({ authorizationParams });
  const { ui_locales, prompt, login_hint, audience } = await begin({
    appState: { to: "/numbers" },
    prompt: "login",
    loginHint: "+4799900001",
    authorizationParams: { ui_locales: "en", prompt: "none" },
  });
  assert.deepEqual([ui_locales, prompt, login_hint, audience], ["en", "login", "+4799900001", "a b&c"]);
  assert.equal(pending()[0].record.app_state, '{"to":"/numbers"}');
});

test("the query of the endpoint is kept, unless it is reserved", async () => {
  const at = (authorization) => createScript({ endpoints: { authorization } });
  const { tenant, client_id } = await at("https://id.example.com/auth?tenant=7").begin();
  assert.deepEqual([tenant, client_id], ["7", CLIENT]);
  const { search } = await at("https://id.example.com/auth?").auth.createSignInUrl();
  assert.match(search, /^\?response_type=/);
  const { code, message } = await failing(at("https://id.example.com/auth?state=fixed").begin());
  assert.equal(code, "invalid_config");
  assert.match(message, /^`endpoints.authorization`/);
});

test("a storage that refuses is noticed before the person leaves", async () => {
  const records = createScript();
  globalThis.sessionStorage.setItem = () => {
    throw new Error("no room");
  };
  assert.equal((await failing(records.begin())).code, "storage_unavailable");

  const { begin, options, entries } = createScript();
  const { set } = options.storage;
  options.storage.set = async () => {
    throw new Error("not now");
  };
  assert.equal((await failing(begin())).code, "storage_unavailable");
  options.storage.set = set;
  await begin();
  assert.equal(entries.size, 0, "nothing is left of trying");
});

test("records that are old or damaged are swept, and nobody else's", async () => {
  const { begin, pending } = createScript();
  const first = await begin();
  const [{ key, text }] = pending();
  const prefix = key.slice(0, key.lastIndexOf("/"));
  const { sessionStorage } = globalThis;
  sessionStorage.setItem(`${prefix}/damaged`, "{}");
  sessionStorage.setItem(`${prefix}/later-form`, text.replace('"v":1', '"v":2'));
  sessionStorage.setItem("sipbreakout/sign-in/another/app/default/x", "{}");
  const time = clock();
  try {
    time.pass(590_000);
    const second = await begin();
    assert.equal(pending().length, 3, "the two under way, and the stranger's");
    time.pass(20_000);
    const third = await begin();
    const keys = pending().map((one) => one.key);
    const has = ({ state }) => keys.some((one) => one.endsWith(state));
    assert.deepEqual([has(first), has(second), has(third), keys.length], [false, true, true, 3]);
    assert.ok(keys.some((one) => one.includes("another")));
  } finally {
    time.back();
  }
});

test("a record from the future is swept when the clock was set back far", async () => {
  const { begin, pending } = createScript();
  const time = clock();
  try {
    await begin();
    time.pass(-590_000);
    await begin();
    assert.equal(pending().length, 2);
    time.pass(-20_000);
    await begin();
    assert.equal(pending().length, 2, "the first is gone");
  } finally {
    time.back();
  }
});

test("sessions of another name or client do not see each other's", async () => {
  const { begin, options, pending } = createScript();
  const { state } = await begin();
  for (const more of [{ name: "second" }, { clientId: `${CLIENT}/default` }]) {
    const other = createAuth({ ...options, ...more });
    const { code } = await failing(other.handleRedirectCallback(answer(state, "code=a-code")));
    assert.equal(code, "state_unknown");
  }
  assert.equal(pending().length, 1);
});

test("without randomness nobody is sent anywhere", async () => {
  const { begin, pending } = createScript();
  const throwing = (bytes) => {
    bytes.fill(7);
    throw new Error("none");
  };
  for (const how of [throwing, () => {}, (bytes) => bytes.fill(0), () => new Uint8Array(32).fill(7)]) {
    const refusing = mock.method(globalThis.crypto, "getRandomValues", how);
    try {
      const { code, message } = await failing(begin());
      assert.equal(code, "invalid_config");
      assert.match(message, /WebCrypto/);
    } finally {
      refusing.mock.restore();
    }
  }
  assert.equal(pending().length, 0);
});
