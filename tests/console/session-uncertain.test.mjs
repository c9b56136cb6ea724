// The session can't be renewed for now: the page says so, offers the sign-in, and loses nothing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setStage } from "./stage.mjs";

const number = "+4799900053";
const sipUri = "sips:pbx.example.com";
let stage;

before(async () => {
  stage = await setStage({ sandbox: { tokenTtlSeconds: 3 } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.register({ sipUri, routeType: "LOOP" });
});
after(() => stage?.close());

test("the provider does not renew the session for now: the page says so and offers the sign-in, until it is renewed", async () => {
  const { browser, page, core, sandbox } = stage;
  sandbox.arm({ on: "token.refresh", status: 503, times: "always" });
  // After three tries, or a minute.
  await browser.css("[data-testid=session-uncertain] button", 90_000);
  await browser.text("can’t be renewed at the moment", { within: "[data-testid=session-uncertain]" });
  // The card and what was said before agree with it.
  const { selector } = page.card(number);
  await browser.css(`${selector}[data-session=uncertain]`);
  assert.doesNotMatch(
    await page.card(number).keeping(/not refreshed|not confirmed|Next try/),
    /Next refresh/,
  );
  await browser.gone("[data-testid=notice]");
  await browser.screenshot("console-session-uncertain");
  await page.isSignedInAs(number);
  await core.holds(number, { sipUri });
  sandbox.disarm();
  await browser.gone("[data-testid=session-uncertain]", 90_000);
  await page.card(number).status("registered", "Registered");
  await page.card(number).keeping(/Next refresh at .+, by this tab\./);
});

test("uncertain, the sign-in that is offered works, and brings back what was typed", async () => {
  const { browser, page, sandbox } = stage;
  await page.fillIn({ mobileOriginatingPrefix: "77" });
  sandbox.arm({ on: "token.refresh", status: 503, times: "always" });
  await browser.click("[data-testid=session-uncertain] button", 90_000);
  await browser.gone("[data-testid=session-uncertain]");
  await page.isSignedInAs(number);
  sandbox.disarm();
  assert.equal((await page.draft()).mobileOriginatingPrefix, "77");
  await page.card(number).status("registered", "Registered");
});
