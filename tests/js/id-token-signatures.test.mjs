// Who signed an ID token: the provider's keys, when they are asked for, and what becomes of a token that they do not fit.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { answer, claims, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

const keys = (...list) =>
  reply(200, {
    keys: list.map(([{ publicKey }, more]) => ({ ...publicKey.export({ format: "jwk" }), ...more })),
  });

/** A token that is signed. */
function signed(said, { header = {}, key = rsa } = {}) {
  const parts = [{ alg: key === ec ? "ES256" : "RS256", ...header }, said];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const how = { key: key.privateKey, dsaEncoding: "ieee-p1363" };
  return `${input}.${sign("sha256", Buffer.from(input), how).toString("base64url")}`;
}

const checking = (more = {}) => createScript({ dangerouslySkipIdTokenSignature: undefined, ...more });

/** Signs in; `answers` come behind that of the token endpoint. Resolves to the error, if there is one. */
async function enter(script, idToken, ...answers) {
  const { state, nonce } = await script.begin();
  script.replies.push(reply(200, { ...tokens(), id_token: idToken(nonce) }), ...answers);
  const handled = script.auth.handleRedirectCallback(answer(state, "code=a-code"));
  return handled.then(
    () => undefined,
    (error) => error,
  );
}

const good = (nonce) => signed(claims(nonce));

test("the provider must have signed it, by RS256 or ES256", async () => {
  assert.equal(await enter(checking(), good, keys([rsa])), undefined);
  assert.equal(
    await enter(checking(), (nonce) => signed(claims(nonce), { key: ec }), keys([rsa], [ec])),
    undefined,
  );
  const forged = await enter(checking(), good, keys([other]));
  assert.deepEqual([forged.code, forged.kind], ["id_token_invalid", "protocol"]);
  assert.match(forged.message, /signature/);
  for (const [header, words] of [
    [{ alg: "none" }, /`alg`/],
    [{ alg: "HS256" }, /`alg`/],
    [{ alg: "ES256" }, /signature/],
    [{ crit: ["exp"] }, /`crit`/],
  ]) {
    const script = checking();
    const error = await enter(script, (nonce) => signed(claims(nonce), { header }), keys([rsa]));
    assert.equal(error.code, "id_token_invalid", JSON.stringify(header));
    assert.match(error.message, words);
    assert.equal(script.stored(), undefined);
  }
});

test("keys that can't be had, or read, are told as such", async () => {
  const odd = new Response(JSON.stringify(await keys([rsa]).json()), { status: 503 });
  for (const unreachable of [reply(503), odd, reply(200, "<html>"), new TypeError("no network")]) {
    const script = checking();
    const error = await enter(script, good, unreachable);
    assert.equal(error.code, "jwks_unreachable");
    assert.equal(script.requests.at(-1).url, "https://id.wgtwo.com/.well-known/jwks.json");
  }
  const endpoints = { authorization: "https://id.example.com/auth", token: "https://id.example.com/token" };
  const script = checking({ preset: undefined, endpoints });
  const error = await enter(script, good);
  assert.equal(error.code, "invalid_config");
  assert.match(error.message, /^`endpoints.jwks`.*`dangerouslySkipIdTokenSignature`/);
});

test("without WebCrypto nobody signs in", async () => {
  const { subtle } = crypto;
  for (const [missing, words] of [
    [undefined, /secure context/],
    [
      {
        importKey: async () => ({ algorithm: { modulusLength: 2048 } }),
        verify: async () => Promise.reject(new Error("no")),
      },
      /refused/,
    ],
  ]) {
    Object.defineProperty(crypto, "subtle", { value: missing, configurable: true });
    try {
      const error = await enter(checking(), good, keys([rsa]));
      assert.equal(error.code, "invalid_config");
      assert.match(error.message, words);
    } finally {
      Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
    }
  }
});

