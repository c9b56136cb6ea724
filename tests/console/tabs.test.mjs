// Two tabs of one browser: one list, one of them refreshes, and the other takes over.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900081";
const sipUri = "sips:pbx.example.com";
const ttlSeconds = 20;
const lifeMs = (ttlSeconds + 5) * 1000;
let stage;
let first;
let second;

before(async () => {
  stage = await setStage({ sandbox: { ttlSeconds } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
  const { driver } = stage.browser;
  first = await driver.getWindowHandle();
  await driver.switchTo().newWindow("tab");
  second = await driver.getWindowHandle();
  await stage.browser.goto(stage.url);
});
after(() => stage?.close());

const turnTo = (tab) => stage.browser.driver.switchTo().window(tab);

test("the second tab is signed in without asking, and what one registers is in both lists", async () => {
  const { page } = stage;
  await page.isSignedInAs(number);
  await page.register({ sipUri, routeType: "LOOP" });
  await page.card(number).status("registered", "Registered");
  await turnTo(first);
  await page.card(number).status("registered", "Registered");
});

test("one of them refreshes, and the other one says so", async () => {
  const { page } = stage;
  const whose = [];
  for (const tab of [first, second]) {
    await turnTo(tab);
    whose.push(/by (.+)\./.exec(await page.card(number).keeping(/Next refresh at .+, by /))[1]);
  }
  assert.deepEqual(whose.sort(), ["another tab of this browser", "this tab"]);
});

test("a change in one is seen in the other, and made once", async () => {
  const { browser, page, core, sandbox } = stage;
  const before = callsOf(sandbox).length;
  await turnTo(second);
  await page.card(number).click("update");
  await page.fillIn({ routeType: "FORK" });
  await page.submit();
  await page.notice("is now registered");
  await core.holds(number, { sipUri, routeType: "FORK" });
  await turnTo(first);
  await page.card(number).text("FORK");
  assert.equal(callsOf(sandbox).length, before + 1);
  await browser.screenshot("console-two-tabs");
});

test("when the tab that refreshes is closed the other one takes over, and the core never forgets", async () => {
  const { browser, page, core } = stage;
  await turnTo(first);
  const isFirst = /by this tab/.test(await page.card(number).keeping(/by /));
  const [closed, left] = isFirst ? [first, second] : [second, first];
  await turnTo(closed);
  await browser.driver.close();
  await turnTo(left);
  await page.card(number).keeping(/by this tab/);
  const { registeredAt, refreshedAt } = await core.registrationOf(number);
  await browser.waitFor(
    "a refresh by the other tab",
    async () => (await core.holds(number, { sipUri, registeredAt })).refreshedAt > refreshedAt,
    lifeMs,
  );
  await browser.driver.switchTo().newWindow("tab");
  first = await browser.driver.getWindowHandle();
  second = left;
  await browser.goto(stage.url);
  await page.card(number).keeping(/by another tab of this browser/);
});

test("a sign-out in one tab signs the other out and ends the keeping in both", async () => {
  const { page, core } = stage;
  await turnTo(first);
  await page.signOut({ deletes: true });
  await page.isSignedOut();
  await turnTo(second);
  await page.isSignedOut();
  await core.holdsNothing(number);
});

test("a sign-in in one tab is the other one's, too", async () => {
  const { page } = stage;
  await turnTo(first);
  await page.signIn(number);
  await turnTo(second);
  await page.isSignedInAs(number);
  await page.listIsEmpty();
});
