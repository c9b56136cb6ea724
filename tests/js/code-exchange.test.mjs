// A code becomes a session, after all checks and not before.

import assert from "node:assert/strict";
import { test } from "node:test";
import { jwt } from "./people.mjs";
import { answer, bare, CALLBACK, CLIENT, claims, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const now = () => Math.floor(Date.now() / 1000);

/** Exchanges a code; the reply is made of the nonce that was sent. Resolves to the error, if there is one. */
async function exchange(makeReply, more, options) {
  const script = createScript(more);
  const { state, nonce } = await script.begin({ appState: [1], ...options });
  script.replies.push(makeReply(nonce));
  const handled = script.auth.handleRedirectCallback(answer(state, "code=a-code"));
  const outcome = await handled.then(
    ({ appState }) => ({ appState }),
    (error) => ({ error }),
  );
  assert.equal(script.pending().length, 0, "the record is removed, whatever happened");
  const told = script.told.map(({ type }) => type);
  if (outcome.error) assert.deepEqual([script.stored(), told], [undefined, []]);
  else assert.deepEqual([outcome.appState, told], [[1], ["signedIn"]]);
  return { ...script, ...outcome };
}

/** An answer whose ID token says `changed` claims. */
const withClaims = (change) => (nonce) => {
  const said = claims(nonce);
  change(said);
  return reply(200, { ...tokens(), id_token: jwt(said) });
};

async function idTokenRefusal(change) {
  const { error } = await exchange(withClaims(change));
  assert.deepEqual([error?.code, error?.kind, error?.appState], ["id_token_invalid", "protocol", [1]]);
  return error.message;
}

test("the request has what the token endpoint needs, and what comes is stored", async () => {
  const { auth, requests, stored } = await exchange(withClaims(() => {}));
  const [{ url, fields }] = requests;
  assert.equal(url, "https://id.wgtwo.com/oauth2/token");
  const { code_verifier, ...sent } = fields;
  assert.ok(code_verifier.length >= 43);
  const expected = {
    grant_type: "authorization_code",
    code: "a-code",
    redirect_uri: CALLBACK,
    client_id: CLIENT,
  };
  assert.deepEqual(sent, expected);
  const { v, access_token, refresh_token, sub, scope } = stored();
  assert.deepEqual([v, access_token, refresh_token, sub], [2, "access-1", "refresh-1", "user-1"]);
  assert.equal(scope, "openid offline_access phone call.routing:write", "as asked, when the reply is silent");
  assert.deepEqual([await auth.isSignedIn(), await auth.getAccessToken()], [true, "access-1"]);
});

test("a token endpoint of the application's own", async () => {
  const token = "https://app.example.com/oauth2/token";
  const { requests } = await exchange(
    withClaims(() => {}),
    { endpoints: { token } },
  );
  assert.equal(requests[0].url, token);
});

test("a narrower scope is kept as granted", async () => {
  const narrower = (nonce) => reply(200, tokens(1, { scope: "phone", id_token: jwt(claims(nonce)) }));
  const { error, stored } = await exchange(narrower);
  assert.equal(error, undefined);
  assert.equal(stored().scope, "phone");
});

test("an ID token that was asked for must come, whatever was granted", async () => {
  for (const scope of [undefined, "openid phone", "phone"]) {
    const { error } = await exchange(() => reply(200, tokens(1, { scope })));
    assert.equal(error?.code, "id_token_invalid", scope);
  }
  const { error } = await exchange(() => reply(200, tokens()), { scope: "phone" });
  assert.equal(error, undefined, "without openid nobody asks for one");
});

test("with max_age the provider must say that the person signed in lately", async () => {
  const max_age = { authorizationParams: { max_age: "600" } };
  const said = (auth_time) => withClaims((claims) => Object.assign(claims, { auth_time }));
  for (const [given, isOfAuth] of [
    [{}, true],
    [max_age, false],
  ]) {
    const enter = (makeReply) => exchange(makeReply, isOfAuth ? max_age : {}, given);
    assert.equal((await enter(said(now() - 590))).error, undefined);
    for (const auth_time of [now() - 700, undefined, "now"]) {
      const { error } = await enter(said(auth_time));
      assert.deepEqual([error?.code, /`max_age`/.test(error.message)], ["id_token_invalid", true]);
    }
    const odd = await enter(() => reply(200, tokens(1, { id_token: 7 })));
    assert.equal(odd.error?.code, "id_token_invalid", "nobody says when");
  }
  assert.equal((await exchange(said(now() - 86_000))).error, undefined, "nobody asked");
});

test("each claim is checked", async () => {
  for (const [name, change] of [
    ["`iss`", (said) => Object.assign(said, { iss: "https://evil.example.com/" })],
    ["`sub`", (said) => Object.assign(said, { sub: "" })],
    ["`aud`", (said) => Object.assign(said, { aud: "other" })],
    ["`aud`", (said) => Object.assign(said, { aud: ["other"] })],
    ["several clients", (said) => Object.assign(said, { aud: [CLIENT, "other"] })],
    ["another client (`azp`)", (said) => Object.assign(said, { azp: "other" })],
    ["`exp`", (said) => Object.assign(said, { exp: now() - 61 })],
    ["`exp`", (said) => Object.assign(said, { exp: said.iat })],
    ["`nbf`", (said) => Object.assign(said, { nbf: now() + 90 })],
    ["can't be read", (said) => Object.assign(said, { nbf: "soon" })],
    ["can't be read", (said) => Object.assign(said, { exp: 1e12 })],
    ["`nonce`", (said) => Object.assign(said, { nonce: "other" })],
    ["`nonce`", (said) => Object.assign(said, { nonce: undefined })],
  ]) {
    assert.ok((await idTokenRefusal(change)).includes(name), name);
  }
  for (const name of ["iss", "sub", "aud", "exp", "iat"]) {
    assert.match(await idTokenRefusal((said) => Object.assign(said, { [name]: undefined })), /can't be read/);
  }
});

test("a token may be over for less than a minute, and have several audiences", async () => {
  const edges = { exp: now() - 50, iat: now() - 300, aud: ["other", CLIENT], azp: CLIENT };
  const { error } = await exchange(withClaims((said) => Object.assign(said, edges)));
  assert.equal(error, undefined);
});

test("a clock that is off keeps nobody out", async () => {
  for (const seconds of [-86_400, -600, -61, 61, 600, 86_400]) {
    const iat = now() + seconds;
    const good = await exchange(withClaims((said) => Object.assign(said, { iat, exp: iat + 300 })));
    assert.equal(good.error, undefined, String(seconds));
    const over = await exchange(withClaims((said) => Object.assign(said, { iat, exp: iat - 65 })));
    assert.equal(over.error?.code, "id_token_invalid", "it had ended when it was made");
  }
});

test("an ID token that is no JWT is refused, one that is no string costs the name only", async () => {
  for (const id_token of ["", "a.b", "a.b.c", "a.b.c.d", "a.WzFd.c"]) {
    const { error } = await exchange(() => reply(200, tokens(1, { id_token })));
    assert.equal(error?.code, "id_token_invalid", id_token);
  }
  for (const id_token of [null, 7, []]) {
    const { error, stored } = await exchange(() => reply(200, tokens(1, { id_token })));
    assert.deepEqual([error, stored().sub ?? undefined], [undefined, undefined]);
  }
});

test("without an issuer the answer has to agree with itself", async () => {
  const { endpoints } = bare;
  for (const [iss, isGood] of [
    ["https://id.example.com", true],
    ["https://evil.example.com", false],
  ]) {
    const { auth, begin, replies } = createScript({ preset: undefined, endpoints });
    const { state, nonce } = await begin();
    replies.push(reply(200, { ...tokens(), id_token: jwt(claims(nonce, { iss })) }));
    const address = answer(state, "code=a-code&iss=https%3A%2F%2Fid.example.com");
    const code = await auth.handleRedirectCallback(address).then(
      () => undefined,
      (error) => error.code,
    );
    assert.equal(code, isGood ? undefined : "id_token_invalid");
  }
});

test("replies that are no tokens are refused without being quoted", async () => {
  for (const body of [
    "",
    "<!doctype html>planted-secret",
    '["planted-secret","bearer"]',
    '{"token_type":"bearer","refresh_token":"planted-secret"}',
    '{"access_token":"planted-secret\\u00e9","token_type":"bearer"}',
    "access_token=planted-secret&token_type=bearer",
    '{"access_token":"planted-secret","token_type":"mac"}',
    '{"access_token":"","token_type":"bearer"}',
    '{"access_token":"planted-secret x","token_type":"bearer"}',
    '{"access_token":"planted-secret\\n","token_type":"bearer"}',
    '{"access_token":7,"token_type":"planted-secret"}',
    '{"access_token":"planted-secret","token_type":"bearer"',
  ]) {
    const { error } = await exchange(() => reply(200, body));
    assert.deepEqual([error?.code, error?.kind], ["invalid_response", "protocol"], body);
    assert.ok(!`${JSON.stringify(error)} ${error.message}`.includes("planted-secret"), error.message);
  }
});

test("a code that is refused is the provider's error", async () => {
  const error_description = "The code a-code was used already.";
  const refused = await exchange(() => reply(400, { error: "invalid_grant", error_description }));
  const { code, kind, httpStatus, description, appState } = refused.error;
  assert.deepEqual([code, kind, httpStatus], ["invalid_grant", "auth", 400]);
  assert.deepEqual([description, appState], ["The code [removed] was used already.", [1]]);
});

test("a code is sent once, also if no reply comes, or it breaks off", async () => {
  const breaking = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.error(new TypeError("broken"));
        },
      }),
    );
  for (const bad of [new TypeError("Failed to fetch"), breaking]) {
    const { error, requests } = await exchange(() => bad);
    assert.deepEqual([error?.code, error?.retryable, requests.length], ["network", false, 1]);
  }
});

test("a store that refuses fails the sign-in, and nobody has the tokens", async () => {
  const { auth, begin, options, pending, replies, requests, told } = createScript();
  const { state, nonce } = await begin();
  options.storage.set = async () => {
    throw new Error("no room");
  };
  replies.push(reply(200, { ...tokens(), id_token: jwt(claims(nonce)) }), reply(200), reply(200));
  const { code } = await failing(auth.handleRedirectCallback(answer(state, "code=a-code")));
  assert.equal(code, "storage_unavailable");
  assert.deepEqual([told, pending().length], [[], 0]);
  assert.deepEqual(
    requests.slice(1).map(({ fields }) => fields.token),
    ["refresh-1", "access-1"],
  );
});
