// Every route type that a person can choose arrives at the core as chosen, with its prefixes and API version.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900002";
const v1 = ["LOOP", "FORK", "FALLBACK", "LOOP_MO", "LOOP_MT", "INGRESS"];
const v0 = ["LOOP", "FORK", "FALLBACK"];
let stage;

before(async () => {
  stage = await setStage();
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

async function registersAs(draft) {
  const { page, core } = stage;
  const before = await core.registrationOf(number);
  await page.fillIn(draft);
  await page.submit();
  const changed = async () => {
    const after = await core.registrationOf(number);
    return after !== undefined && after.refreshedAt !== before?.refreshedAt;
  };
  await stage.browser.waitFor("the registration at the core", changed);
  await core.holds(number, { ...draft, tokenKind: "user" });
  const card = page.card(number);
  await card.status("registered", "Registered");
  await card.text(new RegExp(`\\b${draft.routeType}\\b`));
  await card.text(new RegExp(`API\\s+${draft.apiVersion}`));
  await card.text(draft.sipUri);
  assert.equal(await page.cardCount(), 1);
}

for (const [place, routeType] of v1.entries()) {
  test(`v1 registers ${routeType}`, async () => {
    await registersAs({
      apiVersion: "v1",
      routeType,
      sipUri: `sips:pbx${place}.example.com:${5061 + place}`,
      mobileOriginatingPrefix: `0${place}`,
      mobileTerminatingPrefix: `9${place}`,
    });
    await stage.page.card(number).text(`outgoing 0${place}, incoming 9${place}`);
  });
}

for (const routeType of v0) {
  test(`v0 registers ${routeType}`, async () => {
    await registersAs({
      apiVersion: "v0",
      routeType,
      sipUri: "sips:old.example.com",
      mobileOriginatingPrefix: "",
      mobileTerminatingPrefix: "000",
    });
    await stage.page.card(number).text("Prefixes\nincoming 000");
  });
}

test("v0 offers the three route types that it has, and says so of the others", async () => {
  const { browser, page } = stage;
  await page.fillIn({ apiVersion: "v0" });
  const offered = `return [...document.querySelectorAll("input[name=routeType]")]
    .filter((input) => !input.disabled).map((input) => input.value)`;
  assert.deepEqual(await browser.evaluate(offered), v0);
  await browser.text("Only in API v1.", { within: ".route[data-offered=false]" });
});

test("the other version takes the number over: the earlier one keeps it no more", async () => {
  const { browser, page, core } = stage;
  await page.fillIn({ apiVersion: "v1" });
  await page.submit();
  await page.notice("is now registered");
  await core.holds(number, { apiVersion: "v1", sipUri: "sips:old.example.com" });
  assert.equal(await page.cardCount(), 1);
  await browser.reload();
  await page.card(number).text(/API\s+v1/);
  assert.equal(await page.cardCount(), 1);
  await page.fillIn({ apiVersion: "v0", routeType: "FORK", sipUri: "sips:old.example.com" });
  await page.submit();
  await page.notice("is now registered");
  await core.holds(number, { apiVersion: "v0", routeType: "FORK" });
});

test("a registration that v0 made is deleted through v0", async () => {
  const { page, core, sandbox } = stage;
  await page.card(number).delete();
  await page.listIsEmpty();
  await core.holdsNothing(number);
  const { path, grpcStatus } = sandbox.requests
    .filter(({ method, grpcStatus }) => method === "POST" && grpcStatus !== undefined)
    .at(-1);
  assert.equal(path, "/wgtwo.sipbreakout.v0.SipBreakoutService/DeleteRegistration");
  assert.equal(grpcStatus, 0);
});
