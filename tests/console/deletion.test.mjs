// A deletion is asked about first, and one that could not be made is said, also when somebody is about to sign out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Key } from "selenium-webdriver";
import { setStage } from "./stage.mjs";

const number = "+4799900095";
const sipUri = "sips:pbx.example.com:5061";
const dialog = "[data-testid=deletion-dialog]";
const signOutDialog = "[data-testid=sign-out-dialog]";
let stage;

before(async () => {
  stage = await setStage({ gateway: true });
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.register({ sipUri, routeType: "LOOP" });
});
after(() => stage?.close());

const focused = (selector) =>
  stage.browser.waitFor(`the focus on ${selector}`, () =>
    stage.browser.evaluate("return document.activeElement?.matches(arguments[0]) === true", selector),
  );
const press = (...keys) =>
  stage.browser.driver
    .actions()
    .sendKeys(...keys)
    .perform();

test("Delete asks first, by number and PBX, and Escape leaves everything as it is", async () => {
  const { browser, page, core } = stage;
  await page.card(number).click("delete");
  const text = await browser.text(number, { within: dialog });
  assert.ok(text.includes(sipUri), text);
  await focused("[data-testid=cancel-deletion]");
  await browser.screenshot("console-delete");
  await press(Key.ESCAPE);
  await browser.gone(dialog);
  await focused(`${page.card(number).selector} [data-testid=delete]`);
  await page.card(number).status("registered", "Registered");
  await core.holds(number, { sipUri });
});

test("by the keyboard: the focus stays in the dialog, and Cancel leaves everything as it is", async () => {
  const { browser, page, core } = stage;
  await press(Key.ENTER);
  await focused("[data-testid=cancel-deletion]");
  for (let pressed = 0; pressed < 6; pressed += 1) {
    await press(Key.TAB);
    const isOutside = await browser.evaluate(
      "const { activeElement: at } = document; return at !== document.body && !at.closest(arguments[0])",
      dialog,
    );
    assert.equal(isOutside, false);
  }
  await browser.click("[data-testid=cancel-deletion]");
  await browser.gone(dialog);
  await focused(`${page.card(number).selector} [data-testid=delete]`);
  await core.holds(number, { sipUri });
});

test("another tab stops it while the dialog is open: Delete still deletes it at the core", async () => {
  const { browser, page, core } = stage;
  const first = await browser.driver.getWindowHandle();
  await page.card(number).click("delete");
  await browser.css(dialog);
  await browser.driver.switchTo().newWindow("tab");
  await browser.goto(stage.url);
  await page.card(number).click("stop");
  await page.listIsEmpty();
  await core.holds(number, { sipUri });
  await browser.driver.close();
  await browser.driver.switchTo().window(first);
  await page.card(number).gone();
  await browser.click("[data-testid=confirm-deletion]");
  await page.notice(`${number} is no longer registered`);
  await core.holdsNothing(number);
});

test("Delete and sign out without a way to the operator: it is said, and nobody is signed out", async () => {
  const { browser, page, core, gateway } = stage;
  await page.register({ sipUri, routeType: "FORK" });
  await gateway.shut();
  await page.signOut({ deletes: true });
  const text = await browser.text("could not be deleted", { within: signOutDialog, timeoutMs: 60_000 });
  assert.ok(text.includes(number) && text.includes(sipUri), text);
  await browser.screenshot("console-not-deleted");
  await page.isSignedInAs(number);
  await core.holds(number, { sipUri });
});

test("Stay signed in: the list says what was not deleted, and why", async () => {
  const { browser, page } = stage;
  await press(Key.ESCAPE);
  await browser.gone(signOutDialog);
  await browser.text(`${number} is no longer kept registered, but was not deleted`, {
    within: "[data-testid=failure]",
  });
  await browser.text(/tries again by itself while you stay signed in; signing out gives the deletion up/, {
    within: "[data-testid=failure]",
  });
  // What was said when it was registered.
  await browser.gone("[data-testid=notice]");
  await browser.text("The operator can’t be reached", { within: "[data-testid=action-error]" });
  await page.isSignedInAs(number);
});

test("Try again deletes it when there is a way, and signs out", async () => {
  const { browser, page, core, gateway } = stage;
  await gateway.open();
  await page.register({ sipUri, routeType: "LOOP" });
  await gateway.shut();
  await page.signOut({ deletes: true });
  await browser.text("could not be deleted", { within: signOutDialog, timeoutMs: 60_000 });
  await gateway.open();
  await browser.click("[data-testid=delete-again]");
  await page.isSignedOut();
  await core.holdsNothing(number);
});

test("Sign out anyway signs out, and the registration is left to its time", async () => {
  const { browser, page, core, gateway } = stage;
  await browser.waitFor("the way back", async () => (await browser.url()).href === `${stage.url}/`);
  await page.signIn(number);
  await page.register({ sipUri, routeType: "LOOP" });
  await gateway.shut();
  await page.signOut({ deletes: true });
  await browser.text("could not be deleted", { within: signOutDialog, timeoutMs: 60_000 });
  await browser.click("[data-testid=sign-out-anyway]");
  await page.isSignedOut();
  const { session } = await page.storage();
  assert.equal(session, "{}");
  await core.holds(number, { sipUri });
});
