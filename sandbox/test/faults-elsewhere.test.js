// Faults of everything but the token endpoint.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { Browser } from "./browser.js";
import { authorizationRequest, clientToken, passPages, redeem, signIn } from "./console.js";
import { bearer, clientV1, failsWith, freshNumber, loop, OK } from "./core-client.js";
import { at, json, misbehavingSandbox, origin, userInfo } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

/** @type {Record<string, () => Promise<Response>>} */
const requests = {
  revocation: () =>
    at(sandbox, "/oauth2/revoke", {
      method: "POST",
      body: new URLSearchParams({ client_id: sandbox.clientId, token: "none" }),
    }),
  userinfo: async () => userInfo(sandbox, (await signIn(sandbox)).tokens.access_token),
  jwks: () => at(sandbox, "/.well-known/jwks.json"),
  discovery: () => at(sandbox, "/.well-known/openid-configuration"),
};

for (const [on, request] of Object.entries(requests)) {
  const place = /** @type {"jwks"} */ (on);
  describe(`a fault on ${on}`, () => {
    it("answers with a status that a page can read, once", async () => {
      sandbox.arm({ on: place, status: 502 });
      const reply = await request();
      assert.deepEqual([reply.status, reply.headers.get("access-control-allow-origin")], [502, origin]);
      assert.equal((await request()).status, 200);
    });

    it("loses the request or the reply, once each", async () => {
      sandbox.arm({ on: place, lose: "request" });
      await assert.rejects(request());
      sandbox.arm({ on: place, lose: "reply" });
      const reply = await request();
      assert.equal(reply.status, 200);
      await assert.rejects(reply.text());
      const next = await request();
      assert.equal(next.status, 200);
      await next.text();
    });
  });
}

describe("a fault on the authorization", () => {
  const answer = async () => {
    const request = authorizationRequest(sandbox);
    const { callback } = await passPages(new Browser(), request);
    return { request, callback, parameters: Object.fromEntries(callback.searchParams) };
  };

  it("changes iss or state, or puts an error in the place of the code, once each", async () => {
    sandbox.arm([
      { on: "authorization", iss: "https://evil.example" },
      { on: "authorization", iss: null, delayMs: 50 },
      { on: "authorization", state: "forged" },
      { on: "authorization", error: "server_error", errorDescription: "a bad day" },
    ]);
    const forged = await answer();
    assert.equal(forged.parameters.iss, "https://evil.example");
    assert.ok(forged.parameters.code);
    const without = await answer();
    assert.equal(without.parameters.iss, undefined);
    assert.equal((await answer()).parameters.state, "forged");
    const { request, parameters } = await answer();
    assert.deepEqual(parameters, {
      error: "server_error",
      error_description: "a bad day",
      state: request.state,
      iss: sandbox.issuer,
    });
    const good = await answer();
    assert.deepEqual([good.parameters.iss, good.parameters.state], [sandbox.issuer, good.request.state]);
    await redeem(sandbox, good.request, good.callback);
  });

  it("leaves sign-in and consent pages alone", async () => {
    sandbox.arm({ on: "authorization", state: "forged" });
    const page = await new Browser().go(authorizationRequest(sandbox).url);
    assert.equal(page.status, 200);
    assert.equal(sandbox.faults().length, 1);
  });
});

describe("a fault on the core", () => {
  const upsert = async () =>
    clientV1(sandbox).upsertRegistration(loop(freshNumber()), bearer(await clientToken(sandbox)));

  it("answers with a gRPC status and message, once", async () => {
    sandbox.arm({ on: "core", grpcStatus: 14, grpcMessage: "later, blåbær" });
    const error = await upsert().then(() => assert.fail("it succeeded"), ConnectError.from);
    assert.deepEqual([error.code, error.rawMessage], [Code.Unavailable, "later, blåbær"]);
    assert.equal((await upsert()).statusCode, OK);
  });

  it("answers with headers only, which a page can read", async () => {
    sandbox.arm({ on: "core", grpcStatus: 8 });
    const reply = await at(sandbox, "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration", {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body: new Uint8Array(5),
    });
    assert.deepEqual([reply.status, reply.headers.get("grpc-status"), await reply.text()], [200, "8", ""]);
    assert.match(reply.headers.get("access-control-expose-headers") ?? "", /grpc-status/);
  });

  it("answers with an HTTP status, waits, or loses request or reply, once each", async () => {
    const before = sandbox.registrations().length;
    sandbox.arm({ on: "core", status: 503 });
    await failsWith(upsert(), Code.Unavailable);
    sandbox.arm({ on: "core", lose: "request" });
    await assert.rejects(upsert());
    assert.equal(sandbox.registrations().length, before);
    sandbox.arm({ on: "core", lose: "reply" });
    await assert.rejects(upsert());
    assert.equal(sandbox.registrations().length, before + 1, "processed all the same");
    sandbox.arm({ on: "core", delayMs: 150 });
    const startedAt = performance.now();
    assert.equal((await upsert()).statusCode, OK);
    assert.ok(performance.now() - startedAt > 140);
  });

  it("does not hit a preflight", async () => {
    sandbox.arm({ on: "core", status: 500 });
    const reply = await at(sandbox, "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration", {
      method: "OPTIONS",
    });
    assert.deepEqual([reply.status, sandbox.faults().length], [204, 1]);
  });
});

describe("discovery", () => {
  it("goes on promising iss in the answer, and lists what ID tokens can be signed with", async () => {
    sandbox.configure({ rotateKeys: true, clockOffsetSeconds: 60 });
    const metadata = await json(await at(sandbox, "/.well-known/openid-configuration"));
    assert.equal(metadata.authorization_response_iss_parameter_supported, true);
    assert.deepEqual(metadata.id_token_signing_alg_values_supported, ["RS256", "ES256"]);
    assert.deepEqual(metadata.dpop_signing_alg_values_supported, ["ES256"]);
    sandbox.configure({ dpop: "off" });
    const without = await json(await at(sandbox, "/.well-known/openid-configuration"));
    assert.equal(without.dpop_signing_alg_values_supported, undefined);
  });
});
