// Who is signed in is asked of a store whose answers come in any order: what was true last counts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { reply } from "./fleet.mjs";
import { closePage, openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";
import { pause, until } from "./scripted-core.mjs";

const home = "https://console.example/";
before(() => openPage(home));
after(closePage);

/** A store that answers at once, or when `letGo()` is called: with what it had when it was asked. */
function slowStore() {
  const entries = new Map();
  const store = { isSlow: false, held: [], entries };
  store.adapter = {
    get: (key) => {
      const value = entries.get(key);
      if (!store.isSlow) return Promise.resolve(value);
      return new Promise((resolve) => store.held.push(() => resolve(value)));
    },
    set: async (key, value) => void entries.set(key, value),
    remove: async (key) => void entries.delete(key),
  };
  store.letGo = () => {
    for (const go of store.held.splice(0)) go();
  };
  return store;
}

test("an answer about who was signed in, which comes late, resumes nobody's registrations", async (t) => {
  const provider = createProvider();
  const scene = { person: "ada", calls: [] };
  const store = slowStore();
  const fetch = async (address, init) => {
    const response = await provider.fetch(address, init);
    if (!String(address).endsWith("/token")) return response;
    const { id_token, ...tokens } = await response.json();
    return Response.json({ ...tokens, access_token: `of-${scene.person}` });
  };
  const auth = createAuth({
    clientId: "c",
    redirectUri: home,
    issuer: provider.issuer,
    scope: ["offline_access"],
    name: "owner-order",
    fetch,
    storage: store.adapter,
  });
  const client = createClient({
    baseUrl: "https://api-owner-order.example.com",
    auth,
    retry: false,
    fetch: async (url, { headers }) => {
      scene.calls.push([String(url).split("/").at(-1), new Headers(headers).get("authorization")]);
      return reply([8, 1, 26, 2, 8, 100]);
    },
  });
  t.after(() => client.close());
  const signIn = async () => auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
  await signIn();
  const keeper = client.keepRegistered({ sipUri: "sips:a.example.com", routeType: "LOOP" });
  await until("it is registered", () => keeper.state === "registered");
  const states = [];
  for (const type of ["suspended", "resumed", "stopped"])
    keeper.addEventListener(type, () => states.push(type));

  // After a refresh the keeper asks who is there. The store answers one of these questions only when somebody else is.
  await auth.getAccessToken({ forceRefresh: true });
  store.isSlow = true;
  await until("it is asked", () => store.held.length > 0);
  // It looks twice: whether somebody is signed in, and who.
  store.letGo();
  await until("it is asked once more", () => store.held.length > 0);
  store.isSlow = false;
  scene.person = "bob";
  await signIn();
  await until("another person's are not kept", () => keeper.state === "suspended");
  store.letGo();
  await pause(1500);
  assert.deepEqual(states, ["suspended"]);
  await keeper.refresh();
  await pause(200);
  assert.deepEqual(scene.calls, [["UpsertRegistration", "Bearer of-ada"]]);
});
