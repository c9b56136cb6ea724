// What a view shows of keepers: one for each number, and that nobody is signed in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { openPage } from "./page.mjs";
import { listen, scriptedCore, until } from "./scripted-core.mjs";
import { adapter, renewed, reply, signedIn } from "./session.mjs";

const request = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

test("two keepers of one number are one entry of client.keepers: the one that was made last", async (t) => {
  const core = scriptedCore();
  t.after(() => core.close());
  const client = core.client();
  const first = client.keepRegistered(request);
  const other = client.keepRegistered({ ...request, phoneNumber: "+4799900002" });
  const second = client.keepRegistered({ ...request, phoneNumber: "+47 999 00 001" });
  assert.deepEqual(client.keepers, [second, other]);
  await until("both are registered", () => [first, second].every(({ state }) => state === "registered"));
  assert.deepEqual(client.keepers, [second, other]);
  assert.equal(client.keepers, client.keepers, "the same until it changes");
  await second.stop();
  // The number is kept until the last one is stopped.
  assert.deepEqual(client.keepers, [first, other]);
  assert.equal(first.state, "registered");
  await first.stop();
  assert.deepEqual(client.keepers, [other]);
});

test("when nobody was signed in from the start, suspended is an event, too", async (t) => {
  const auth = createAuth({
    issuer: "https://id.example.com",
    clientId: "c",
    redirectUri: "https://console.example/",
  });
  const client = createClient({ baseUrl: "https://api.example.com", auth });
  t.after(() => client.close());
  const keeper = client.keepRegistered({ sipUri: "sips:a.example.com", routeType: "LOOP" });
  const told = listen(keeper);
  await until("suspended", () => keeper.state === "suspended");
  assert.deepEqual([...told], ["suspended"]);
});

test("close() leaves an error of the client's own family to who keeps something afterwards", async (t) => {
  const core = scriptedCore();
  t.after(() => core.close());
  const client = core.client();
  client.close();
  const keeper = client.keepRegistered(request);
  assert.deepEqual(
    [keeper.state, keeper.lastError.name, keeper.lastError.code],
    ["stopped", "RpcError", "cancelled"],
  );
});

test("while the session can't be renewed, a keeper says so before anything is due", async (t) => {
  openPage("https://console.example/back");
  const core = scriptedCore();
  const { auth, script } = await signedIn({
    storage: adapter(),
    autoRefresh: true,
    lifeSeconds: 3,
    refreshes: [reply(400, { error: "invalid_client" })],
  });
  const client = core.client({ accessToken: undefined, auth });
  t.after(async () => {
    client.close();
    core.close();
    await auth.signOut({ localOnly: true });
  });
  const keeper = client.keepRegistered({ sipUri: "sips:a.example.com", routeType: "LOOP" });
  await until("registered", () => keeper.state === "registered");
  assert.equal(keeper.lastError, undefined);
  await until("uncertain", () => auth.sessionState === "uncertain", 20_000);
  await until("the keeper knows", () => keeper.lastError !== undefined);
  assert.deepEqual([keeper.state, keeper.lastError.name], ["registered", "AuthError"]);
  const { lastError } = keeper;
  script.refreshes = [reply(200, renewed(2))];
  await until("signed in", () => auth.sessionState === "signedIn", 20_000);
  await until("the keeper knows that, too", () => keeper.lastError === undefined);
  assert.ok(lastError.code);
  assert.equal(core.calls.length, 1, "nothing was due");
});
