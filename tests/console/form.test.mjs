// The form begins from what is kept: an update changes what the person changed, and nothing else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900091";
const other = "+4799900092";
const sipUri = "sips:pbx.example.com:5061";
const fallback = {
  sipUri,
  routeType: "FALLBACK",
  apiVersion: "v1",
  mobileOriginatingPrefix: "12",
  mobileTerminatingPrefix: "0034",
};
let stage;
let first;
let second;

before(async () => {
  stage = await setStage();
  await stage.page.openFresh();
  await stage.page.signIn(number);
  first = await stage.browser.driver.getWindowHandle();
});
after(() => stage?.close());

const turnTo = (tab) => stage.browser.driver.switchTo().window(tab);

async function titleSays(words) {
  await stage.browser.text(words, { within: "#form-title" });
}

/** Waits until the form holds this. */
async function formHolds(wanted) {
  const { browser, page } = stage;
  let found;
  await browser
    .waitFor("the form's content", async () => {
      const draft = await page.draft();
      found = Object.fromEntries(Object.keys(wanted).map((name) => [name, draft[name]]));
      return JSON.stringify(found) === JSON.stringify(wanted);
    })
    .catch(() => assert.deepEqual(found, wanted));
}

test("after a reload the form holds what is kept, and sending it changes nothing", async () => {
  const { browser, page, core } = stage;
  await page.register(fallback);
  const { registeredAt } = await core.holds(number, fallback);
  await browser.reload();
  await page.card(number).status("registered", "Registered");
  await titleSays("Update the registration");
  await formHolds({ ...fallback, phoneNumber: number });
  await page.submit();
  await page.notice(/is (now )?registered at/);
  await core.holds(number, { ...fallback, registeredAt });
});

test("one field is changed after a reload, and the others stay as they are kept", async () => {
  const { browser, page, core } = stage;
  await browser.reload();
  await titleSays("Update the registration");
  await page.fillIn({ routeType: "LOOP_MT" });
  await page.submit();
  await page.notice("is now registered");
  await core.holds(number, { ...fallback, routeType: "LOOP_MT" });
});

test("what is typed stays when another tab registers the number meanwhile, and the other fields follow", async () => {
  const { browser, page, core } = stage;
  await page.card(number).delete();
  await page.listIsEmpty();
  await browser.driver.switchTo().newWindow("tab");
  second = await browser.driver.getWindowHandle();
  await browser.goto(stage.url);
  await page.isSignedInAs(number);
  await page.listIsEmpty();
  await titleSays("Register a PBX");
  await page.fillIn({ mobileTerminatingPrefix: "99", routeType: "FORK" });
  await turnTo(first);
  await page.register(fallback);
  await turnTo(second);
  await page.card(number).status("registered", "Registered");
  await titleSays("Update the registration");
  const mixed = { ...fallback, mobileTerminatingPrefix: "99", routeType: "FORK" };
  await formHolds(mixed);
  await page.submit();
  await page.notice("is now registered");
  await core.holds(number, mixed);
});

test("the form in which nobody typed follows a change that another tab makes", async () => {
  const { page, core } = stage;
  await turnTo(first);
  await formHolds({ routeType: "FORK", mobileTerminatingPrefix: "99" });
  await turnTo(second);
  await page.fillIn({ sipUri: "sips:moved.example.com", routeType: "LOOP_MO" });
  await page.submit();
  await page.notice("is now registered");
  await turnTo(first);
  await formHolds({ sipUri: "sips:moved.example.com", routeType: "LOOP_MO" });
  await core.holds(number, { sipUri: "sips:moved.example.com", routeType: "LOOP_MO" });
});

test("another number that is kept comes into the form with its number, and the first one again", async () => {
  const { page } = stage;
  // Not this person's: it is kept all the same, and tried again and again.
  const kept = { sipUri: "sips:second.example.com", routeType: "FALLBACK", mobileTerminatingPrefix: "77" };
  await page.fillIn({ ...kept, phoneNumber: other });
  await page.submit();
  await page.card(other).status("registering", "Not registered yet");
  await page.fillIn({ phoneNumber: number });
  await formHolds({ sipUri: "sips:moved.example.com", routeType: "LOOP_MO", mobileTerminatingPrefix: "99" });
  await page.fillIn({ phoneNumber: "+47 (999) 00-092" });
  await formHolds(kept);
  await page.card(other).click("stop");
  await page.card(other).gone();
});

test("Start over brings back what is kept for the own number", async () => {
  const { page } = stage;
  await page.fillIn({ sipUri: "sips:typed.example.com", routeType: "FORK", mobileTerminatingPrefix: "5" });
  await page.startOver();
  const kept = { sipUri: "sips:moved.example.com", routeType: "LOOP_MO", mobileTerminatingPrefix: "99" };
  await formHolds({ ...kept, phoneNumber: number });
});

test("a registration by the API version v0 comes back as one of v0", async () => {
  const { browser, page, core } = stage;
  const old = { ...fallback, apiVersion: "v0", routeType: "FORK" };
  await page.register(old);
  await core.holds(number, old);
  await browser.reload();
  await formHolds(old);
  await page.submit();
  await page.notice(/is (now )?registered at/);
  assert.equal(await page.cardCount(), 1);
  await core.holds(number, old);
});

test("a sign-in and a reload bring back what was typed, and for the other fields what is kept", async () => {
  const { browser, page, sandbox } = stage;
  await page.fillIn({ mobileOriginatingPrefix: "6" });
  const { refreshToken } = await page.tokens();
  await fetch(`${sandbox.issuer}/oauth2/revoke`, {
    method: "POST",
    body: new URLSearchParams({ token: refreshToken, client_id: sandbox.clientId }),
  });
  await page.card(number).click("refresh");
  await browser.click("[data-testid=session-expired] button");
  await browser.gone("[data-testid=session-expired]");
  await page.isSignedInAs(number);
  await page.card(number).status("registered", "Registered");
  await formHolds({ ...fallback, apiVersion: "v0", routeType: "FORK", mobileOriginatingPrefix: "6" });
});

test("after a deletion the form offers to register the same again, and after a reload it is empty", async () => {
  const { browser, page } = stage;
  await page.startOver();
  await page.card(number).delete();
  await page.listIsEmpty();
  await titleSays("Register a PBX");
  await formHolds({ sipUri, routeType: "FORK" });
  await browser.reload();
  await page.listIsEmpty();
  await titleSays("Register a PBX");
  await formHolds({ sipUri: "", routeType: "LOOP", mobileOriginatingPrefix: "", phoneNumber: number });
});
