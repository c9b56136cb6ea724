// The walk that the console was asked for, in one go: sign in, register, watch it count down, change, delete.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { policyViolations } from "./policy.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900001";
const sipUri = "sips:pbx.example.com";
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.close());

test("signed out, the page offers a sign-in and shows nobody's number", async () => {
  const { browser, url, page } = stage;
  await browser.goto(url);
  await page.isSignedOut();
  await browser.text("Sign in with your number");
  assert.deepEqual(await page.storage(), { session: "{}", local: "{}" });
  await browser.screenshot("console-signed-out");
});

test("after sign-in and consent it is shown whose number it is, and the list is empty", async () => {
  const { browser, page } = stage;
  await page.goToSignIn();
  await browser.fill("#phone-number", number);
  await browser.click("#sign-in");
  await browser.text(number, { within: "main, body" });
  await browser.text("call.routing:write");
  await browser.click("#allow");
  await page.isSignedInAs(number);
  await page.listIsEmpty();
  assert.equal((await browser.url()).href, `${stage.url}/`);
  assert.equal((await page.draft()).phoneNumber, number);
});

test(`registers ${number} with ${sipUri} as LOOP, and the core has it`, async () => {
  const { browser, page, core } = stage;
  await page.fillIn({ sipUri, routeType: "LOOP" });
  await browser.screenshot("console-form");
  await page.submit();
  await page.notice(`${number} is registered at ${sipUri} until`);
  await page.notice("and will be refreshed before then.");
  const card = page.card(number);
  await card.text(sipUri);
  await card.text("LOOP");
  await card.status("registered", "Registered");
  await card.keeping(/Next refresh at .+, by this tab\./);
  await core.holds(number, { sipUri, routeType: "LOOP", apiVersion: "v1", tokenKind: "user" });
  await browser.screenshot("console-list");
});

test("the time left counts down, beside a bar, and agrees with the core", async () => {
  const { browser, page, core } = stage;
  const card = page.card(number);
  const first = await card.secondsLeft();
  const firstBar = await card.barPercent();
  assert.ok(first > 3500 && first <= 3600, `${first} s left`);
  assert.ok(firstBar > 97 && firstBar <= 100, `bar at ${firstBar} %`);
  const second = await browser.waitFor("the time left to be less", async () => {
    const left = await card.secondsLeft();
    return left <= first - 2 ? left : false;
  });
  const { secondsLeft } = await core.registrationOf(number);
  assert.ok(Math.abs(second - secondsLeft) <= 5, `the page says ${second} s, the core ${secondsLeft} s`);
  assert.ok((await card.barPercent()) < firstBar, "the bar is shorter");
});

test("a reload keeps the session, the list and the time left, and goes on keeping", async () => {
  const { browser, page, core } = stage;
  await browser.reload();
  await page.isSignedInAs(number);
  const card = page.card(number);
  await card.status("registered", "Registered");
  await card.keeping(/Next refresh at .+, by this tab\./);
  const left = await card.secondsLeft();
  const { secondsLeft } = await core.registrationOf(number);
  assert.ok(Math.abs(left - secondsLeft) <= 5, `the page says ${left} s, the core ${secondsLeft} s`);
});

test("Change puts the registration into the form, and FALLBACK replaces the one registration", async () => {
  const { page, core } = stage;
  const before = await core.registrationOf(number);
  await page.card(number).click("update");
  await stage.browser.text("Update the registration", { within: "#form-title" });
  assert.equal((await page.draft()).sipUri, sipUri);
  await page.fillIn({ routeType: "FALLBACK" });
  await page.submit();
  await page.notice(`${number} is now registered at ${sipUri}`);
  await page.card(number).text("FALLBACK");
  assert.equal(await page.cardCount(), 1);
  const after = await core.holds(number, { sipUri, routeType: "FALLBACK", apiVersion: "v1" });
  assert.ok(after.registeredAt > before.registeredAt, "the core took it as another registration");
  assert.equal((await core.registrations()).length, 1);
});

test("Refresh now starts the time anew without changing the registration", async () => {
  const { browser, page, core } = stage;
  const before = await core.registrationOf(number);
  const card = page.card(number);
  const ranTo = await browser.waitFor("the time to run", async () => {
    const left = await card.secondsLeft();
    return left <= 3594 ? left : false;
  });
  await card.click("refresh");
  await page.notice(`${number} is registered again at ${sipUri}`);
  const after = await core.holds(number, {
    sipUri,
    routeType: "FALLBACK",
    registeredAt: before.registeredAt,
  });
  assert.ok(after.refreshedAt > before.refreshedAt && after.expiresAt > before.expiresAt);
  const left = await card.secondsLeft();
  assert.ok(left > ranTo && left <= 3600, `the page shows ${left} s after ${ranTo} s`);
});

test("Delete makes the core forget it, and the list is empty", async () => {
  const { browser, page, core } = stage;
  await page.card(number).delete();
  await page.notice(`${number} is no longer registered`);
  await page.listIsEmpty();
  assert.deepEqual(await core.registrations(), []);
  await browser.reload();
  await page.isSignedInAs(number);
  await page.listIsEmpty();
});

test("the walk was four calls, each answered with OK, and nothing on the page went wrong", async () => {
  const { browser, sandbox } = stage;
  const calls = callsOf(sandbox).map(({ path, status, grpcStatus }) => [
    path.split("/").at(-1),
    status,
    grpcStatus,
  ]);
  const upsert = ["UpsertRegistration", 200, 0];
  assert.deepEqual(calls, [upsert, upsert, upsert, ["DeleteRegistration", 200, 0]]);
  await browser.recording.collect();
  assert.deepEqual(browser.recording.errors, []);
  assert.deepEqual(browser.recording.console, []);
});

test("the page's Content-Security-Policy is there and was never in the way", async () => {
  const { browser } = stage;
  const policy = await browser.evaluate(
    "return document.querySelector('meta[http-equiv=content-security-policy]').content",
  );
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'.*'unsafe-eval'|\*/);
  assert.deepEqual(await policyViolations(browser), []);
  // That a violation would have been seen: here is one.
  await browser.evaluate(
    "document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))",
  );
  await browser.waitFor("the violation", async () => (await policyViolations(browser)).length > 0);
});
