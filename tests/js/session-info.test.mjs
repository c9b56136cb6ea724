// getSession: what was granted, and until when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { jwt } from "./people.mjs";
import { answer, claims, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

test("nobody is signed in", async () => {
  const script = createScript();
  assert.equal(await script.auth.getSession(), undefined);
  await script.signIn(tokens(1, { expires_in: 0, refresh_token: undefined }));
  assert.equal(await script.auth.getSession(), undefined, "the token is over, and can't be renewed");
});

test("scopes as granted, when the token ends, and what the ID token says; without a request, and no token in it", async () => {
  const script = createScript();
  const before = Date.now();
  await script.signIn(tokens(1, { scope: "openid phone", expires_in: 600 }));
  const session = await script.auth.getSession();
  assert.deepEqual(session.scopes, ["openid", "phone"]);
  assert.ok(Math.abs(session.expiresAt.getTime() - before - 600_000) < 5000);
  const { sub, iss, aud } = session.claims;
  assert.deepEqual([sub, iss, aud], ["user-1", "https://id.wgtwo.com/", "console"]);
  assert.deepEqual(Object.keys(session).sort(), ["claims", "expiresAt", "scopes"]);
  const { access_token, refresh_token, id_token } = script.stored();
  const text = JSON.stringify(session);
  for (const secret of [access_token, refresh_token, id_token, id_token.split(".")[2]]) {
    assert.ok(!text.includes(secret));
  }
  assert.deepEqual(script.requests, []);
});

test("after a refresh it says what came, and an over token that can be renewed is a session", async () => {
  const script = createScript();
  await script.signIn(tokens(1, { expires_in: 0 }));
  assert.ok((await script.auth.getSession()).expiresAt <= new Date());
  const { nonce, ...said } = claims(undefined, { name: "J\u00f6rg \u{1f600}" });
  script.replies.push(reply(200, tokens(2, { scope: "phone", id_token: jwt(said) })));
  await script.auth.getAccessToken();
  const { scopes, expiresAt, claims: found } = await script.auth.getSession();
  assert.deepEqual([scopes, found.name], [["phone"], "J\u00f6rg \u{1f600}"]);
  assert.ok(expiresAt > new Date());
});

test("without an ID token there are no claims", async () => {
  const script = createScript({ scope: "phone" });
  await script.signIn();
  assert.deepEqual(
    [(await script.auth.getSession()).claims, (await script.auth.getSession()).scopes],
    [undefined, ["phone"]],
  );
});

test("it waits for a sign-in that is being finished", async () => {
  const script = createScript();
  const { state, nonce } = await script.begin();
  script.replies.push(reply(200, { ...tokens(), id_token: jwt(claims(nonce)) }));
  const finished = script.auth.handleRedirectCallback(answer(state, "code=a-code"));
  assert.equal((await script.auth.getSession()).claims.sub, "user-1");
  await finished;
});

test("a store that refuses is told: nobody knows", async () => {
  const script = createScript();
  const get = async () => {
    throw new Error("no");
  };
  const auth = createAuth({ ...script.options, storage: { ...script.options.storage, get } });
  assert.equal((await failing(auth.getSession())).code, "storage_unavailable");
});
