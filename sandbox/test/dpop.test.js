// DPoP: tokens that are bound to a key, at the provider and at the core.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { clientToken, signIn, tokenRequest } from "./console.js";
import { bearer, clientV1, failsWith, loop, OK } from "./core-client.js";
import { at, json, misbehavingSandbox, refresh, userInfo } from "./misbehaving.js";
import { Prover } from "./proof.js";

const sandbox = misbehavingSandbox();
const corePath = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";

/** @param {Prover} prover */
const tokenProof = (prover) => ({ dpop: prover.proof(`${sandbox.issuer}/oauth2/token`) });

/** @param {Prover} prover */
const signInWith = async (prover) =>
  (
    await signIn(sandbox, {
      send: (to, form) => tokenRequest(to, form, { headers: tokenProof(prover) }),
    })
  ).tokens;

/**
 * @param {Prover} prover
 * @param {string} token
 * @param {import("./proof.js").Changes} [changes]
 */
const upsert = (prover, token, changes) => {
  const dpop = prover.proof(`${sandbox.url}${corePath}`, token, changes);
  return clientV1(sandbox).upsertRegistration(loop(undefined), {
    headers: { authorization: `DPoP ${token}`, dpop },
  });
};

/**
 * The HTTP response to a call, as a page sees it.
 * @param {Record<string, string>} headers
 */
const rawUpsert = (headers) =>
  at(sandbox, corePath, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", ...headers },
    body: new Uint8Array(5),
  });

/**
 * @param {Promise<unknown>} call
 * @param {RegExp} message
 */
async function unauthenticated(call, message) {
  const error = await call.then(() => assert.fail("the call succeeded"), ConnectError.from);
  assert.equal(error.code, Code.Unauthenticated, error.message);
  assert.match(error.rawMessage, message);
}

describe("a token that came for a proof", () => {
  it("is of type DPoP, and good with a proof only", async () => {
    const prover = new Prover();
    const tokens = await signInWith(prover);
    assert.equal(tokens.token_type, "DPoP");
    assert.equal((await upsert(prover, tokens.access_token)).statusCode, OK);
    await unauthenticated(
      clientV1(sandbox).upsertRegistration(loop(undefined), bearer(tokens.access_token)),
      /needs a proof/,
    );
    assert.equal((await userInfo(sandbox, tokens.access_token)).status, 401);
    const url = `${sandbox.issuer}/userinfo`;
    const dpop = prover.proof(url, tokens.access_token, { claims: { htm: "GET" } });
    const info = await at(sandbox, "/userinfo", {
      headers: { authorization: `DPoP ${tokens.access_token}`, dpop },
    });
    assert.equal(info.status, 200);
  });

  it("is refreshed by the same key only", async () => {
    const prover = new Prover();
    const tokens = await signInWith(prover);
    const other = await refresh(sandbox, tokens.refresh_token, { headers: tokenProof(new Prover()) });
    assert.equal((await json(other)).error, "invalid_grant");
    const same = await refresh(sandbox, tokens.refresh_token, { headers: tokenProof(prover) });
    assert.equal((await json(same)).token_type, "DPoP");
  });

  it("is refused at the core with a proof that is not right", async () => {
    const prover = new Prover();
    const { access_token: token } = await signInWith(prover);
    const nowSeconds = Math.floor(Date.now() / 1000);
    for (const [changes, message] of /** @type {[import("./proof.js").Changes, RegExp][]} */ ([
      [{ header: { typ: "jwt" } }, /typ/],
      [{ header: { alg: "none" } }, /alg/],
      [{ header: { alg: "HS256" }, claims: { alg: "ES256", typ: "dpop+jwt" } }, /alg/],
      [{ header: { jwk: { ...prover.jwk, d: "AA" } } }, /public/],
      [{ header: { jwk: null } }, /missing or no JWT/],
      [{ header: { jwk: { kty: "EC", crv: "P-256" } } }, /signature/],
      [{ signer: new Prover() }, /signature/],
      [{ claims: { htm: "GET" } }, /htm/],
      [{ claims: { htu: `${sandbox.url}/elsewhere` } }, /htu/],
      [{ claims: { iat: nowSeconds - 310 } }, /iat/],
      [{ claims: { iat: nowSeconds + 310 } }, /iat/],
      [{ claims: { iat: String(nowSeconds) } }, /iat/],
      [{ claims: { ath: "other" } }, /ath/],
      [{ claims: { jti: undefined } }, /jti/],
    ])) {
      await unauthenticated(upsert(prover, token, changes), message);
    }
    const thief = new Prover();
    await unauthenticated(upsert(thief, token), /another key/);
    assert.equal((await upsert(prover, token, { claims: { iat: nowSeconds - 290 } })).statusCode, OK);
    assert.equal(
      (await upsert(prover, token, { claims: { htu: `${sandbox.url}${corePath}?x=1` } })).statusCode,
      OK,
    );
  });

  it("is refused without any proof, and a proof is good once", async () => {
    const prover = new Prover();
    const { access_token: token } = await signInWith(prover);
    const none = { headers: { authorization: `DPoP ${token}` } };
    await unauthenticated(clientV1(sandbox).upsertRegistration(loop(undefined), none), /missing/);
    const claims = { jti: "the same" };
    assert.equal((await upsert(prover, token, { claims })).statusCode, OK);
    await unauthenticated(upsert(prover, token, { claims }), /used before/);
  });

  it("is refused in headers that a page can read", async () => {
    const { access_token: token } = await signInWith(new Prover());
    const reply = await rawUpsert({ authorization: `DPoP ${token}` });
    assert.match(reply.headers.get("www-authenticate") ?? "", /^DPoP error="invalid_dpop_proof"/);
    assert.ok(reply.headers.get("dpop-nonce"));
    const exposed = reply.headers.get("access-control-expose-headers") ?? "";
    assert.match(exposed, /www-authenticate/);
    assert.match(exposed, /dpop-nonce/);
    const asBearer = await rawUpsert({ authorization: `Bearer ${token}` });
    assert.match(asBearer.headers.get("www-authenticate") ?? "", /^DPoP error="invalid_token"/);
    const preflight = await at(sandbox, corePath, { method: "OPTIONS" });
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /\bdpop\b/);
  });

  it("has an iat by the provider's clock", async () => {
    const prover = new Prover();
    const { access_token: token } = await signInWith(prover);
    sandbox.configure({ clockOffsetSeconds: 1000 });
    await unauthenticated(upsert(prover, token), /iat/);
    const iat = Math.floor(Date.now() / 1000) + 1000;
    assert.equal((await upsert(prover, token, { claims: { iat } })).statusCode, OK);
  });
});

