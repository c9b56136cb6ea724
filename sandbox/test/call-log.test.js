// The log of calls to the core proves who called when, and what came of it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientToken } from "./console.js";
import { clientV1, freshNumber, loop } from "./core-client.js";
import { misbehavingSandbox } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

describe("the call log", () => {
  it("tells who called, when, about which number, and what came of it", async () => {
    const client = clientV1(sandbox);
    const number = freshNumber();
    const headers = { authorization: `Bearer ${await clientToken(sandbox)}`, "x-sandbox-label": "one" };
    await client.upsertRegistration(loop(number), { headers });
    await client.upsertRegistration(loop(number, { sipUri: "sip:pbx" }), { headers });
    await client.deleteRegistration(loop(number), { headers });
    await client.upsertRegistration(loop(number)).catch(() => {});
    sandbox.arm([
      { on: "core", grpcStatus: 14 },
      { on: "core", lose: "request" },
    ]);
    await client.upsertRegistration(loop(number), { headers }).catch(() => {});
    await client.upsertRegistration(loop(number), { headers }).catch(() => {});
    const known = { label: "one", phoneNumber: number };
    const sipUri = "sips:pbx.example.com";
    assert.deepEqual(
      sandbox.callLog.map(({ startedAt, endedAt, ...rest }) => rest),
      [
        { method: "UpsertRegistration", ...known, sipUri, outcome: "ok" },
        { method: "UpsertRegistration", ...known, sipUri: "sip:pbx", outcome: "refused" },
        { method: "DeleteRegistration", ...known, sipUri, outcome: "ok" },
        { method: "UpsertRegistration", outcome: "unauthenticated" },
        { method: "UpsertRegistration", label: "one", outcome: "fault" },
        { method: "UpsertRegistration", label: "one", outcome: "fault" },
      ],
    );
    let before = Date.now() - 10_000;
    for (const { startedAt, endedAt } of sandbox.callLog) {
      assert.ok(startedAt >= before && endedAt >= startedAt);
      before = endedAt;
    }
  });

  it("shows that calls overlap", async () => {
    sandbox.callLog.length = 0;
    const client = clientV1(sandbox);
    const headers = { authorization: `Bearer ${await clientToken(sandbox)}` };
    sandbox.arm({ on: "core", delayMs: 200, times: 2 });
    await Promise.all([1, 2].map(() => client.upsertRegistration(loop(freshNumber()), { headers })));
    const [first, second] = sandbox.callLog;
    assert.ok(Number(second?.startedAt) < Number(first?.endedAt));
  });
});
