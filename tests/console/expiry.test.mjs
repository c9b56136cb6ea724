// A registration that nobody refreshes: the page warns, then says that the core has forgotten it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900021";
const sipUri = "sips:pbx.example.com:5061";
// Long enough for a slow machine to see each state, the last fifth included.
const ttlSeconds = 20;
const lifeMs = (ttlSeconds + 5) * 1000;
let stage;

before(async () => {
  stage = await setStage({ sandbox: { ttlSeconds } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

test("the time left is the one that the core gave", async () => {
  const { page } = stage;
  await page.register({ sipUri, routeType: "LOOP_MT" });
  const card = page.card(number);
  await card.status("registered", "Registered");
  const left = await card.secondsLeft();
  assert.ok(left > ttlSeconds - 5 && left <= ttlSeconds, `${left} s left`);
});

test("shortly before the end it says that it expires soon, with the bar nearly empty", async () => {
  const { browser, page, core } = stage;
  const card = page.card(number);
  await card.status("expiring", "Expires soon", lifeMs);
  await core.holds(number, { sipUri });
  assert.ok((await card.barPercent()) <= 20);
  await browser.screenshot("console-expiring");
});

test("over, it says that the operator has forgotten it, and so it has", async () => {
  const { browser, page, core } = stage;
  const card = page.card(number);
  await card.status("expired", "Expired", lifeMs);
  await card.text("The operator has forgotten this registration.");
  // The page counts from when the request was sent, the core from when it came: the page is the first to say so.
  await browser.waitFor(
    "the core to forget",
    async () => (await core.registrationOf(number)) === undefined,
    5_000,
  );
  assert.equal(await browser.evaluate("return document.querySelector('[data-testid=countdown]')"), null);
  await browser.screenshot("console-expired");
});

test("a reload still shows what has expired, and Register again registers it as it was", async () => {
  const { browser, page, core } = stage;
  await browser.reload();
  const card = page.card(number);
  await card.status("expired", "Expired");
  await browser.text("Register again", { within: `${card.selector} [data-testid=refresh]` });
  await card.click("refresh");
  await page.notice(`${number} is registered again at ${sipUri}`);
  await card.status("registered", "Registered");
  await core.holds(number, { sipUri, routeType: "LOOP_MT", apiVersion: "v1" });
});
