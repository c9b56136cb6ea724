// The operator says no: in its own words, with nothing changed and nothing typed lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900011";
const sipUri = "sips:pbx.example.com";
let stage;

before(async () => {
  stage = await setStage({ sandbox: { deleteMissing: "not-acceptable" } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

test("another person's number: not allowed, in the core's words, and the form keeps what was typed", async () => {
  const { browser, page, core, sandbox } = stage;
  const draft = { sipUri, routeType: "FORK", phoneNumber: "+4799900012" };
  await page.fillIn(draft);
  // A laptop's window: the form's end is at its lower edge.
  await browser.driver.manage().window().setRect({ width: 1280, height: 757 });
  await page.submit();
  const text = await browser.text("Not allowed for this number", { within: "[data-testid=form-error]" });
  await browser.waitFor("the way out to be in view", () =>
    browser.evaluate(
      `const { top, bottom } = document.querySelector("[data-testid=form-error] .notice-actions").getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;`,
    ),
  );
  assert.match(text, /the access token is bound to another number/);
  const { grpcStatus } = callsOf(sandbox).at(-1);
  assert.equal(grpcStatus, 7);
  assert.deepEqual(await core.registrations(), []);
  assert.equal(await page.cardCount(), 0);
  const { phoneNumber, routeType } = await page.draft();
  assert.deepEqual({ phoneNumber, routeType }, { phoneNumber: draft.phoneNumber, routeType: "FORK" });
  await browser.click("[data-testid=form-error] summary");
  const details = JSON.parse(await browser.text("grpcStatus", { within: "[data-testid=form-error] pre" }));
  assert.equal(details.code, "permission_denied");
  assert.equal(details.grpcStatus, 7);
});

test("corrected to the own number, the same form registers", async () => {
  const { browser, page, core } = stage;
  await page.register({ phoneNumber: number });
  await browser.gone("[data-testid=form-error]");
  await core.holds(number, { sipUri, routeType: "FORK" });
});

test("delete after the vendor's back end moved the number elsewhere: refused in the core's words", async () => {
  const { browser, page, core } = stage;
  const elsewhere = { sipUri: "sips:other.example.net", routeType: "LOOP", phoneNumber: number };
  await core.asVendor((client) => client.upsertRegistration(elsewhere));
  await core.holds(number, { ...elsewhere, tokenKind: "client" });
  const card = page.card(number);
  await card.click("delete");
  const text = await card.error("The operator refuses this");
  assert.match(text, /sip_uri is not the one that is registered/);
  await core.holds(number, { ...elsewhere, tokenKind: "client" });
  await browser.screenshot("console-refused");
});

test("what the operator refuses to delete can be taken off the list, and the core keeps it", async () => {
  const { browser, page, core } = stage;
  await browser.waitFor("the button", async () => {
    const buttons = await browser.driver.findElements({ css: "[data-testid=registration-error] button" });
    for (const button of buttons) {
      if ((await button.getText()) !== "Only take it off this list") continue;
      await button.click();
      return true;
    }
    return false;
  });
  await page.notice("Nothing was changed at the operator.");
  await page.listIsEmpty();
  await core.holds(number, { sipUri: "sips:other.example.net" });
});

test("registering again takes the number back from where the vendor had moved it", async () => {
  const { page, core } = stage;
  await page.register({ sipUri, routeType: "LOOP" });
  await core.holds(number, { sipUri, routeType: "LOOP", tokenKind: "user" });
});

test("delete of what the core has already forgotten: refused in the core's words", async () => {
  const { page, core } = stage;
  await core.asVendor((client) => client.deleteRegistration({ sipUri, phoneNumber: number }));
  await core.holdsNothing(number);
  const card = page.card(number);
  await card.click("delete");
  const text = await card.error("The operator refuses this");
  assert.ok(text.includes(`${number} has no registration`), text);
  await card.text(sipUri);
});

test("a refusal leaves the card when the form changes the registration that was refused", async () => {
  const { browser, page, core } = stage;
  await page.card(number).error("The operator refuses this");
  await page.register({ sipUri: "sips:next.example.com" });
  await browser.gone("[data-testid=registration-error]");
  await core.holds(number, { sipUri: "sips:next.example.com", routeType: "LOOP" });
});

test("Refresh now on a refused card registers it again, and then it can be deleted", async () => {
  const { browser, page, core } = stage;
  await page.register({ sipUri });
  await core.asVendor((client) => client.deleteRegistration({ sipUri, phoneNumber: number }));
  await page.card(number).click("delete");
  await page.card(number).error("The operator refuses this");
  const card = page.card(number);
  await card.click("refresh");
  await page.notice("is registered again");
  await browser.gone("[data-testid=registration-error]");
  await core.holds(number, { sipUri, routeType: "LOOP" });
  await card.click("delete");
  await page.listIsEmpty();
  await core.holdsNothing(number);
});
