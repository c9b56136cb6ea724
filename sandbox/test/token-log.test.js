// The log of token operations proves what happened, and tells no token.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { TokenLog } from "../src/identity/token-log.js";
import { claimsOf, clientToken, signIn } from "./console.js";
import { control, json, misbehavingSandbox, origin, refresh } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

const fingerprint = (/** @type {string | null | undefined} */ secret) =>
  createHash("sha256")
    .update(secret ?? "")
    .digest("hex")
    .slice(0, 12);

describe("the token log", () => {
  it("tells who asked for what, when, and what came of it", async () => {
    const { tokens, callback } = await signIn(sandbox);
    const renewed = await json(await refresh(sandbox, tokens.refresh_token));
    await refresh(sandbox, "none");
    const [code, used, refused] = sandbox.tokenLog;
    const { sub } = claimsOf(tokens.id_token ?? "");
    const common = { clientId: sandbox.clientId, origin, replyLost: false, dpop: false };
    const { startedAt, endedAt, ...rest } = code ?? assert.fail();
    assert.ok(startedAt < endedAt && Math.abs(startedAt - Date.now()) < 10_000);
    assert.deepEqual(rest, {
      ...common,
      grantType: "authorization_code",
      tokenFingerprint: fingerprint(callback.searchParams.get("code")),
      issuedFingerprint: fingerprint(tokens.refresh_token),
      subject: sub,
      outcome: "issued",
    });
    assert.ok(Number(used?.startedAt) >= endedAt);
    assert.deepEqual(
      [used?.grantType, used?.tokenFingerprint, used?.issuedFingerprint, used?.subject],
      ["refresh_token", code?.issuedFingerprint, fingerprint(renewed.refresh_token), sub],
    );
    assert.deepEqual([refused?.outcome, refused?.issuedFingerprint], ["invalid_grant", undefined]);
  });

  it("tells faults, lost requests and lost replies apart", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm([
      { on: "token", status: 503 },
      { on: "token", error: "invalid_scope" },
      { on: "token", lose: "request" },
      { on: "token", lose: "reply" },
    ]);
    sandbox.tokenLog.length = 0;
    for (let i = 0; i < 4; i += 1) {
      await refresh(sandbox, tokens.refresh_token)
        .then((reply) => reply.text())
        .catch(() => {});
    }
    assert.deepEqual(
      sandbox.tokenLog.map(({ outcome, replyLost }) => [outcome, replyLost]),
      [
        ["503", false],
        ["invalid_scope", false],
        ["lost", false],
        ["issued", true],
      ],
    );
    assert.ok(sandbox.tokenLog.every(({ startedAt, endedAt }) => endedAt >= startedAt));
  });

  it("names the vendor's client, which sends its id with its secret", async () => {
    await clientToken(sandbox);
    assert.deepEqual(
      sandbox.tokenLog.map(({ clientId, grantType, outcome }) => [clientId, grantType, outcome]),
      [["sipbreakout-vendor", "client_credentials", "issued"]],
    );
  });

  it("can be read and cleared over HTTP, and has no secret in it", async () => {
    const { tokens } = await signIn(sandbox);
    await refresh(sandbox, tokens.refresh_token);
    const text = await (await control(sandbox, "GET", "/control/token-log")).text();
    assert.deepEqual(JSON.parse(text), sandbox.tokenLog);
    for (const secret of sandbox.issuedSecrets) assert.ok(!text.includes(secret));
    await control(sandbox, "DELETE", "/control/token-log");
    assert.deepEqual(sandbox.tokenLog, []);
    assert.deepEqual(await json(await control(sandbox, "GET", "/control/token-log")), []);
  });

  it("keeps the last 10,000", () => {
    const log = new TokenLog();
    for (let i = 0; i <= 10_000; i += 1) {
      const req = new IncomingMessage(new Socket());
      log.begin(req, new ServerResponse(req), new URLSearchParams({ client_id: String(i) }));
    }
    assert.deepEqual([log.entries.length, log.entries[0]?.clientId], [10_000, "1"]);
  });
});
