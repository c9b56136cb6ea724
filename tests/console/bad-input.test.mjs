// What can't be right is said at its field, and nothing is sent.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900003";
const good = {
  sipUri: "sips:pbx.example.com",
  phoneNumber: number,
  apiVersion: "v1",
  routeType: "LOOP",
  mobileOriginatingPrefix: "",
  mobileTerminatingPrefix: "00",
};
let stage;

before(async () => {
  stage = await setStage();
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.fillIn(good);
});
after(() => stage?.close());

/** Sends the form with a fault in one field, and then puts the field right: the message goes away. */
async function refusesAt(field, wrong, words) {
  const { browser, page, sandbox } = stage;
  await page.fillIn({ [field]: wrong });
  await page.submitFrom(field);
  await page.problemAt(field, words);
  await browser.text("Not sent yet", { within: "[data-testid=form-error]" });
  await browser.text("One field needs a change.", { within: "[data-testid=form-error]" });
  const marked = "return [...document.querySelectorAll('[aria-invalid=true]')].map(({ name }) => name)";
  assert.deepEqual(await browser.evaluate(marked), [field]);
  await page.fillIn({ [field]: good[field] });
  await browser.gone(`[data-testid=error-${field}]`);
  assert.deepEqual(callsOf(sandbox), []);
  assert.equal(await page.cardCount(), 0);
}

const wrongUris = [
  ["", "Enter the address of the PBX"],
  ["sip:pbx.example.com", "Use sips: instead of sip:"],
  ["pbx.example.com", "Begin with sips:"],
  ["https://pbx.example.com", "Begin with sips:"],
  ["sips:", "Enter a host name"],
  ["sips:someone@pbx.example.com", "Remove the user part"],
  ["sips:pbx.example.com;transport=tls", "Remove parameters"],
  ["sips:192.0.2.1", "IP address"],
  ["sips:[2001:db8::1]", "IP address"],
  ["sips:pbx.example.com:0", "port from 1 to 65535"],
  ["sips:pbx.example.com:65536", "port from 1 to 65535"],
  ["sips:pbx example.com", "Remove the blanks"],
  ["sips:bücher.example", "xn--"],
];
for (const [sipUri, words] of wrongUris) {
  test(`the SIP address "${sipUri}" is refused at its field`, () => refusesAt("sipUri", sipUri, words));
}

const wrongNumbers = [
  ["99900003", "Begin with a plus"],
  ["004799900003", "Begin with a plus"],
  ["+47999o0003", "digits only"],
  ["+047999", "does not begin with 0"],
  ["+47", "4 to 32 digits"],
];
for (const [phoneNumber, words] of wrongNumbers) {
  test(`the number "${phoneNumber}" is refused at its field`, () =>
    refusesAt("phoneNumber", phoneNumber, words));
}

for (const field of ["mobileOriginatingPrefix", "mobileTerminatingPrefix"]) {
  for (const prefix of ["+47", "0a", "0123456789012345"]) {
    test(`"${prefix}" as ${field} is refused at its field`, () =>
      refusesAt(field, prefix, "A prefix is 0 to 15 digits"));
  }
}

test("a route type that v0 does not have is refused as soon as v0 is chosen, and when it is sent", async () => {
  const { page } = stage;
  await page.startOver();
  await page.fillIn({ ...good, routeType: "INGRESS" });
  await page.fillIn({ apiVersion: "v0" });
  await page.problemAt("routeType", /v0/);
  await page.submit();
  await stage.browser.text("Not sent yet", { within: "[data-testid=form-error]" });
  assert.deepEqual(callsOf(stage.sandbox), []);
});

for (const field of ["sipUri", "mobileTerminatingPrefix"]) {
  test(`pressing Register with the mouse while ${field} is wrong and has the focus is answered, too`, async () => {
    const { browser, page, sandbox } = stage;
    await page.startOver();
    await page.fillIn(good);
    await page.fillIn({ [field]: "wrong" });
    // The message appears when the field is left, that is under the pressed mouse button: the click must survive it.
    await page.submit();
    await browser.text("Not sent yet", { within: "[data-testid=form-error]", timeoutMs: 3_000 });
    assert.deepEqual(callsOf(sandbox), []);
  });
}

test("several faults are said at once, each at its field, and the first one has the focus", async () => {
  const { browser, page, sandbox } = stage;
  await page.startOver();
  await page.fillIn({ ...good, sipUri: "sip:x", phoneNumber: "1", mobileOriginatingPrefix: "x" });
  await page.submitFrom("mobileOriginatingPrefix");
  await browser.text("3 fields need a change.", { within: "[data-testid=form-error]" });
  for (const field of ["sipUri", "phoneNumber", "mobileOriginatingPrefix"]) await page.problemAt(field, /./);
  await browser.waitFor(
    "the focus in the first field",
    async () => (await browser.evaluate("return document.activeElement.name")) === "sipUri",
  );
  await browser.screenshot("console-bad-input");
  assert.deepEqual(callsOf(sandbox), []);
});

test("a field speaks up when it is left, and is quiet when it is right", async () => {
  const { browser, page, sandbox } = stage;
  await page.startOver();
  await browser.gone("[data-testid=error-sipUri]");
  await page.fillIn({ sipUri: "sip:pbx.example.com" });
  await browser.click("input[name=phoneNumber]");
  await page.problemAt("sipUri", "Use sips:");
  await page.fillIn({ sipUri: "sips:pbx.example.com" });
  await browser.gone("[data-testid=error-sipUri]");
  assert.deepEqual(callsOf(sandbox), []);
});

test("corrected, it is sent: blanks and dashes in the number are no fault", async () => {
  const { page, core, sandbox } = stage;
  await page.register({ ...good, phoneNumber: "+47 (999) 00-003" });
  await core.holds(number, { sipUri: good.sipUri, routeType: "LOOP" });
  assert.equal(callsOf(sandbox).length, 1);
  await page.card(number).status("registered", "Registered");
});
