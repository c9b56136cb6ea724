// ID tokens that are wrong on purpose, keys that change, and a clock that is off.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { describe, it } from "node:test";
import { Browser } from "./browser.js";
import { claimsOf, redirectUri, signIn } from "./console.js";
import { at, json, misbehavingSandbox, refresh } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

const idToken = async () => (await signIn(sandbox)).tokens.id_token ?? "";
const headerOf = (/** @type {string} */ token) =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
const publishedKeys = async () => (await json(await at(sandbox, "/.well-known/jwks.json"))).keys;

/** @param {string} token */
async function isGood(token) {
  const [head = "", body = "", signature = ""] = token.split(".");
  const { kid, alg } = headerOf(token);
  const jwk = (await publishedKeys()).find((/** @type {any} */ key) => key.kid === kid && key.alg === alg);
  if (!jwk) return false;
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const signed = Buffer.from(`${head}.${body}`);
  return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
}

describe("a fault of the ID token", () => {
  it("changes claims, takes one away, and signs it well, once", async () => {
    sandbox.arm({ on: "idToken", claims: { nonce: "wrong", aud: null } });
    const wrong = await idToken();
    assert.deepEqual([claimsOf(wrong).nonce, claimsOf(wrong).aud], ["wrong", undefined]);
    assert.ok(await isGood(wrong));
    const right = await idToken();
    assert.equal(claimsOf(right).aud, sandbox.clientId);
    assert.equal(headerOf(right).kid, headerOf(wrong).kid);
    assert.ok(await isGood(right));
  });

  it("breaks the signature", async () => {
    sandbox.arm({ on: "idToken", signature: "broken" });
    assert.equal(await isGood(await idToken()), false);
    assert.ok(await isGood(await idToken()));
  });

  it("takes another algorithm", async () => {
    sandbox.arm([
      { on: "idToken", alg: "none" },
      { on: "idToken", alg: "HS256" },
      { on: "idToken", alg: "ES256" },
    ]);
    const none = await idToken();
    assert.deepEqual([headerOf(none).alg, none.split(".")[2]], ["none", ""]);
    assert.equal(headerOf(await idToken()).alg, "HS256");
    const elliptic = await idToken();
    assert.equal(headerOf(elliptic).alg, "ES256");
    assert.ok(await isGood(elliptic));
    assert.equal(headerOf(await idToken()).alg, "RS256");
  });

  it("names another key, or none", async () => {
    sandbox.arm([
      { on: "idToken", kid: "nobody" },
      { on: "idToken", kid: null },
    ]);
    assert.equal(headerOf(await idToken()).kid, "nobody");
    assert.ok(!("kid" in headerOf(await idToken())));
    assert.ok(await isGood(await idToken()));
  });

  it("hits the ID token of a refresh too", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "idToken", claims: { sub: "somebody else" } });
    const renewed = await json(await refresh(sandbox, tokens.refresh_token));
    assert.equal(claimsOf(renewed.id_token).sub, "somebody else");
    const again = await json(await refresh(sandbox, renewed.refresh_token));
    assert.equal(claimsOf(again.id_token).sub, claimsOf(tokens.id_token ?? "").sub);
  });

  it("is among the secrets that a test can search for", async () => {
    sandbox.arm({ on: "idToken", claims: { nonce: "wrong" } });
    assert.ok(sandbox.issuedSecrets.has(await idToken()));
  });
});

describe("rotated keys", () => {
  it("sign from then on; the earlier ones stay published", async () => {
    const before = await idToken();
    sandbox.configure({ rotateKeys: true });
    const after = await idToken();
    sandbox.configure({ rotateKeys: true });
    const last = await idToken();
    assert.equal(new Set([before, after, last].map((token) => headerOf(token).kid)).size, 3);
    for (const token of [before, after, last]) assert.ok(await isGood(token));
    for (const key of await publishedKeys()) assert.ok(!("d" in key), "no private key");
  });

  it("are good for a hint at log-out", async () => {
    for (const clockOffsetSeconds of [0, 600, -600]) {
      sandbox.configure({ rotateKeys: true, clockOffsetSeconds });
      const browser = new Browser();
      const { tokens } = await signIn(sandbox, { browser });
      const out = new URL("/oauth2/sessions/logout", sandbox.issuer);
      out.searchParams.set("id_token_hint", tokens.id_token ?? "");
      out.searchParams.set("post_logout_redirect_uri", redirectUri);
      assert.equal((await browser.go(out)).url.href, redirectUri);
    }
  });

  it("do not make a bad hint good", async () => {
    sandbox.arm({ on: "idToken", signature: "broken" });
    const out = new URL("/oauth2/sessions/logout", sandbox.issuer);
    out.searchParams.set("id_token_hint", await idToken());
    assert.equal((await at(sandbox, out.href)).status, 400);
  });
});

describe("a clock that is off", () => {
  it("shifts the times of ID tokens and the Date of replies, and nothing else", async () => {
    for (const offset of [600, -86_400]) {
      sandbox.configure({ clockOffsetSeconds: offset });
      const { tokens } = await signIn(sandbox);
      const { iat, exp, auth_time } = claimsOf(tokens.id_token ?? "");
      const nowSeconds = Date.now() / 1000;
      assert.ok(Math.abs(iat - nowSeconds - offset) < 10);
      assert.equal(exp - iat, 3600);
      if (auth_time !== undefined) assert.ok(Math.abs(auth_time - nowSeconds - offset) < 10);
      const reply = await at(sandbox, "/.well-known/openid-configuration");
      const dateSeconds = Date.parse(reply.headers.get("date") ?? "") / 1000;
      assert.ok(Math.abs(dateSeconds - nowSeconds - offset) < 10);
      assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
    }
  });
});
