// The console's server does not give out the wasm when the page is opened: what is kept goes on when it does, and nobody has
// to press anything.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900095";
const sipUri = "sips:pbx.example.com";
const ttlSeconds = 20;
let stage;

before(async () => {
  stage = await setStage({ sandbox: { ttlSeconds } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.register({ sipUri, routeType: "LOOP" });
  await stage.core.holds(number, { sipUri });
});
after(() => stage?.close());

test("503 for the wasm after a reload: it is kept on, and the page comes back by itself", async () => {
  const { browser, page, core, sandbox, busy } = stage;
  busy.extension = ".wasm";
  await browser.reload();
  await browser.css("[data-testid=sign-in-error]");
  const told = callsOf(sandbox).length;
  busy.extension = undefined;
  assert.ok(busy.count > 0);
  await browser.waitFor("the core to be told again", () => callsOf(sandbox).length > told, 1000 * ttlSeconds);
  assert.ok(await core.registrationOf(number));
  await page.isSignedInAs(number);
  await page.card(number).status("registered", "Registered");
  await browser.gone("[data-testid=sign-in-error]");
});

for (const [name, answer] of Object.entries({
  "404 for the wasm": (response) => response.writeHead(404).end(),
  "a page in the place of the wasm": (response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"),
})) {
  test(`${name}, as after a deploy: the console offers to reload, and the reload finds the new version`, async () => {
    const { browser, page, busy } = stage;
    Object.assign(busy, { extension: ".wasm", answer });
    await browser.reload();
    await browser.text(/newer version of this console/, { within: "[data-testid=sign-in-error]" });
    assert.doesNotMatch(await browser.text(/./), /Vite/);
    Object.assign(busy, { extension: undefined, answer: undefined });
    const isFresh = () => browser.evaluate("return window.isOld !== true");
    await browser.evaluate("window.isOld = true");
    await browser.evaluate(
      "[...document.querySelectorAll('[data-testid=sign-in-error] button')].find((button) => button.textContent === 'Reload the page').click()",
    );
    await browser.waitFor("another page", isFresh);
    await page.isSignedInAs(number);
    await page.card(number).status("registered", "Registered");
  });
}
