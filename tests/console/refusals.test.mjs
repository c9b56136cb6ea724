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
  // A laptop's window: the list is above the form's end.
  await browser.driver.manage().window().setRect({ width: 1280, height: 757 });
  await page.submit();
  const card = page.card(draft.phoneNumber);
  const text = await card.error("Not allowed for this number");
  await card.status("registering", "Not registered yet");
  await browser.waitFor("the way out to be in view", () =>
    browser.evaluate(
      `const { top, bottom } = document.querySelector("[data-testid=registration-error] .notice-actions").getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;`,
    ),
  );
  assert.match(text, /the access token is bound to another number/);
  const { grpcStatus } = callsOf(sandbox).at(-1);
  assert.equal(grpcStatus, 7);
  assert.deepEqual(await core.registrations(), []);
  const { phoneNumber, routeType } = await page.draft();
  assert.deepEqual({ phoneNumber, routeType }, { phoneNumber: draft.phoneNumber, routeType: "FORK" });
  await browser.click(`${card.selector} summary`);
  const details = JSON.parse(await browser.text("grpcStatus", { within: `${card.selector} pre` }));
  assert.equal(details.code, "permission_denied");
  assert.equal(details.grpcStatus, 7);
});

test("what the operator does not allow is tried again once a minute, until the keeping is stopped", async () => {
  const { browser, page } = stage;
  const card = page.card("+4799900012");
  await card.keeping(/not accepted it yet. Next try in \d\d\ss, by this tab\./);
  await browser.screenshot("console-not-allowed");
  await card.click("stop");
  await page.notice("+4799900012 is no longer kept registered. It is not registered.");
  await page.listIsEmpty();
});

test("corrected to the own number, the same form registers", async () => {
  const { browser, page, core } = stage;
  await page.register({ phoneNumber: number });
  await browser.gone("[data-testid=registration-error]");
  await core.holds(number, { sipUri, routeType: "FORK" });
});

const failure = { within: "[data-testid=action-error]" };

test("delete after the vendor's back end moved the number elsewhere: refused in the core's words, kept no more", async () => {
  const { browser, page, core } = stage;
  const elsewhere = { sipUri: "sips:other.example.net", routeType: "LOOP", phoneNumber: number };
  await core.asVendor((client) => client.upsertRegistration(elsewhere));
  await core.holds(number, { ...elsewhere, tokenKind: "client" });
  await page.card(number).delete();
  const text = await browser.text("The operator refuses this", failure);
  assert.match(text, /sip_uri is not the one that is registered/);
  await browser.text("is no longer kept registered, but was not deleted", { within: ".failure" });
  const said = await browser.text(number, { within: "[data-testid=failure]" });
  assert.doesNotMatch(said, /tries again/);
  await browser.screenshot("console-refused");
  await page.listIsEmpty();
  await core.holds(number, { ...elsewhere, tokenKind: "client" });
});

test("registering again takes the number back from where the vendor had moved it", async () => {
  const { page, core } = stage;
  await page.register({ sipUri, routeType: "LOOP" });
  await core.holds(number, { sipUri, routeType: "LOOP", tokenKind: "user" });
});

test("delete of what the core has already forgotten: refused in the core's words, and the words can be dismissed", async () => {
  const { browser, page, core } = stage;
  await core.asVendor((client) => client.deleteRegistration({ sipUri, phoneNumber: number }));
  await core.holdsNothing(number);
  await page.card(number).delete();
  const text = await browser.text("The operator refuses this", failure);
  assert.ok(text.includes(`${number} has no registration`), text);
  await browser.click("[data-testid=action-error] .notice-actions button");
  await browser.gone("[data-testid=action-error]");
  await page.listIsEmpty();
});

test("what the core has forgotten behind the console's back is there again after Refresh now", async () => {
  const { page, core } = stage;
  await page.register({ sipUri });
  await core.asVendor((client) => client.deleteRegistration({ sipUri, phoneNumber: number }));
  const card = page.card(number);
  await card.click("refresh");
  await page.notice("is registered again");
  await core.holds(number, { sipUri, routeType: "LOOP" });
  await card.delete();
  await page.notice("is no longer registered");
  await core.holdsNothing(number);
});
