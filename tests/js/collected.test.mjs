// The wasm keeps no Auth alive that nobody else keeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcess } from "./in-process.mjs";

test("Auths that were used and dropped are collected, one that is kept still hears its events", async () => {
  const [collected, total, heard] = await inProcess(
    `let collected = 0;
    const registry = new FinalizationRegistry(() => { collected += 1; });
    const options = { clientId: "c", redirectUri: "https://a.example/", preset: "wgtwo" };
    const heard = [];
    const kept = sdk.createAuth(options);
    kept.addEventListener("signedOut", ({ type }) => heard.push(type));
    await kept.isSignedIn();
    const use = async () => {
      const auth = sdk.createAuth(options);
      auth.addEventListener("signedOut", () => auth.isRedirectCallback());
      registry.register(auth);
      await auth.isSignedIn();
      await auth.getAccessToken({ signal: new AbortController().signal }).catch(() => {});
      const client = sdk.createClient({ baseUrl: "https://api.example.com", auth });
      await client.deleteRegistration({ sipUri: "sips:a.example" }).catch(() => {});
    };
    for (let i = 0; i < 50; i += 1) await use();
    for (let i = 0; i < 20 && collected < 50; i += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await kept.signOut({ localOnly: true });
    return [collected, 50, heard];`,
    { flags: ["--expose-gc"] },
  );
  assert.equal(collected, total);
  assert.deepEqual(heard, ["signedOut"]);
});
