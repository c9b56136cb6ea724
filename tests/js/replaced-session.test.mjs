// A session that another sign-in takes the place of, and an answer that was handled before its session was signed out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { adapterOf, createPeople } from "./people.mjs";
import { failing } from "./session.mjs";

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

function enter(more) {
  openPage("https://console.example/back");
  const people = createPeople();
  const auth = createAuth(people.options({ storage: adapterOf(), autoRefresh: false, ...more }));
  return { people, auth };
}

test("another person's sign-in revokes the tokens of who was there before", async () => {
  const { people, auth } = enter();
  await people.signIn(auth, "ada");
  const access = await auth.getAccessToken();
  await people.signIn(auth, "ben");
  await settled();
  assert.equal(people.revoked.length, 2);
  assert.match(people.revoked[0], /^refresh-of-ada/);
  assert.equal(people.revoked[1], access);
  assert.match(await auth.getAccessToken(), /^access-of-ben/);
});

test("a sign-in does not wait for that", async () => {
  const { people, auth } = enter();
  await people.signIn(auth, "ada");
  const { fetch } = people.options();
  const hanging = createAuth(
    people.options({
      storage: adapterOf(),
      autoRefresh: false,
      name: "hanging",
      fetch: (address, init) =>
        String(address).endsWith("/revoke") ? new Promise(() => {}) : fetch(address, init),
    }),
  );
  await people.signIn(hanging, "ada");
  await people.signIn(hanging, "ben");
  assert.match(await hanging.getAccessToken(), /^access-of-ben/);
});

test("the same person's, and one of whom nobody knows who it is, revoke nothing: some providers would end the new one, too", async () => {
  for (const isOpenId of [true, false]) {
    const { people, auth } = enter();
    people.isOpenId = isOpenId;
    const same = createAuth(people.options({ storage: adapterOf(), autoRefresh: false, name: "same" }));
    await people.signIn(isOpenId ? auth : same, "ada");
    await people.signIn(isOpenId ? auth : same, "ada");
    await settled();
    assert.deepEqual(people.revoked, []);
  }
});

test("a copied tab's sign-in leaves the original's tokens alone", async () => {
  const { people, auth } = enter();
  await people.signIn(auth, "ada");
  const storage = adapterOf();
  const copy = createAuth(people.options({ storage, autoRefresh: false, name: "copy" }));
  await people.signIn(copy, "ada");
  const [key, text] = [...storage.entries].find(([name]) => name.startsWith("sipbreakout/session/"));
  storage.entries.set(key, JSON.stringify({ ...JSON.parse(text), refresh_token: null, is_copy: true }));
  await people.signIn(copy, "ben");
  await settled();
  assert.deepEqual(people.revoked, []);
});

test("after a sign-out an old answer leads to nothing", async () => {
  const { people, auth } = enter();
  const answer = await people.answer(auth, "ada", { appState: "ada's" });
  globalThis.location.href = answer;
  const finished = auth.handleRedirectCallback();
  assert.equal(auth.handleRedirectCallback(), finished, "React's strict mode asks twice");
  assert.deepEqual(await finished, { appState: "ada's" });
  assert.deepEqual(await auth.handleRedirectCallback(answer), { appState: "ada's" });
  await auth.signOut({ localOnly: true });
  assert.deepEqual(await auth.handleRedirectCallback(answer), { appState: undefined });
  assert.equal((await failing(auth.handleRedirectCallback())).code, "not_a_callback");
  assert.deepEqual([await auth.isSignedIn(), people.exchanges], [false, 1]);
});

test("nor does it in another tab, which only hears of the sign-out", async () => {
  const { people } = enter();
  const storage = adapterOf();
  const [one, other] = [storage, { ...storage }].map((store) =>
    createAuth(people.options({ storage: store, autoRefresh: false })),
  );
  const answer = await people.answer(one, "ada", { appState: "ada's" });
  await one.handleRedirectCallback(answer);
  assert.equal(await other.isSignedIn(), true);
  const told = new Promise((resolve) => one.addEventListener("signedOut", resolve));
  await other.signOut({ localOnly: true });
  await told;
  assert.deepEqual(await one.handleRedirectCallback(answer), { appState: undefined });
});
