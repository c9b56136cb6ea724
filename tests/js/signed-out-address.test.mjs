// Back from the provider's log-out page: it sends the `state` along that it was given. It is checked, and leaves the address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { createScript, reply } from "./scripted-provider.mjs";

const RETURN_TO = "https://app.example.com/bye?tab=2";

/** Signs out. `fields` is what the log-out page is sent. */
async function signedOut(options = { returnTo: RETURN_TO }) {
  const script = createScript();
  await script.signIn();
  script.replies.push(reply(200), reply(200));
  let form;
  const { createElement } = globalThis.document;
  globalThis.document.createElement = (tag) => {
    const element = createElement(tag);
    if (tag === "form") form = element;
    return element;
  };
  await script.auth.signOut(options);
  const fields = Object.fromEntries(form.children.map(({ name, value }) => [name, value]));
  return { ...script, fields };
}

test("the state of the sign-out leaves the address when the page's Auth is made, and nothing else", async () => {
  const { options, fields } = await signedOut();
  globalThis.history.state = { of: "the router" };
  globalThis.location.href = `${RETURN_TO}&state=mine&state=${fields.state}&flag#part`;
  const auth = createAuth(options);
  assert.equal(globalThis.location.href, `${RETURN_TO}&state=mine&flag#part`);
  assert.deepEqual(globalThis.history.state, { of: "the router" });
  assert.equal(auth.isRedirectCallback(), false);
  // Once is enough.
  const again = `${RETURN_TO}&state=${fields.state}`;
  globalThis.location.href = again;
  createAuth(options);
  assert.equal(globalThis.location.href, again);
  assert.ok(!JSON.stringify(globalThis.sessionStorage).includes(fields.state));
});

test("what is not the state of the sign-out stays", async () => {
  const { options, fields } = await signedOut();
  for (const query of ["&state=x", "", `&next=${fields.state}`, `#state=${fields.state}`]) {
    globalThis.location.href = RETURN_TO + query;
    createAuth(options);
    assert.equal(globalThis.location.href, RETURN_TO + query);
  }
  globalThis.location.href = `${RETURN_TO}&state=${fields.state}`;
  createAuth({ ...options, name: "another" });
  assert.equal(globalThis.location.href, `${RETURN_TO}&state=${fields.state}`);
});

test("who does not come back, or could not be checked, is sent away without a state", async () => {
  const { fields } = await signedOut({});
  assert.equal("state" in fields, false);
  const script = createScript();
  await script.signIn();
  script.replies.push(reply(200), reply(200));
  globalThis.sessionStorage.setItem = () => {
    throw new Error("no room");
  };
  let form;
  const { createElement } = globalThis.document;
  globalThis.document.createElement = (tag) => {
    const element = createElement(tag);
    if (tag === "form") form = element;
    return element;
  };
  await script.auth.signOut({ returnTo: RETURN_TO });
  assert.deepEqual(
    form.children.map(({ name }) => name),
    ["id_token_hint", "post_logout_redirect_uri", "client_id"],
  );
});

test("a page without an address bar, or without storage, has its Auth all the same", async () => {
  const { options } = await signedOut();
  for (const name of ["sessionStorage", "history", "location"]) {
    const before = globalThis[name];
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
    assert.equal(createAuth(options).isRedirectCallback(), false);
    Object.defineProperty(globalThis, name, { value: before, configurable: true });
  }
});
