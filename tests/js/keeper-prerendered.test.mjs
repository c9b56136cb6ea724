// A page that is prerendered (speculation rules) may never be opened: it neither tells the core anything nor leads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pause, scriptedCore, until } from "./scripted-core.mjs";

const request = { sipUri: "sips:a.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };

for (const owner of [undefined, "tenant"]) {
  test(`before it is opened nothing is told, afterwards it is; tokens with owner ${owner}`, async (t) => {
    const document = Object.assign(new EventTarget(), { visibilityState: "hidden", prerendering: true });
    globalThis.document = document;
    const core = scriptedCore();
    const client = core.client({ keeping: owner === undefined ? {} : { owner } });
    t.after(() => {
      client.close();
      core.close();
      delete globalThis.document;
    });
    const keeper = client.keepRegistered(request);
    await pause(300);
    // What else happens to such a page.
    document.dispatchEvent(new Event("resume"));
    await pause(300);
    assert.deepEqual([core.calls.length, keeper.isLeading && owner !== undefined], [0, false]);
    assert.equal(keeper.state, "registering");
    Object.assign(document, { visibilityState: "visible", prerendering: false });
    document.dispatchEvent(new Event("prerenderingchange"));
    await until("it is registered", () => keeper.state === "registered");
    assert.deepEqual([core.calls.length, keeper.isLeading], [1, true]);
  });
}
