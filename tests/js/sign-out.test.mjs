// Signing out: forget, revoke, and leave by the provider's log-out page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, bare, CLIENT, createScript, reply, tokens } from "./scripted-provider.mjs";
import { failing } from "./session.mjs";

const RETURN_TO = "https://app.example.com/bye";
const types = (told) => told.map(({ type }) => type);

async function signedIn() {
  const script = createScript();
  await script.signIn();
  return script;
}

/** Catches the form that the page is left by. */
function catchForms() {
  const forms = [];
  const { createElement } = globalThis.document;
  globalThis.document.createElement = (tag) => {
    const element = createElement(tag);
    if (tag === "form") forms.push(element);
    return element;
  };
  return () =>
    forms.map(({ action, method, children }) => ({
      action,
      method,
      fields: Object.fromEntries(children.map(({ name, value }) => [name, value])),
    }));
}

test("the refresh token is revoked before the access token", async () => {
  const { auth, replies, requests, stored, told } = await signedIn();
  replies.push(reply(200), reply(200));
  assert.deepEqual(await auth.signOut(), { revoked: true });
  assert.deepEqual(
    requests.map(({ url, fields }) => [url, fields]),
    [
      ["refresh-1", "refresh_token"],
      ["access-1", "access_token"],
    ].map(([token, token_type_hint]) => [
      "https://id.wgtwo.com/oauth2/revoke",
      { token, token_type_hint, client_id: CLIENT },
    ]),
  );
  assert.equal(stored(), undefined);
  assert.deepEqual(types(told), ["signedOut"]);
});

test("what is left is a form for the provider", async () => {
  const { auth, replies, stored } = await signedIn();
  const { id_token } = stored();
  replies.push(reply(200), reply(200));
  const forms = catchForms();
  await auth.signOut({ returnTo: RETURN_TO });
  const [{ action, method, fields }] = forms();
  assert.deepEqual([action, method], ["https://id.wgtwo.com/oauth2/sessions/logout", "post"]);
  const { state, ...rest } = fields;
  assert.ok(state.length >= 43);
  assert.deepEqual(rest, {
    id_token_hint: id_token,
    post_logout_redirect_uri: RETURN_TO,
    client_id: CLIENT,
  });
});

test("localOnly leaves the provider's own session alone", async () => {
  const { auth, replies } = await signedIn();
  replies.push(reply(200), reply(200));
  const forms = catchForms();
  assert.deepEqual(await auth.signOut({ localOnly: true }), { revoked: true });
  assert.deepEqual(forms(), []);
});

test("a revocation that fails is told, and fails nothing", async () => {
  const hanging = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  for (const bad of [reply(503), new TypeError("Failed to fetch"), hanging]) {
    const script = createScript({ timeoutMs: 200 });
    await script.signIn();
    script.replies.push(bad, reply(200));
    const forms = catchForms();
    assert.deepEqual(await script.auth.signOut(), { revoked: false });
    assert.equal(script.requests.length, 2, "the access token is revoked all the same");
    assert.deepEqual([forms().length, script.stored()], [1, undefined]);
  }
});

test("the session is gone before the provider is asked", async () => {
  const { auth, replies, stored, told } = await signedIn();
  let seen;
  replies.push(() => {
    seen = [stored(), types(told)];
    return reply(200);
  }, reply(200));
  await auth.signOut();
  assert.deepEqual(seen, [undefined, ["signedOut"]]);
});

test("without a session the provider can still be left", async () => {
  const { auth, requests, told } = createScript();
  const forms = catchForms();
  assert.deepEqual(await auth.signOut({ returnTo: RETURN_TO }), { revoked: true });
  const [{ fields }] = forms();
  assert.deepEqual([fields.id_token_hint, fields.post_logout_redirect_uri], [undefined, RETURN_TO]);
  assert.equal(requests.length, 0);
  assert.deepEqual(types(told), ["signedOut"]);
});

test("a provider without the endpoints is left in this browser", async () => {
  const { auth, begin, replies, stored } = createScript(bare);
  const { state } = await begin();
  replies.push(reply(200, tokens()));
  await auth.handleRedirectCallback(answer(state, "code=a-code"));
  const forms = catchForms();
  assert.deepEqual(await auth.signOut(), { revoked: false });
  assert.deepEqual([forms(), stored()], [[], undefined]);
});

test("a discovery that fails keeps nobody in", async () => {
  const { auth, replies, told } = createScript({ preset: undefined, issuer: "https://id.example.com" });
  replies.push(new TypeError("Failed to fetch"));
  const forms = catchForms();
  await auth.signOut({ returnTo: RETURN_TO });
  assert.deepEqual([forms(), types(told)], [[], ["signedOut"]]);
});

test("what can't be read is left, and not said to be revoked", async () => {
  for (const text of ["{", '{"v":99}']) {
    const { auth, entries, stored } = await signedIn();
    const [key] = [...entries.keys()].filter((name) => name.startsWith("sipbreakout/session/"));
    entries.set(key, text);
    assert.deepEqual(await auth.signOut({ localOnly: true }), { revoked: false }, text);
    assert.equal(stored(), undefined);
  }
});

test("a bad returnTo changes nothing", async () => {
  const { auth, stored, told } = await signedIn();
  for (const returnTo of ["/bye", "http://app.example.com/", "javascript:alert(1)"]) {
    const { code, message } = await failing(auth.signOut({ returnTo }));
    assert.equal(code, "invalid_config");
    assert.match(message, /^`returnTo`/);
  }
  assert.notEqual(stored(), undefined);
  assert.deepEqual(told, []);
});

test("a store that refuses fails the sign-out, and nobody is told that the session is gone", async () => {
  const { auth, options, told, replies, requests } = await signedIn();
  replies.push(reply(200), reply(200));
  options.storage.remove = async () => {
    throw new Error("frozen");
  };
  assert.equal((await failing(auth.signOut())).code, "storage_unavailable");
  assert.equal(requests.length, 2, "its tokens are of no use any more");
  assert.deepEqual(types(told), []);
});
