// The control endpoint, and settings that change while the sandbox runs.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startSandbox } from "../src/index.js";
import { clientToken, signIn } from "./console.js";
import { bearer, clientV1, freshNumber, loop } from "./core-client.js";
import { at, control, json, misbehavingSandbox } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

describe("the control endpoint", () => {
  it("arms, lists and disarms", async () => {
    const faults = [
      { on: "userinfo", status: 500, times: 2 },
      { on: "jwks", status: 500 },
    ];
    assert.equal((await control(sandbox, "POST", "/control/faults", faults)).status, 200);
    assert.equal((await control(sandbox, "POST", "/control/faults", faults[1])).status, 200);
    assert.equal((await at(sandbox, "/userinfo")).status, 500);
    assert.deepEqual(await json(await control(sandbox, "GET", "/control/faults")), [
      { ...faults[0], hits: 1 },
      { ...faults[1], hits: 0 },
      { ...faults[1], hits: 0 },
    ]);
    await control(sandbox, "DELETE", "/control/faults");
    assert.deepEqual(sandbox.faults(), []);
    assert.equal((await at(sandbox, "/.well-known/jwks.json")).status, 200);
  });

  it("says in a line what is wrong with a fault, and arms none of several", async () => {
    const good = { on: "token", status: 500 };
    for (const [fault, wrong] of /** @type {[unknown, RegExp][]} */ ([
      [{}, /on is missing/],
      [{ on: "moon", status: 500 }, /on can't be "moon"/],
      [{ ...good, color: 1 }, /no field color/],
      [{ ...good, constructor: 1 }, /no field constructor/],
      [{ ...good, times: 0 }, /times can't be 0/],
      [{ ...good, times: "often" }, /times/],
      [{ ...good, probability: "0.5" }, /probability/],
      [{ ...good, probability: 1.1 }, /probability/],
      [{ ...good, seed: "x" }, /seed/],
      [{ ...good, delayMs: -1 }, /delayMs/],
      [{ on: "token", status: 42 }, /status/],
      [{ on: "token" }, /nothing is to go wrong/],
      [{ on: "token", times: 3, seed: 1 }, /nothing is to go wrong/],
      [{ on: "token", lose: "both" }, /lose/],
      [{ on: "token", redirectTo: "nowhere" }, /redirectTo/],
      [{ on: "token", redirectTo: "http://127.0.0.1/", status: 500 }, /300 to 399/],
      [{ on: "token", error: "invalid_grant", status: 200 }, /400 to 599/],
      [{ on: "token", error: "invalid_grant", lose: "reply" }, /exclude/],
      [{ on: "token", status: 500, lose: "request" }, /exclude/],
      [{ on: "token", body: "text" }, /body needs status/],
      [{ on: "token", retryAfterSeconds: 1 }, /needs status/],
      [{ on: "token", errorDescription: "text" }, /needs error/],
      [{ on: "token", claims: {} }, /claims means nothing on token/],
      [{ on: "idToken", status: 500 }, /status means nothing on idToken/],
      [{ on: "idToken", claims: [] }, /claims/],
      [{ on: "authorization", lose: "reply" }, /lose means nothing/],
      [{ on: "core", error: "invalid_grant" }, /error means nothing/],
      [{ on: "core", grpcStatus: 0 }, /grpcStatus/],
      [{ on: "core", grpcMessage: "text" }, /needs grpcStatus/],
      ["token", /JSON/],
      [null, /object/],
      [[good, null], /a fault is an object/],
      [[good, { on: "token" }], /nothing/],
    ])) {
      const reply = await control(sandbox, "POST", "/control/faults", fault);
      assert.equal(reply.status, 400, JSON.stringify(fault));
      const { error } = await json(reply);
      assert.match(error, fault === "token" ? /object/ : wrong);
      assert.doesNotMatch(error, /\n/);
      assert.deepEqual(sandbox.faults(), []);
    }
    assert.throws(() => sandbox.arm(/** @type {any} */ ({ on: "moon" })), TypeError);
  });

  it("takes JSON only, and lets no page of another machine in", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json-patch"]) {
      for (const path of ["/control", "/control/faults", "/control/revoke-consent"]) {
        const init = { method: "POST", headers: { "content-type": type }, body: "{}" };
        assert.equal((await at(sandbox, path, init)).status, 415);
      }
    }
    const headers = { "content-type": "application/json; charset=utf-8" };
    assert.equal((await at(sandbox, "/control", { method: "POST", headers, body: "{}" })).status, 200);
    const broken = await at(sandbox, "/control", { method: "POST", headers, body: "{secret" });
    assert.deepEqual([broken.status, await json(broken)], [400, { error: "the body is not JSON" }]);
    for (const origin of ["https://evil.example", "null"]) {
      const preflight = await at(sandbox, "/control", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      assert.equal(preflight.headers.get("access-control-allow-origin"), null);
    }
    const own = await at(sandbox, "/control", { method: "OPTIONS" });
    assert.match(own.headers.get("access-control-allow-headers") ?? "", /content-type/);
    assert.equal((await control(sandbox, "PUT", "/control/faults", {})).status, 404);
  });

  it("tells no secret", async () => {
    await signIn(sandbox);
    sandbox.arm({ on: "token", error: "invalid_grant" });
    for (const path of ["/control/faults", "/control/token-log", "/status.json"]) {
      const text = await (await at(sandbox, path)).text();
      for (const secret of sandbox.issuedSecrets) assert.ok(!text.includes(secret), path);
    }
  });
});

describe("settings", () => {
  it("change the life of tokens and registrations from then on", async () => {
    await control(sandbox, "POST", "/control", { tokenTtlSeconds: 77, ttlSeconds: 33 });
    assert.equal((await signIn(sandbox)).tokens.expires_in, 77);
    const call = { ...loop(freshNumber()) };
    const reply = await clientV1(sandbox).upsertRegistration(call, bearer(await clientToken(sandbox)));
    assert.equal(reply.timeToLive?.seconds, 33n);
    assert.equal((await json(await at(sandbox, "/status.json"))).ttlSeconds, 33);
  });

  it("are refused in a line when they make no sense, and then none changes", async () => {
    for (const [changes, wrong] of /** @type {[unknown, RegExp][]} */ ([
      [{ tokenTtlSeconds: 0 }, /tokenTtlSeconds can't be 0/],
      [{ ttlSeconds: 5, refreshGraceSeconds: -1 }, /refreshGraceSeconds/],
      [{ clockOffsetSeconds: 1.5 }, /clockOffsetSeconds/],
      [{ dpop: true }, /dpop can't be true/],
      [{ dpopNonces: 1 }, /dpopNonces/],
      [{ openerPolicy: "none" }, /openerPolicy/],
      [{ rotateKeys: false }, /rotateKeys must be true/],
      [{ port: 1 }, /no setting port/],
      [{ constructor: 1 }, /no setting constructor/],
      [[], /object/],
    ])) {
      const reply = await control(sandbox, "POST", "/control", changes);
      assert.equal(reply.status, 400);
      assert.match((await json(reply)).error, wrong);
    }
    assert.equal((await json(await at(sandbox, "/status.json"))).ttlSeconds, 3600);
  });

  it("openerPolicy is sent with every page, errors included", async () => {
    const sent = async () => {
      // The status page, a sign-in that is over, and oidc-provider's own page.
      const replies = ["/", "/interaction/over", "/oauth2/auth?client_id=unknown"].map((path) =>
        at(sandbox, path),
      );
      return (await Promise.all(replies)).map(({ headers }) => headers.get("cross-origin-opener-policy"));
    };
    assert.deepEqual(await sent(), [null, null, null]);
    for (const openerPolicy of /** @type {const} */ (["same-origin", "same-origin-allow-popups"])) {
      sandbox.configure({ openerPolicy });
      assert.deepEqual(await sent(), Array(3).fill(openerPolicy));
    }
  });

  it("can be given at the start", async () => {
    const options = /** @type {const} */ ({ clockOffsetSeconds: 900, dpop: "required", dpopNonces: true });
    const other = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ...options });
    try {
      const reply = await at(other, "/.well-known/openid-configuration");
      assert.ok(Date.parse(reply.headers.get("date") ?? "") > Date.now() + 890_000);
      await assert.rejects(signIn(other), /400 !== 200/);
    } finally {
      await other.close();
    }
    for (const wrong of [{ clockOffsetSeconds: 0.5 }, { dpop: "maybe" }, { dpopNonces: 1 }]) {
      await assert.rejects(startSandbox(/** @type {any} */ (wrong)), TypeError);
    }
  });
});
