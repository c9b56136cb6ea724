// Who is signed in, as the provider says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, bare, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

async function signedIn() {
  const script = createScript();
  await script.signIn();
  return script;
}

test("claims come as they are", async () => {
  const { auth, replies, requests } = await signedIn();
  const claims = {
    sub: "user-1",
    phone_number: "+4799900001",
    phone_number_verified: true,
    sid: "s",
    n: 1.5,
  };
  replies.push(reply(200, ` ${JSON.stringify(claims)}`));
  const user = await auth.getUser();
  assert.deepEqual(user, { sub: "user-1", phoneNumber: "+4799900001", phoneNumberVerified: true, claims });
  const [{ url, headers }] = requests;
  assert.equal(url, "https://id.wgtwo.com/userinfo");
  assert.deepEqual(
    [headers.get("authorization"), headers.get("accept")],
    ["Bearer access-1", "application/json"],
  );
});

test("claims of another type are left out", async () => {
  const { auth, replies } = await signedIn();
  replies.push(reply(200, { sub: "user-1", phone_number: { e164: "+47" }, phone_number_verified: "false" }));
  const { phoneNumber, phoneNumberVerified } = await auth.getUser();
  assert.deepEqual([phoneNumber, phoneNumberVerified], [undefined, false]);
});

test("another user's are refused", async () => {
  const { auth, replies } = await signedIn();
  replies.push(reply(200, { sub: "user-2" }));
  assert.equal((await failing(auth.getUser())).code, "subject_mismatch");
});

test("a 401 is answered with one refresh", async () => {
  const { auth, replies, requests } = await signedIn();
  replies.push(reply(401), reply(200, tokens(2)), reply(200, { sub: "user-1" }));
  assert.equal((await auth.getUser()).sub, "user-1");
  assert.equal(requests.at(-1).headers.get("authorization"), "Bearer access-2");

  replies.push(reply(401), reply(200, tokens(3)), reply(401, { error: "invalid_token" }));
  const { code, kind, httpStatus, message } = await failing(auth.getUser());
  assert.deepEqual([code, kind, httpStatus], ["invalid_token", "auth", 401]);
  assert.match(message, /invalid_token/);
});

test("a network error says what else it may be", async () => {
  const { auth, replies } = await signedIn();
  replies.push(new TypeError("Failed to fetch"));
  const { code, retryable, message } = await failing(auth.getUser());
  assert.deepEqual([code, retryable], ["network", true]);
  assert.match(message, /expired.*CORS/);
});

test("replies that are no claims are refused", async () => {
  for (const body of ["", '["user-1"]', "{}", '{"sub":""}', '{"sub":7}', "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"]) {
    const { auth, replies } = await signedIn();
    replies.push(reply(200, body));
    assert.equal((await failing(auth.getUser())).code, "invalid_response", body);
  }
});

test("nobody signed in, and no endpoint, are told apart", async () => {
  assert.equal((await failing(createScript().auth.getUser())).code, "sign_in_required");

  const { auth, begin, replies } = createScript(bare);
  const { state } = await begin();
  replies.push(reply(200, tokens()));
  await auth.handleRedirectCallback(answer(state, "code=a-code"));
  const { code, message } = await failing(auth.getUser());
  assert.equal(code, "invalid_config");
  assert.match(message, /^`endpoints.userInfo`/);
});
