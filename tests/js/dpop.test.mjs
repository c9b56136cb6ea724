// Tokens that are bound to a key of this browser (DPoP): the proofs, whose key it is, and when it goes.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { beforeEach, test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { keysFor } from "../../dist/platform/key-pairs.js";
import { Proofs } from "../../dist/provider/proofs.js";
import { openDatabase } from "./database.mjs";
import { bodyOf, grpcWeb, ok } from "./grpc-web.mjs";
import { answer, createScript, reply, tokens } from "./scripted-provider.mjs";
import { adapter, failing } from "./session.mjs";

const TOKEN_ENDPOINT = "https://id.wgtwo.com/oauth2/token";

let records;
beforeEach(() => {
  records = openDatabase().records;
});
const keyNames = () => [...records.keys()].filter((name) => name.startsWith("sipbreakout/key/"));

const bound = (n = 1, more = {}) => tokens(n, { token_type: "DPoP", ...more });
const binding = (more = {}) => createScript({ dpop: true, ...more });
const demand = (nonce, status = 400) =>
  new Response(JSON.stringify({ error: "use_dpop_nonce" }), {
    status,
    headers: {
      "content-type": "application/json",
      "dpop-nonce": nonce,
      "www-authenticate": 'DPoP error="use_dpop_nonce"',
    },
  });

/** What a proof says, if its signature is good. */
function said(proof) {
  const [header, payload, signature] = proof.split(".");
  const { typ, alg, jwk } = JSON.parse(Buffer.from(header, "base64url"));
  assert.deepEqual([typ, alg], ["dpop+jwt", "ES256"]);
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  const input = Buffer.from(`${header}.${payload}`);
  assert.ok(verify("sha256", input, key, Buffer.from(signature, "base64url")));
  return { ...JSON.parse(Buffer.from(payload, "base64url")), jwk };
}
const proofs = ({ requests }) => requests.map(({ headers }) => said(headers.get("dpop")));

const leave = async ({ auth, replies }) => {
  replies.push(reply(200), reply(200));
  await auth.signOut({ localOnly: true });
};

const call = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
const refused = (nonce) => () =>
  new Response(bodyOf(undefined, "grpc-status: 16\r\n"), {
    headers: {
      "content-type": grpcWeb,
      "dpop-nonce": nonce,
      "www-authenticate": 'DPoP error="use_dpop_nonce"',
    },
  });

/** A client of the session, and the headers that its core was sent. */
function clientOf(auth, replies) {
  const sent = [];
  const fetch = async (url, { headers }) => {
    sent.push({ url, ...Object.fromEntries(headers) });
    return (replies.shift() ?? ok)();
  };
  return { sent, client: createClient({ baseUrl: "https://core.example.com", auth, fetch, retry: false }) };
}

test("each request has a proof, and is repeated once for a nonce", async () => {
  const script = binding({ scope: "phone" });
  const { state } = await script.begin();
  script.replies.push(demand("nonce-1"), reply(200, bound()));
  await script.auth.handleRedirectCallback(answer(state, "code=a-code"));
  const [first, second] = proofs(script);
  assert.deepEqual([first.nonce, second.nonce], [undefined, "nonce-1"]);
  assert.deepEqual([second.htm, second.htu, second.ath], ["POST", TOKEN_ENDPOINT, undefined]);
  assert.notEqual(first.jti, second.jti);
  assert.ok(Number.isInteger(second.iat) && Math.abs(second.iat * 1000 - Date.now()) < 60_000);
  assert.equal(script.stored().is_bound, true);
  assert.equal(keyNames().length, 1);

  // Only once, however often the provider asks.
  script.requests.length = 0;
  script.replies.push(demand("nonce-2"), demand("nonce-3"));
  const error = await failing(script.auth.getAccessToken({ forceRefresh: true }));
  assert.equal(error.httpStatus, 400);
  assert.deepEqual(
    proofs(script).map((proof) => proof.nonce),
    ["nonce-1", "nonce-2"],
  );

  script.requests.length = 0;
  script.replies.push(demand("nonce-4", 401), reply(200, { sub: "user-1" }));
  await script.auth.getUser();
  const [asked, repeated] = script.requests;
  assert.equal(asked.headers.get("authorization"), "DPoP access-1");
  const { nonce: newest, ath, htm } = said(repeated.headers.get("dpop"));
  const hash = createHash("sha256").update("access-1").digest("base64url");
  assert.deepEqual([newest, ath, htm], ["nonce-4", hash, "GET"]);
  await leave(script);
  assert.deepEqual(keyNames(), [], "the key goes with the tokens");
});