test("a key that is not known, or not named, is asked for again, once; one that is named is the one", async () => {
  const script = checking();
  const asked = () => script.requests.filter(({ url }) => url.endsWith("jwks.json")).length;
  const error = await enter(script, good, keys([other]));
  assert.deepEqual([error.code, asked()], ["id_token_invalid", 1]);
  assert.equal(await enter(script, good, keys([rsa])), undefined, "it was replaced");
  assert.equal(asked(), 2);
  assert.equal(await enter(script, good), undefined, "it is known now");

  const named = (kid) => (nonce) => signed(claims(nonce), { header: { kid } });
  const strict = checking();
  const published = [
    [other, { kid: "old" }],
    [rsa, { kid: "new" }],
  ];
  assert.equal(await enter(strict, named("new"), keys(...published)), undefined);
  assert.equal((await enter(strict, named("old"))).code, "id_token_invalid", "and nobody is asked");
  assert.equal((await enter(strict, named("newer"), keys(...published))).code, "id_token_invalid");
});

test("keys that are weak, or for something else, verify nothing", async () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const error = await enter(checking(), (nonce) => signed(claims(nonce), { key: weak }), keys([weak]));
  assert.deepEqual([error.code, /too weak/.test(error.message)], ["id_token_invalid", true]);
  for (const [more, isGood] of [
    [{ use: "sig", key_ops: ["verify"] }, true],
    [{ key_ops: ["encrypt", "wrapKey"] }, false],
    [{ use: "enc" }, false],
  ]) {
    const error = await enter(checking(), good, keys([rsa, more]));
    assert.equal(error?.code, isGood ? undefined : "id_token_invalid", JSON.stringify(more));
  }
});

test("only the first hundred keys are looked at", async () => {
  const others = Array(100).fill([ec]);
  assert.equal((await enter(checking(), good, keys(...others, [rsa])))?.code, "id_token_invalid");
  assert.equal(await enter(checking(), good, keys(...others.slice(1), [rsa])), undefined);
});

test("verifying ends in time, and only `true` is yes", async () => {
  const { verify } = crypto.subtle;
  for (const [answered, code] of [
    [new Promise(() => {}), "timeout"],
    [Promise.resolve("yes"), "id_token_invalid"],
    [Promise.resolve(1), "id_token_invalid"],
    [Promise.resolve(true), undefined],
  ]) {
    crypto.subtle.verify = () => answered;
    try {
      const script = checking({ timeoutMs: 200 });
      assert.equal((await enter(script, good, keys([rsa])))?.code, code);
    } finally {
      crypto.subtle.verify = verify;
    }
  }
});

test("a damaged key does not stand in another's way", async () => {
  const damaged = { kty: "RSA", n: "*", e: "AQAB" };
  const list = [damaged, 7, rsa.publicKey.export({ format: "jwk" })];
  assert.equal(await enter(checking(), good, reply(200, { keys: list })), undefined);
});

test("a refresh is not lost for the want of keys, but its ID token is not taken", async () => {
  const script = checking();
  await enter(script, good, keys([rsa]));
  const before = script.stored().id_token;
  const { nonce, ...without } = claims();
  const unknown = signed(without, { key: other });
  script.replies.push(reply(200, { ...tokens(2), id_token: unknown }), reply(503));
  assert.equal(await script.auth.getAccessToken({ forceRefresh: true }), "access-2");
  assert.deepEqual([script.stored().access_token, script.stored().id_token], ["access-2", before]);
  const known = signed(without);
  script.replies.push(reply(200, { ...tokens(3), id_token: known }));
  assert.equal(await script.auth.getAccessToken({ forceRefresh: true }), "access-3");
  assert.equal(script.stored().id_token, known);
});

test("an ID token of somebody else at a refresh ends the session, whoever signed it", async () => {
  const script = checking();
  await enter(script, good, keys([rsa]));
  const { nonce, ...without } = claims();
  const id_token = signed({ ...without, sub: "user-2" }, { key: other });
  // Both of its tokens are revoked.
  script.replies.push(reply(200, { ...tokens(2), id_token }), reply(200), reply(200));
  const error = await failing(script.auth.getAccessToken({ forceRefresh: true }));
  assert.equal(error.code, "session_expired");
  assert.match(error.message, /`sub`/);
  assert.equal(script.stored(), undefined);
});
