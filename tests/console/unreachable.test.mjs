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

test("the API is unreachable: a registration waits, with words, and Refresh now sends it", async () => {
  const { browser, page, core, gateway } = stage;
  const card = page.card(number);
  await gateway.shut();
  await page.fillIn({ sipUri, routeType: "FORK" });
  await page.submit();
  await card.error("The operator can’t be reached");
  await card.status("registering", "Not registered yet");
  await core.holdsNothing(number);
  await browser.screenshot("console-unreachable");
  await gateway.open();
  await card.click("refresh");
  await page.notice(`${number} is registered again at ${sipUri}`);
  await card.noError();
  await core.holds(number, { sipUri, routeType: "FORK" });
});

test("the API is unreachable: a refresh fails with words, what was registered stands, and the next one works", async () => {
  const { page, core, gateway } = stage;
  const card = page.card(number);
  await gateway.shut();
  await card.click("refresh");
  await card.error("The operator can’t be reached");
  await card.status("registered", "Registered");
  await card.keeping("What was registered before stays registered until");
  await core.holds(number, { sipUri });
  await gateway.open();
  await card.click("refresh");
  await page.notice("is registered again");
  await card.noError();
});

test("the API is unreachable: a delete fails with words, it is kept no more, and Try again deletes it", async () => {
  const { browser, page, core, gateway } = stage;
  await gateway.shut();
  await page.card(number).delete();
  await browser.text("The operator can’t be reached", { within: "[data-testid=action-error]" });
  await page.listIsEmpty();
  await core.holds(number, { sipUri });
  await gateway.open();
  await tryAgain("action-error");
  await page.notice("is no longer registered");
  await browser.gone("[data-testid=action-error]");
  await core.holdsNothing(number);
});

test("a call that gets no answer can be given up, and sent again", {
  skip: browserName === "webkit" && "WebKit's driver can't hold a request back",
}, async () => {
  const { browser, page, core, gateway } = stage;
  const held = await holdRequests(
    browser,
    `${gateway.url}/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration`,
  );
  const card = page.card(number);
  await page.fillIn({ sipUri, routeType: "FORK" });
  await page.submit();
  await card.keeping("Registering…");
  await browser.waitFor("the call to be under way", () => held.count() > 0);
  await card.click("stop");
  await page.notice("is no longer kept registered. It is not registered.");
  await page.listIsEmpty();
  await core.holdsNothing(number);
  await held.release();
  await page.submit();
  await page.notice(`${number} is registered at ${sipUri}`);
  await core.holds(number, { sipUri, routeType: "FORK" });
  await card.delete();
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
  await page.signOut();
  // The log-out page can't be reached either: the browser leaves for its own error page, and only then can be led back.
  const left = "return location.origin !== arguments[0]";
  await browser.waitFor("the page to be left", () => browser.evaluate(left, stage.url));
  await browser.goto(stage.url);
  await page.isSignedOut();
  const { session, local } = await page.storage();
  assert.equal(session, "{}");
  assert.doesNotMatch(local, /token/);
  await stage.restartSandbox();
});