describe("a token that came without a proof", () => {
  it("is a bearer token, and refused as another", async () => {
    const { tokens } = await signIn(sandbox);
    assert.equal(tokens.token_type, "Bearer");
    await unauthenticated(upsert(new Prover(), tokens.access_token), /bound to no key/);
    await failsWith(upsert(new Prover(), "unknown"), Code.Unauthenticated);
  });
});

describe("the setting dpop", () => {
  it("required: refuses token requests without a proof, but the vendor's own", async () => {
    sandbox.configure({ dpop: "required" });
    const refused = await refresh(sandbox, "none");
    assert.deepEqual([refused.status, (await json(refused)).error], [400, "invalid_dpop_proof"]);
    const tokens = await signInWith(new Prover());
    assert.equal(tokens.token_type, "DPoP");
    await clientToken(sandbox);
  });

  it("off: takes no notice of proofs", async () => {
    sandbox.configure({ dpop: "off" });
    const tokens = await signInWith(new Prover());
    assert.equal(tokens.token_type, "Bearer");
    assert.equal((await userInfo(sandbox, tokens.access_token)).status, 200);
    const call = clientV1(sandbox).upsertRegistration(loop(undefined), bearer(tokens.access_token));
    assert.equal((await call).statusCode, OK);
  });
});

describe("nonces", () => {
  it("are demanded by token endpoint, userinfo and core, which take each other's", async () => {
    sandbox.configure({ dpopNonces: true });
    const prover = new Prover();
    const demand = await refresh(sandbox, "none", { headers: tokenProof(prover) });
    assert.deepEqual([demand.status, (await json(demand)).error], [400, "use_dpop_nonce"]);
    assert.match(demand.headers.get("access-control-expose-headers") ?? "", /dpop-nonce/i);
    const nonce = demand.headers.get("dpop-nonce") ?? assert.fail("no nonce");
    prover.nonce = nonce;
    const { access_token: token } = await signInWith(prover);
    assert.equal((await upsert(prover, token)).statusCode, OK);
    prover.nonce = undefined;

    const proof = prover.proof(`${sandbox.url}${corePath}`, token);
    const refused = await rawUpsert({ authorization: `DPoP ${token}`, dpop: proof });
    assert.match(refused.headers.get("www-authenticate") ?? "", /^DPoP error="use_dpop_nonce"/);
    assert.equal(refused.headers.get("dpop-nonce"), nonce);

    const url = `${sandbox.issuer}/userinfo`;
    const info = await at(sandbox, "/userinfo", {
      headers: {
        authorization: `DPoP ${token}`,
        dpop: prover.proof(url, token, { claims: { htm: "GET" } }),
      },
    });
    assert.equal(info.status, 401);
    assert.match(info.headers.get("www-authenticate") ?? "", /use_dpop_nonce/);
    assert.match(info.headers.get("access-control-expose-headers") ?? "", /dpop-nonce.*www-authenticate/i);

    await unauthenticated(upsert(prover, token, { claims: { nonce: "made up" } }), /nonce/);
    sandbox.configure({ dpopNonces: false });
    assert.equal((await upsert(prover, token)).statusCode, OK);
  });
});
