// The operator can't be reached: the page says so, keeps everything, and goes on when the operator is back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browserName } from "../browser/drivers.mjs";
import { setStage } from "./stage.mjs";
import { holdRequests } from "./tab.mjs";

const number = "+4799900061";
const sipUri = "sips:pbx.example.com";
let stage;

before(async () => {
  stage = await setStage({ gateway: true });
});
after(() => stage?.close());

const tryAgain = (place) => stage.browser.click(`[data-testid=${place}] .notice-actions button`);

test("the sandbox is stopped before the sign-in: the page says so, and the sign-in works when it runs again", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await stage.sandbox.close();
  await browser.click("[data-testid=sign-in]");
  await browser.text("There is no connection", { within: "[data-testid=sign-in-error]" });
  await browser.text("Sign in with your number", { within: "[data-testid=sign-in]" });
  await stage.restartSandbox();
  await page.signIn(number);
});

test("the API is unreachable: a registration fails with words, and Try again sends it", async () => {
  const { browser, page, core, gateway } = stage;
  await gateway.shut();
  await page.fillIn({ sipUri, routeType: "FORK" });
  await page.submit();
  await browser.text("The operator can’t be reached", { within: "[data-testid=form-error]" });
  await core.holdsNothing(number);
  assert.equal(await page.cardCount(), 0);
  await browser.screenshot("console-unreachable");
  await gateway.open();
  await tryAgain("form-error");
  await page.notice(`${number} is registered at ${sipUri}`);
  await browser.gone("[data-testid=form-error]");
  await core.holds(number, { sipUri, routeType: "FORK" });
});

test("the API is unreachable: a refresh and a delete fail with words, and Try again does the last one", async () => {
  const { page, core, gateway } = stage;
  const card = page.card(number);
  await gateway.shut();
  await card.click("refresh");
  await card.error("The operator can’t be reached");
  await card.click("delete");
  await card.error("The operator can’t be reached");
  await core.holds(number, { sipUri });
  await gateway.open();
  await tryAgain("registration-error");
  await page.listIsEmpty();
  await core.holdsNothing(number);
});

test("a call that gets no answer can be cancelled, and sent again", {
  skip: browserName === "webkit" && "WebKit's driver can't hold a request back",
}, async () => {
  const { browser, page, core, gateway } = stage;
  const held = await holdRequests(
    browser,
    `${gateway.url}/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration`,
  );
  await page.fillIn({ sipUri, routeType: "FORK" });
  await page.submit();
  await browser.text("Registering…", { within: "[data-testid=submit]" });
  await browser.waitFor("the call to be under way", () => held.count() > 0);
  await browser.click("[data-testid=cancel]");
  await browser.text("Cancelled", { within: "[data-testid=form-error]" });
  await core.holdsNothing(number);
  await held.release();
  await page.submit();
  await page.notice(`${number} is registered at ${sipUri}`);
  await core.holds(number, { sipUri, routeType: "FORK" });
  await page.card(number).click("delete");
  await page.listIsEmpty();
});

test("a reload while the provider is stopped says so and forgets nobody", async () => {
  const { browser, page } = stage;
  await page.register({ sipUri, routeType: "LOOP" });
  await stage.sandbox.close();
  await browser.reload();
  await browser.text("There is no connection", { within: "[data-testid=sign-in-error]" });
  assert.ok((await page.tokens()).refreshToken);
});

test("after a restart the sandbox knows no session: Try again says so, and a sign-in goes on", async () => {
  const { browser, page, core } = stage;
  await stage.restartSandbox();
  await tryAgain("sign-in-error");
  await browser.text("Your session has ended", { within: "[data-testid=sign-in-error]" });
  await page.signIn(number);
  await core.holdsNothing(number);
  // The restarted core has forgotten the registration, the browser has not: a refresh registers it again.
  const card = page.card(number);
  await card.click("refresh");
  await page.notice("is registered again");
  await core.holds(number, { sipUri, routeType: "LOOP" });
});

test("signing out while the provider is stopped still leaves no token in the browser", async () => {
  const { browser, page } = stage;
  await stage.sandbox.close();
  await browser.click("[data-testid=sign-out]");
  // The log-out page can't be reached either: the browser leaves for its own error page, and only then can be led back.
  const left = "return location.origin !== arguments[0]";
  await browser.waitFor("the page to be left", () => browser.evaluate(left, stage.url));
  await browser.goto(stage.url);
  await page.isSignedOut();
  assert.equal((await page.storage()).session, "{}");
  await stage.restartSandbox();
});
