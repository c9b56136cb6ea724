// The mediated way: a client with a secret, which only the vendor's gateway has.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signIn, tokenRequest } from "./console.js";
import { bearer, clientV1, loop, OK, registered } from "./core-client.js";
import { at, json, misbehavingSandbox, origin, userInfo } from "./misbehaving.js";
import { Prover } from "./proof.js";

const sandbox = misbehavingSandbox();
const path = "/vendor/oauth2/token";

/**
 * @param {Record<string, string>} form
 * @param {Record<string, string>} [headers]
 */
const mediated = (form, headers = {}) =>
  tokenRequest(sandbox, { client_id: sandbox.mediatedClientId, ...form }, { path, headers });

const signInMediated = async (phoneNumber = "+4799900071") =>
  (
    await signIn(sandbox, {
      phoneNumber,
      clientId: sandbox.mediatedClientId,
      send: (_, form) => mediated(form),
    })
  ).tokens;

/** @param {string | undefined} token */
const refreshForm = (token) => ({ grant_type: "refresh_token", refresh_token: token ?? "" });

describe("the gateway", () => {
  it("redeems, refreshes and revokes without a secret in the browser", async () => {
    const tokens = await signInMediated();
    const user = bearer(tokens.access_token);
    assert.equal((await clientV1(sandbox).upsertRegistration(loop(undefined), user)).statusCode, OK);
    assert.equal(registered(sandbox, "+4799900071")?.clientId, "sipbreakout-mediated");
    const info = await userInfo(sandbox, tokens.access_token);
    assert.deepEqual([info.status, info.headers.get("access-control-allow-origin")], [200, origin]);
    const reply = await mediated(refreshForm(tokens.refresh_token));
    assert.equal(reply.headers.get("access-control-allow-origin"), origin);
    assert.equal(reply.headers.get("cache-control"), "no-store");
    const { refresh_token } = await json(reply);
    const revoked = await at(sandbox, "/vendor/oauth2/revoke", {
      method: "POST",
      body: new URLSearchParams({ client_id: sandbox.mediatedClientId, token: refresh_token }),
    });
    assert.equal(revoked.status, 200);
    const refused = await mediated(refreshForm(refresh_token));
    assert.deepEqual([refused.status, (await json(refused)).error], [400, "invalid_grant"]);
    assert.ok(sandbox.tokenLog.every(({ clientId }) => clientId === sandbox.mediatedClientId));
  });

  it("is needed: the provider refuses the client without its secret, readably", async () => {
    const { refresh_token } = await signInMediated();
    const form = { client_id: sandbox.mediatedClientId, ...refreshForm(refresh_token) };
    const straight = await tokenRequest(sandbox, form);
    assert.deepEqual([straight.status, (await json(straight)).error], [401, "invalid_client"]);
    assert.equal(straight.headers.get("access-control-allow-origin"), origin);
    assert.equal((await mediated(refreshForm(refresh_token))).status, 200);
  });

  it("serves its own client only, and pages of this machine", async () => {
    for (const client_id of [sandbox.clientId, "sipbreakout-vendor", ""]) {
      const reply = await mediated({ client_id, grant_type: "client_credentials" });
      assert.deepEqual([reply.status, (await json(reply)).error], [401, "invalid_client"]);
    }
    const hostile = await mediated({}, { origin: "https://evil.example" });
    assert.equal(hostile.headers.get("access-control-allow-origin"), null);
    assert.equal((await at(sandbox, path)).status, 405);
  });

  it("passes on status, body and the headers that matter", async () => {
    sandbox.arm([
      { on: "token.refresh", status: 429, retryAfterSeconds: 7, body: { error: "slow_down" } },
      { on: "token.refresh", lose: "reply" },
      { on: "token.refresh", redirectTo: "http://127.0.0.1:1/" },
    ]);
    const busy = await mediated(refreshForm("none"));
    assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "7"]);
    assert.deepEqual(await json(busy), { error: "slow_down" });
    assert.match(busy.headers.get("access-control-expose-headers") ?? "", /retry-after/);
    for (const _ of ["lost", "redirect"]) {
      const reply = await mediated(refreshForm("none"));
      assert.deepEqual([reply.status, (await json(reply)).error], [502, "temporarily_unavailable"]);
    }
    assert.equal((await mediated(refreshForm("none"))).status, 400);
  });

  it("passes proofs and nonces on", async () => {
    sandbox.configure({ dpopNonces: true });
    const prover = new Prover();
    // A proof is for the address that checks it, which is the provider's.
    const proof = () => ({ dpop: prover.proof(`${sandbox.issuer}/oauth2/token`) });
    const demand = await mediated(refreshForm("none"), proof());
    assert.equal((await json(demand)).error, "use_dpop_nonce");
    assert.match(demand.headers.get("access-control-expose-headers") ?? "", /dpop-nonce/);
    prover.nonce = demand.headers.get("dpop-nonce") ?? undefined;
    const { tokens } = await signIn(sandbox, {
      clientId: sandbox.mediatedClientId,
      send: (_, form) => mediated(form, proof()),
    });
    assert.equal(tokens.token_type, "DPoP");
    const preflight = await at(sandbox, path, { method: "OPTIONS" });
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /dpop/);
  });
});