test("a call has a proof; of calls at the same time each is repeated for a nonce", async () => {
  const script = binding();
  await script.signIn(bound());
  const { client, sent } = clientOf(script.auth, [refused("core-1"), refused("core-2")]);
  const numbers = ["+4799900001", "+4799900002"];
  await Promise.all(numbers.map((phoneNumber) => client.upsertRegistration({ ...call, phoneNumber })));
  assert.equal(sent.length, 4);
  for (const { url, authorization, dpop } of sent) {
    assert.equal(authorization, "DPoP access-1");
    const { htu, htm, ath } = said(dpop);
    assert.deepEqual([htu, htm, typeof ath], [url, "POST", "string"]);
  }
  assert.deepEqual(
    sent.slice(0, 2).map(({ dpop }) => said(dpop).nonce),
    [undefined, undefined],
  );
  for (const { dpop } of sent.slice(2)) assert.match(said(dpop).nonce, /^core-/);
  assert.deepEqual(script.requests, [], "the provider is asked for no other token");
  client.close();
  await leave(script);
});

test("an origin's nonce is not another's", async () => {
  const script = binding();
  await script.signIn(bound());
  const { client, sent } = clientOf(script.auth, [refused("core-1")]);
  await client.upsertRegistration(call);
  assert.equal(said(sent[1].dpop).nonce, "core-1");
  script.replies.push(reply(200, bound(2)));
  await script.auth.getAccessToken({ forceRefresh: true });
  assert.equal(proofs(script)[0].nonce, undefined);
  client.close();
  await leave(script);
});

test("the newest nonces of sixteen origins are remembered", async () => {
  const proofs = new Proofs(keysFor("memory"), "a-realm");
  const nonceAt = async (origin) => {
    const proof = await proofs.make("an-id", "POST", `${origin}/token`, undefined, 5000, Date.now);
    return said(proof).nonce;
  };
  for (let index = 0; index < 16; index += 1) proofs.learn(`https://${index}.example`, `nonce-${index}`);
  proofs.learn("https://0.example", "newer");
  proofs.learn("https://16.example", "nonce-16");
  assert.deepEqual(await Promise.all([0, 1, 2, 16].map((index) => nonceAt(`https://${index}.example`))), [
    "newer",
    undefined,
    "nonce-2",
    "nonce-16",
  ]);
});

test("one tab's end leaves another's key alone", async () => {
  const one = binding({ name: "one-tab" });
  await one.signIn(bound());
  const [first] = keyNames();
  const two = binding({ name: "one-tab", storage: adapter() });
  await two.signIn(bound(1, { refresh_token: undefined, expires_in: 0 }));
  assert.equal(keyNames().length, 2, "each has its own");
  assert.equal((await failing(two.auth.getAccessToken())).code, "session_expired");
  assert.deepEqual(keyNames(), [first]);
  one.replies.push(reply(200, bound(2)));
  await one.auth.getAccessToken({ forceRefresh: true });
  assert.deepEqual(keyNames(), [first], "no new one was made");
});

test("a copied tab leaves the key to the original", async () => {
  const original = binding();
  await original.signIn(bound(1, { expires_in: 100 }));
  const text = JSON.stringify({ ...original.stored(), refresh_token: null, is_copy: true });
  const key = [...original.entries.keys()].find((name) => name.startsWith("sipbreakout/session/"));
  const copy = createAuth({ ...original.options, storage: adapter(new Map([[key, text]])) });
  const { client, sent } = clientOf(copy, []);
  await client.upsertRegistration(call);
  assert.equal(sent[0].authorization, "DPoP access-1");
  client.close();
  original.replies.push(reply(200), reply(200));
  await copy.signOut({ localOnly: true });
  assert.equal(keyNames().length, 1);
});

