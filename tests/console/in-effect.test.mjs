// A change that did not reach the operator is not shown as a fact: beside it stands what is in effect.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900096";
const sipUri = "sips:pbx.example.com:5061";
const moved = "sips:moved.example.com";
let stage;

before(async () => {
  stage = await setStage({ gateway: true });
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

/** Asks for a change that does not reach the operator. */
async function changeInVain(draft) {
  const { page, gateway } = stage;
  await gateway.shut();
  await page.fillIn(draft);
  await page.submit();
  await page.card(number).error("The operator can’t be reached");
}

async function saysBoth(inEffect, wanted) {
  const card = stage.page.card(number);
  for (const words of inEffect) await card.inEffect(words);
  for (const words of wanted) await card.wanted(words);
  await card.status("registered", "Change pending");
}

test("what is registered as it is wanted is said once", async () => {
  const { browser, page } = stage;
  await page.register({ sipUri, routeType: "FALLBACK", mobileTerminatingPrefix: "00" });
  await page.card(number).wanted("FALLBACK");
  await page.card(number).status("registered", "Registered");
  await browser.gone("[data-testid=in-effect]");
});

test("after a change that failed the card says what is in effect, and what is wanted", async () => {
  const { browser, page, core } = stage;
  await changeInVain({ sipUri: moved, routeType: "FORK", mobileTerminatingPrefix: "" });
  await saysBoth([/In effect until \d/, sipUri, "FALLBACK", "incoming 00"], ["not confirmed", moved, "FORK"]);
  await page.card(number).keeping("The operator has not confirmed the change");
  await core.holds(number, { sipUri, routeType: "FALLBACK" });
  await browser.screenshot("console-change-pending");
});

test("so it does after a reload, and the form holds what is wanted", async () => {
  const { browser, page } = stage;
  await browser.reload();
  await saysBoth([/In effect until \d/, sipUri, "FALLBACK", "incoming 00"], ["not confirmed", moved, "FORK"]);
  const { sipUri: typed, routeType, mobileTerminatingPrefix } = await page.draft();
  assert.deepEqual([typed, routeType, mobileTerminatingPrefix], [moved, "FORK", ""]);
});

test("a deletion then names what is in effect, and deletes that", async () => {
  const { browser, page, core, gateway } = stage;
  await page.card(number).click("delete");
  const text = await browser.text(number, { within: "[data-testid=deletion-dialog]" });
  assert.ok(text.includes(sipUri) && !text.includes(moved), text);
  await gateway.open();
  await browser.click("[data-testid=confirm-deletion]");
  await page.notice(`${number} is no longer registered`);
  await core.holdsNothing(number);
});

test("a change to the other API version that fails says what is in effect by the first one", async () => {
  const { page, core, gateway } = stage;
  await page.register({ sipUri, routeType: "LOOP", apiVersion: "v1" });
  await changeInVain({ apiVersion: "v0", routeType: "FORK" });
  const card = page.card(number);
  await card.inEffect(/In effect until \d/);
  await card.inEffect("LOOP");
  await card.inEffect("v1");
  await card.wanted("v0");
  assert.equal(await page.cardCount(), 1);
  await core.holds(number, { routeType: "LOOP", apiVersion: "v1" });
  await gateway.open();
  await card.click("refresh");
  await page.notice("is registered again");
  await core.holds(number, { routeType: "FORK", apiVersion: "v0" });
  await card.status("registered", "Registered");
});
