// The hour, as twenty seconds: what is kept does not lapse. Without a way to the operator the page warns, says that the core
// has forgotten, and registers again when there is one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900021";
const sipUri = "sips:pbx.example.com:5061";
// Long enough for a slow machine to see each state.
const ttlSeconds = 20;
const lifeMs = (ttlSeconds + 5) * 1000;
let stage;

before(async () => {
  stage = await setStage({ gateway: true, sandbox: { ttlSeconds } });
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

test("the page refreshes it before the core forgets, and nobody has to do anything", async () => {
  const { browser, page, core } = stage;
  const { registeredAt, refreshedAt } = await core.registrationOf(number);
  const refreshed = await browser.waitFor(
    "a refresh at the core",
    async () => {
      const now = await core.holds(number, { sipUri, registeredAt });
      return now.refreshedAt > refreshedAt && now;
    },
    lifeMs,
  );
  const seconds = (Date.parse(refreshed.refreshedAt) - Date.parse(refreshedAt)) / 1000;
  assert.ok(seconds >= ttlSeconds * 0.7 && seconds < ttlSeconds, `refreshed after ${seconds} s`);
  await page.card(number).status("registered", "Registered");
  const left = await page.card(number).secondsLeft();
  assert.ok(left > ttlSeconds / 2, `${left} s left`);
});

test("without a way to the operator it is at risk, with the reason, the bar nearly empty", async () => {
  const { browser, page, core, gateway } = stage;
  await gateway.shut();
  const card = page.card(number);
  await card.status("atRisk", "At risk", lifeMs);
  await card.error("The operator can’t be reached");
  await card.keeping("could not be told again so far");
  await core.holds(number, { sipUri });
  const bar = await card.barPercent();
  assert.ok(bar <= 30, `bar at ${bar} %`);
  await browser.screenshot("console-at-risk");
});

test("over, it says that the operator has forgotten it, and so it has", async () => {
  const { browser, page, core } = stage;
  const card = page.card(number);
  await card.status("lapsed", "Lapsed", lifeMs);
  await card.keeping("The operator has forgotten this registration");
  // The page counts from when the request was sent, the core from when it came: the page is the first to say so.
  await browser.waitFor(
    "the core to forget",
    async () => (await core.registrationOf(number)) === undefined,
    5_000,
  );
  await browser.gone("[data-testid=countdown]", 3_000);
  await browser.screenshot("console-lapsed");
});

test("with the way back it is registered as it was, by itself", async () => {
  const { page, core, gateway } = stage;
  await gateway.open();
  const card = page.card(number);
  await card.status("registered", "Registered");
  await card.noError();
  await core.holds(number, { sipUri, routeType: "LOOP_MT", apiVersion: "v1" });
});

test("with no page open it lapses, and the next visit registers it again", async () => {
  const { browser, page, core } = stage;
  await browser.goto("about:blank");
  await browser.waitFor(
    "the core to forget",
    async () => (await core.registrationOf(number)) === undefined,
    lifeMs,
  );
  await browser.goto(stage.url);
  await page.card(number).status("registered", "Registered");
  await core.holds(number, { sipUri, routeType: "LOOP_MT" });
});