test("a new sign-in, and one that fails, leave no key behind", async () => {
  const script = binding();
  await script.signIn(bound());
  const before = keyNames();
  const { state } = await script.begin();
  script.replies.push(reply(400, { error: "invalid_grant" }));
  await failing(script.auth.handleRedirectCallback(answer(state, "code=a-code")));
  assert.deepEqual(keyNames(), before);
  const { state: next } = await script.begin();
  script.replies.push(reply(200, tokens()));
  const error = await failing(script.auth.handleRedirectCallback(answer(next, "code=a-code")));
  assert.equal(error.code, "invalid_response", "a token that anybody could use");
  assert.deepEqual(keyNames(), before);
  await script.signIn(bound(2));
  assert.equal(keyNames().length, 1);
  assert.notDeepEqual(keyNames(), before);
  await leave(script);
  assert.deepEqual(keyNames(), []);
});

test("a session goes on as it began, though the option changed", async () => {
  for (const wasBound of [true, false]) {
    const script = createScript({ dpop: wasBound });
    const of = (n) => (wasBound ? bound(n) : tokens(n));
    await script.signIn(of(1));
    const later = createAuth({ ...script.options, dpop: !wasBound });
    script.replies.push(reply(200, of(2)));
    assert.equal(await later.getAccessToken({ forceRefresh: true }), "access-2");
    assert.equal(script.requests[0].headers.has("dpop"), wasBound);
    const { client, sent } = clientOf(later, []);
    await client.upsertRegistration(call);
    assert.equal(sent[0].authorization, wasBound ? "DPoP access-2" : "Bearer access-2");
    client.close();
    await leave(script);
  }
});

test("where no key can be kept nobody leaves to sign in for one", async () => {
  const refusal = new Error("DataCloneError");
  const opens = (put, get) => () => {
    const result = {
      transaction: () => ({ objectStore: () => ({ get, put, delete: () => succeeding(undefined) }) }),
      close() {},
    };
    return succeeding(result);
  };
  const succeeding = (result) => {
    const request = { result };
    setImmediate(() => request.onsuccess?.());
    return request;
  };
  const refusing = () => {
    const request = { error: refusal };
    setImmediate(() => request.onerror?.());
    return request;
  };
  const throwing = () => {
    throw refusal;
  };
  const kept = new Map();
  const asNothing = (value, key) => succeeding(void kept.set(key, { publicKey: {}, privateKey: {}, value }));
  for (const [how, open, cause] of [
    ["it never answers", () => ({}), undefined],
    ["open throws", throwing, refusal],
    ["open fails", refusing, refusal],
    ["put throws", opens(throwing, () => succeeding(undefined)), refusal],
    ["put fails", opens(refusing, () => succeeding(undefined)), refusal],
    ["another thing comes back", opens(asNothing, (key) => succeeding(kept.get(key))), "a TypeError"],
  ]) {
    Object.defineProperty(globalThis, "indexedDB", { value: { open }, configurable: true });
    const script = binding({ timeoutMs: 50 });
    const error = await failing(script.begin());
    assert.equal(error.code, "invalid_config", how);
    assert.match(error.message, /`dpop`.*IndexedDB.*`storage: "memory"`/, how);
    if (typeof cause === "string") assert.ok(error.cause instanceof TypeError, how);
    else assert.equal(error.cause, cause, how);
    assert.equal(script.pending().length, 0, how);
    assert.ok(await createScript({ dpop: true, storage: "memory" }).begin(), "in memory there is one");
  }
});

test("trying out a key leaves none behind", async () => {
  await binding().begin();
  assert.deepEqual(keyNames(), []);
});

test("keys that never answer, and keys that fail, are told", async () => {
  const script = binding({ timeoutMs: 50 });
  await script.signIn(bound());
  Object.defineProperty(globalThis, "indexedDB", { value: { open: () => ({}) }, configurable: true });
  const silent = await failing(script.auth.getUser());
  assert.deepEqual([silent.code, silent.cause], ["invalid_config", undefined]);
  const thrown = new Error("no keys here");
  const open = () => {
    throw thrown;
  };
  Object.defineProperty(globalThis, "indexedDB", { value: { open }, configurable: true });
  const failed = await failing(script.auth.getUser());
  assert.deepEqual([failed.code, failed.cause], ["invalid_config", thrown]);
  assert.match(failed.message, /storage for keys/);
  assert.deepEqual(script.requests, [], "nothing is sent without a proof");
});
