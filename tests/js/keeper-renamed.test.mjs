// Two tabs with the session of somebody who is not known. One of them learns who it is, while the other one can't read the
// session. What the first then wants of a number is what the other one does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcess } from "./in-process.mjs";
import { bundle, scripted } from "./over-http.mjs";

const from = await bundle();
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

/** `one` and `other` keep the number; after `learn()` it is known to `one` that it is Anna's. */
const scene = `
  ${scripted}
  const { openPage } = await import(${asUrl("./page.mjs")});
  const { openDatabase } = await import(${asUrl("./database.mjs")});
  const { adapterOf, createPeople, jwt } = await import(${asUrl("./people.mjs")});
  openPage("https://console.example/back");
  openDatabase();
  const people = createPeople();
  people.isOpenId = false;
  const entries = new Map();
  const tab = (copy) => {
    const storage = adapterOf(entries);
    const options = people.options({ storage, autoRefresh: false });
    const { fetch: ask, clientId: aud, issuer: iss } = options;
    options.fetch = async (address, init) => {
      const reply = await ask(address, init);
      if (!String(new TextDecoder().decode(init?.body)).includes("grant_type=refresh_token")) return reply;
      const iat = Math.floor(Date.now() / 1000);
      return Response.json({ ...(await reply.json()), id_token: jwt({ iss, aud, sub: "anna", iat, exp: iat + 300 }) });
    };
    const auth = copy.createAuth(options);
    const client = copy.createClient({ baseUrl: "https://api.example.com", auth, retry: false });
    return { auth, client, storage };
  };
  const registered = async (keeper) => {
    for (let tries = 0; keeper.state !== "registered" && tries < 100; tries += 1) await soon(100);
    return keeper;
  };
  const one = tab(sdk);
  await people.signIn(one.auth, "anna");
  one.keeper = await registered(one.client.keepRegistered(request));
  const other = tab(await import(from + "?other"));
  other.keeper = await registered(other.client.keepRegistered(request));
  const learn = async () => {
    other.storage.fails.get = () => { throw new Error("busy"); };
    await one.auth.getAccessToken({ forceRefresh: true });
    await soon(500);
  };
  const wake = async () => {
    delete other.storage.fails.get;
    await other.auth.getAccessToken();
    await soon(8000);
  };`;

const tabs = (script) =>
  inProcess(
    `const from = ${JSON.stringify(from)};
    ${scene}
    const found = await (async () => { ${script} })();
    setTimeout(() => process.exit(), 100);
    return found;`,
    { from },
  );

test("it is stopped: the other tab does not keep it on", async () => {
  const [before, state, count] = await tabs(`
    await learn();
    await one.keeper.stop();
    const before = other.keeper.state;
    await wake();
    return [before, other.keeper.state, other.client.keepers.length];`);
  assert.deepEqual([before, state, count], ["registered", "stopped", 0]);
});

test("it is changed: the other tab keeps what is wanted now", async () => {
  const [state, routeType] = await tabs(`
    await learn();
    await one.keeper.update({ ...request, routeType: "FORK" });
    await wake();
    return [other.keeper.state, other.keeper.request.routeType];`);
  assert.deepEqual([state, routeType], ["registered", "FORK"]);
});

test("nothing is wanted otherwise: both keep it", async () => {
  const states = await tabs(`
    await learn();
    await wake();
    return [one.keeper.state, other.keeper.state];`);
  assert.deepEqual(states, ["registered", "registered"]);
});
