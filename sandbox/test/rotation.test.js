// Refresh tokens under pressure: uses at the same time, and a grace time that changes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { signIn } from "./console.js";
import { json, misbehavingSandbox, refresh, userInfo } from "./misbehaving.js";

const sandbox = misbehavingSandbox();

/**
 * @param {string | undefined} token
 * @param {number} times
 */
async function atOnce(token, times) {
  const replies = await Promise.all(Array.from({ length: times }, () => refresh(sandbox, token)));
  return Promise.all(replies.map(json));
}

describe("a refresh token used by several at once", () => {
  it("without grace is good for one, and that one's tokens end too", async () => {
    const { tokens } = await signIn(sandbox);
    const other = await signIn(sandbox);
    const replies = await atOnce(tokens.refresh_token, 6);
    const issued = replies.filter(({ access_token }) => access_token);
    assert.equal(issued.length, 1);
    assert.equal(replies.filter(({ error }) => error === "invalid_grant").length, 5);
    const [{ refresh_token, access_token }] = issued;
    assert.equal((await json(await refresh(sandbox, refresh_token))).error, "invalid_grant");
    assert.equal((await userInfo(sandbox, access_token)).status, 401);
    assert.equal((await refresh(sandbox, other.tokens.refresh_token)).status, 200);
  });

  it("within the grace time gives each another one that is good", async () => {
    sandbox.configure({ refreshGraceSeconds: 30 });
    const { tokens } = await signIn(sandbox);
    const replies = await atOnce(tokens.refresh_token, 6);
    assert.equal(new Set(replies.map(({ refresh_token }) => refresh_token)).size, 6);
    for (const { refresh_token, access_token } of replies) {
      assert.equal((await userInfo(sandbox, access_token)).status, 200);
      assert.equal((await refresh(sandbox, refresh_token)).status, 200);
    }
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
  });
});

describe("the grace time", () => {
  it("can change while a token is in it", async () => {
    const { tokens } = await signIn(sandbox);
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
    sandbox.configure({ refreshGraceSeconds: 30 });
    assert.equal((await refresh(sandbox, tokens.refresh_token)).status, 200);
    sandbox.configure({ refreshGraceSeconds: 0 });
    const { refresh_token: latest } = (await signIn(sandbox)).tokens;
    assert.equal((await json(await refresh(sandbox, tokens.refresh_token))).error, "invalid_grant");
    assert.equal((await refresh(sandbox, latest)).status, 200, "another sign-in goes on");
  });

  it("counts from the first use", async () => {
    sandbox.configure({ refreshGraceSeconds: 0.6 });
    const { tokens } = await signIn(sandbox);
    const statuses = [];
    for (const pauseMs of [0, 350, 350]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      statuses.push((await refresh(sandbox, tokens.refresh_token)).status);
    }
    assert.deepEqual(statuses, [200, 200, 400]);
  });
});

describe("revocation at the same time as a refresh", () => {
  it("leaves no token alive", async () => {
    const { tokens } = await signIn(sandbox);
    const revocation = fetch(new URL("/oauth2/revoke", sandbox.url), {
      method: "POST",
      body: new URLSearchParams({ client_id: sandbox.clientId, token: tokens.refresh_token ?? "" }),
    });
    const [reply] = await Promise.all([refresh(sandbox, tokens.refresh_token).then(json), revocation]);
    if (reply.access_token) {
      assert.equal((await userInfo(sandbox, reply.access_token)).status, 401);
      assert.equal((await refresh(sandbox, reply.refresh_token)).status, 400);
    } else assert.equal(reply.error, "invalid_grant");
  });
});
