// Leaving the page: to sign in, to sign out, and where there is no page to leave.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { closePage, openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/";
let page;
let provider;
let auth;
let session = 0;

beforeEach(() => {
  page = openPage(home);
  provider = createProvider();
  session += 1;
  const name = `session-${session}`;
  auth = createAuth({
    clientId: "c",
    redirectUri: home,
    issuer: provider.issuer,
    fetch: provider.fetch,
    name,
  });
});

async function signIn() {
  await auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
}

async function refused(promise, message) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual([error.name, error.code, error.kind], ["AuthError", "invalid_config", "config"]);
    assert.match(error.message, message);
    return true;
  });
}

test("signIn goes to the provider", async () => {
  assert.equal(await auth.signIn(), undefined);
  assert.equal(page.visited.length, 1);
  assert.ok(page.visited[0].startsWith(`${provider.issuer}/auth?`));
});

test("signOut posts the ID token, and says that the tokens are revoked", async () => {
  await signIn();
  assert.deepEqual(await auth.signOut({ returnTo: home }), { revoked: true });
  const [form] = page.submitted;
  assert.deepEqual([form.tag, form.method, form.hidden], ["form", "post", true]);
  assert.equal(form.action, `${provider.issuer}/logout`);
  const fields = new Map(form.children.map(({ tag, type, name, value }) => [name, [tag, type, value]]));
  assert.deepEqual(fields.get("post_logout_redirect_uri"), ["input", "hidden", home]);
  assert.match(fields.get("id_token_hint")[2], /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.equal(await auth.isSignedIn(), false);
});

test("signOut says when the provider did not confirm", async () => {
  await signIn();
  provider.revocationStatus = 503;
  assert.deepEqual(await auth.signOut({ localOnly: true }), { revoked: false });
  assert.deepEqual(page.submitted, []);
  assert.equal(await auth.isSignedIn(), false);
});

test("a page that may not be left gives an error of ours", async () => {
  const forbidden = () => {
    throw new DOMException("sandboxed", "SecurityError");
  };
  globalThis.location.assign = forbidden;
  await refused(auth.signIn(), /could not leave/);
  await signIn();
  globalThis.document.createElement = forbidden;
  await refused(auth.signOut(), /could not leave/);
  assert.equal(await auth.isSignedIn(), false);
});

test("without a page signIn says what to use instead, and signOut skips the form", async () => {
  await signIn();
  closePage();
  await refused(auth.signIn(), /createSignInUrl\(\)/);
  assert.ok((await auth.createSignInUrl()).href.startsWith(provider.issuer));
  assert.deepEqual(await auth.signOut(), { revoked: true });
  assert.deepEqual(page.submitted, []);
});
