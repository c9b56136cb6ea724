// Keepers of a session whose person is not known: no ID token says so. What a session outlives in a browser is in
// tests/keeper/persons.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { reply } from "./fleet.mjs";
import { closePage, openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const home = "https://console.example/";
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };
const clients = [];
before(() => openPage(home));
after(() => {
  for (const client of clients) client.close();
  closePage();
});

let names = 0;

/** `scene.person`: who is behind the tokens; `scene.isNamed`: whether ID tokens say so. */
function open() {
  const provider = createProvider();
  const scene = { isNamed: false, person: "ada", calls: [] };
  const fetch = async (address, init) => {
    const response = await provider.fetch(address, init);
    if (!String(address).endsWith("/token")) return response;
    const { id_token, ...tokens } = await response.json();
    const given = { ...tokens, access_token: `of-${scene.person}`, ...(scene.isNamed && { id_token }) };
    return Response.json(given);
  };
  names += 1;
  const auth = createAuth({
    clientId: "c",
    redirectUri: home,
    issuer: provider.issuer,
    scope: ["offline_access"],
    name: `person-${names}`,
    fetch,
  });
  const client = createClient({
    baseUrl: `https://api-${names}.example.com`,
    auth,
    retry: false,
    fetch: async (url, { headers }) => {
      const method = String(url).split("/").at(-1);
      scene.calls.push([method, new Headers(headers).get("authorization")]);
      return reply(method === "DeleteRegistration" ? [8, 1] : [8, 1, 26, 2, 8, 100]);
    },
  });
  clients.push(client);
  const signIn = async () => auth.handleRedirectCallback(provider.answer(await auth.createSignInUrl()));
  return { auth, client, scene, signIn };
}

const event = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
const told = (keeper) => {
  const types = [];
  for (const type of ["registered", "refreshed", "suspended", "resumed", "stopped"]) {
    keeper.addEventListener(type, () => types.push(type));
  }
  return types;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test("a refresh that says who it is: the keeper goes on, nothing is told anew", async () => {
  const { auth, client, scene, signIn } = open();
  await signIn();
  const keeper = client.keepRegistered(request);
  await event(keeper, "registered");
  const types = told(keeper);
  scene.isNamed = true;
  await auth.getAccessToken({ forceRefresh: true });
  await pause(1500);
  assert.deepEqual(types, []);
  assert.deepEqual([keeper.state, client.keepers.length], ["registered", 1]);
  assert.equal(scene.calls.length, 1);
  // It is the same keeper, and can be changed and stopped.
  await keeper.update({ ...request, routeType: "FORK" });
  await event(keeper, "registered");
  assert.equal(keeper.inEffect.routeType, "FORK");
  await keeper.stop({ delete: true });
  assert.deepEqual(
    scene.calls.map(([method]) => method),
    ["UpsertRegistration", "UpsertRegistration", "DeleteRegistration"],
  );
});

test("somebody else who signs in over it: their number is not registered at the old PBX", async () => {
  const { client, scene, signIn } = open();
  await signIn();
  const keeper = client.keepRegistered(request);
  await event(keeper, "registered");
  scene.person = "bob";
  const suspended = event(keeper, "suspended");
  await signIn();
  await suspended;
  assert.equal(keeper.state, "suspended");
  await keeper.refresh();
  await pause(1500);
  assert.deepEqual(scene.calls, [["UpsertRegistration", "Bearer of-ada"]]);
});

test("signing out deletes what is kept for a session without a name", async () => {
  const { auth, client, scene, signIn } = open();
  await signIn();
  const keeper = client.keepRegistered(request);
  await event(keeper, "registered");
  const { registrationsDeleted } = await auth.signOut({ localOnly: true, deleteRegistrations: true });
  assert.equal(registrationsDeleted, true);
  assert.deepEqual(scene.calls.at(-1), ["DeleteRegistration", "Bearer of-ada"]);
  assert.equal(keeper.state, "stopped");
});
