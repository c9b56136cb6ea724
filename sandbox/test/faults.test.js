// The sandbox misbehaves when it is told to, that often, and then no more: the token endpoint.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signIn } from "./console.js";
import { json, misbehavingSandbox, origin, refresh } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

/** @param {Response} reply */
const readable = (reply) => reply.headers.get("access-control-allow-origin");

describe("a fault of the token endpoint", () => {
  it("answers with a status as often as asked, and the token is not used up", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token.refresh", status: 503, retryAfterSeconds: 2, body: "later", times: 2 });
    for (const hits of [1, 2]) {
      const reply = await refresh(sandbox, tokens.refresh_token);
      assert.deepEqual([reply.status, reply.headers.get("retry-after")], [503, "2"]);
      assert.equal(await reply.text(), "later");
      assert.equal(readable(reply), origin);
      assert.equal(sandbox.faults()[0]?.hits, hits === 1 ? 1 : undefined);
    }
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
  });

  it("exposes to a page what an ordinary reply does, and no more", async () => {
    const { tokens } = await signIn(sandbox);
    const exposed = (/** @type {Response} */ reply) =>
      (reply.headers.get("access-control-expose-headers") ?? "").toLowerCase().split(/, */).sort().join();
    sandbox.arm({ on: "token", status: 429, retryAfterSeconds: 1 });
    const faulty = exposed(await refresh(sandbox, tokens.refresh_token));
    assert.equal(faulty, "dpop-nonce,www-authenticate");
    sandbox.arm({ on: "token", status: 429 });
    const hostile = await refresh(sandbox, "", { headers: { origin: "https://evil.example" } });
    assert.equal(readable(hostile), null);
    assert.equal(exposed(await refresh(sandbox, tokens.refresh_token)), faulty);
  });

  it("answers with JSON, an OAuth error or a redirect", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm([
      { on: "token", status: 500, body: { oh: "no" } },
      { on: "token", error: "invalid_client", errorDescription: "who?", status: 401 },
      { on: "token", error: "invalid_grant" },
      { on: "token", redirectTo: "http://127.0.0.1:1/elsewhere" },
      { on: "token", redirectTo: "http://127.0.0.1:1/elsewhere", status: 302 },
    ]);
    const replies = [];
    for (let i = 0; i < 5; i += 1) replies.push(await refresh(sandbox, tokens.refresh_token));
    assert.deepEqual(
      replies.map(({ status }) => status),
      [500, 401, 400, 307, 302],
    );
    const [failed, refused, , moved] = /** @type {[Response, Response, Response, Response]} */ (replies);
    assert.deepEqual(await json(failed), { oh: "no" });
    assert.deepEqual(await json(refused), { error: "invalid_client", error_description: "who?" });
    assert.equal(moved.headers.get("location"), "http://127.0.0.1:1/elsewhere");
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
  });

  it("hits its own grant only", async () => {
    sandbox.arm({ on: "token.refresh", status: 500 });
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token.code", status: 500 });
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 500);
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
    await assert.rejects(signIn(sandbox), /500 !== 200/);
    await signIn(sandbox);
  });

  it("waits", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm([
      { on: "token", delayMs: 150 },
      { on: "token", delayMs: 150, status: 500 },
    ]);
    for (const status of [200, 500]) {
      const startedAt = performance.now();
      assert.equal((await refresh(sandbox, tokens.refresh_token)).status, status);
      assert.ok(performance.now() - startedAt > 140);
    }
  });

  it("loses a request before it is processed", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token", lose: "request" });
    await assert.rejects(refresh(sandbox, tokens.refresh_token));
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
  });

  it("loses a reply after its head: the token is used up", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.configure({ refreshGraceSeconds: 30 });
    sandbox.arm({ on: "token.refresh", lose: "reply" });
    const reply = await refresh(sandbox, tokens.refresh_token);
    assert.equal(reply.status, 200);
    assert.ok(Number(reply.headers.get("content-length")) > 100);
    const startedAt = performance.now();
    await assert.rejects(reply.text());
    assert.ok(performance.now() - startedAt < 1000, "broken, not left hanging");
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200, "within the grace time");
    sandbox.configure({ refreshGraceSeconds: 0 });
    assert.equal((await json(await refresh(sandbox, tokens.refresh_token))).error, "invalid_grant");
  });

  it("draws the same lots each time, and others with another seed", async () => {
    const run = async (/** @type {number} */ seed) => {
      sandbox.disarm();
      sandbox.arm({ on: "token.refresh", status: 500, probability: 0.5, seed, times: "always" });
      const statuses = [];
      for (let i = 0; i < 16; i += 1) statuses.push((await refresh(sandbox, "none")).status);
      return statuses.join();
    };
    const first = await run(7);
    assert.match(first, /400.*500|500.*400/);
    assert.equal(await run(7), first);
    assert.notEqual(await run(8), first);
    sandbox.disarm();
    assert.equal((await refresh(sandbox, "none")).status, 400);
  });

  it("is over when the client hangs up, and the sandbox goes on", async () => {
    const { tokens } = await signIn(sandbox);
    sandbox.arm({ on: "token", delayMs: 100 });
    const abort = AbortSignal.timeout(30);
    const body = new URLSearchParams({
      client_id: sandbox.clientId,
      grant_type: "refresh_token",
      refresh_token: tokens.refresh_token ?? "",
    });
    await assert.rejects(
      fetch(new URL("/oauth2/token", sandbox.url), { method: "POST", body, signal: abort }),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const [entry] = sandbox.tokenLog.slice(-1);
    assert.deepEqual([entry?.outcome, entry?.replyLost], ["issued", true], "processed in vain");
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 400);
  });
});
