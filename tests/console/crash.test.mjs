// The SDK's wasm stops inside the page: only a reload helps, and what was typed is never lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900071";
let stage;

before(async () => {
  stage = await setStage();
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

test("a crash offers to reload the page and says nothing of a network", async () => {
  const { browser, page, core } = stage;
  await page.fillIn({ sipUri: "sips:pbx.example.com:5061", routeType: "FALLBACK" });
  await browser.evaluate(
    // The wasm asks for it where text is not ASCII, and does not expect it to throw.
    "TextEncoder.prototype.encodeInto = () => { throw new Error('broken on purpose'); };",
  );
  await page.fillIn({ phoneNumber: "+47 999 00 071–" });
  await page.submit();
  await browser.text("Something failed inside the page", { within: "[data-testid=form-error]" });
  await browser.text("Reload the page", { within: "[data-testid=form-error] .notice-actions" });
  await core.holdsNothing(number);
});

test("the reload brings back what was typed, once, and it can be sent", async () => {
  const { browser, page, core } = stage;
  const typed = await page.draft();
  await browser.click("[data-testid=form-error] .notice-actions button");
  await browser.gone("[data-testid=form-error]");
  await page.isSignedInAs(number);
  assert.deepEqual(await page.draft(), typed);
  await page.submit();
  await page.notice("is registered at sips:pbx.example.com:5061");
  await core.holds(number, { sipUri: "sips:pbx.example.com:5061", routeType: "FALLBACK" });
  await page.fillIn({ mobileOriginatingPrefix: "9" });
  await browser.reload();
  await page.isSignedInAs(number);
  await page.card(number).status("registered", "Registered");
  assert.equal((await page.draft()).mobileOriginatingPrefix, "");
});
