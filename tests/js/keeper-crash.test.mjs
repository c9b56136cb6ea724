// The wasm stops after it has become known who is signed in: what was kept for the session goes on, as that person's. Through a
// door that only the tests' build has.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { buildDoors } from "../../scripts/build.mjs";
import { inProcess } from "./in-process.mjs";
import { scripted } from "./over-http.mjs";

const from = new URL("../../target/doors/dist/index.js", import.meta.url).href;
const asUrl = (name) => JSON.stringify(new URL(name, import.meta.url).href);

before(buildDoors);

for (const storage of ["session", "memory"]) {
  test(`with a session in ${storage}`, async () => {
    const [crash, state, calls] = await inProcess(
      `${scripted}
      const { openPage } = await import(${asUrl("./page.mjs")});
      const { openDatabase } = await import(${asUrl("./database.mjs")});
      const { createPeople, jwt } = await import(${asUrl("./people.mjs")});
      openPage("https://console.example/back");
      openDatabase();
      const people = createPeople();
      people.isOpenId = false;
      const options = people.options({ storage: "${storage}", autoRefresh: false });
      const { fetch: ask, clientId: aud, issuer: iss } = options;
      /** The first refresh says who it is. */
      options.fetch = async (address, init) => {
        const reply = await ask(address, init);
        if (!String(new TextDecoder().decode(init?.body)).includes("grant_type=refresh_token")) return reply;
        const iat = Math.floor(Date.now() / 1000);
        const id_token = jwt({ iss, aud, sub: "anna", iat, exp: iat + 300 });
        return Response.json({ ...(await reply.json()), id_token });
      };
      const auth = sdk.createAuth(options);
      await people.signIn(auth, "anna");
      const client = open({ accessToken: undefined, auth });
      const keeper = client.keepRegistered(request);
      if (keeper.state !== "registered") await event(keeper, "registered");
      await auth.getAccessToken({ forceRefresh: true });
      await soon(300);
      const other = { ...request, sipUri: "sips:panic.door.example", phoneNumber: "+4799900003" };
      const crash = await caught(client.upsertRegistration(other));
      await soon(2500);
      await keeper.refresh();
      const before = web.calls.length;
      for (let tries = 0; web.calls.length === before && tries < 100; tries += 1) await soon(50);
      const { state } = keeper;
      client.close();
      setTimeout(() => process.exit(), 100);
      return [crash.code, state, web.calls.slice(before).map(({ method }) => method)];`,
      { from },
    );
    assert.deepEqual(
      { crash, state, calls },
      { crash: "crashed", state: "registered", calls: ["UpsertRegistration"] },
    );
  });
}
