// The session ends, or only seems to: what was typed is never lost.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900051";
const sipUri = "sips:pbx.example.com";
const tokenTtlSeconds = 3;
let stage;

before(async () => {
  stage = await setStage({ sandbox: { tokenTtlSeconds } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
});
after(() => stage?.close());

/** The provider ends the sign-in: with the refresh token go the access tokens that came from it. */
async function endAtProvider() {
  const { refreshToken } = await stage.page.tokens();
  const reply = await fetch(`${stage.sandbox.issuer}/oauth2/revoke`, {
    method: "POST",
    body: new URLSearchParams({ token: refreshToken, client_id: stage.sandbox.clientId }),
  });
  assert.equal(reply.status, 200);
}

/** What is kept comes when the store has been read, which may be later than the person's number. */
async function isListed() {
  await stage.page.card(number).text(number);
}

test("an access token that ran out is renewed without a word", async () => {
  const { browser, page, core, sandbox } = stage;
  const { accessToken } = await page.tokens();
  const over = Date.now() + tokenTtlSeconds * 1000;
  await browser.waitFor("the access token to run out", () => Date.now() >= over);
  await page.register({ sipUri, routeType: "LOOP" });
  await core.holds(number, { sipUri });
  assert.notEqual((await page.tokens()).accessToken, accessToken);
  // The page did not have to be told by a refused call.
  assert.deepEqual(
    callsOf(sandbox).map(({ grpcStatus }) => grpcStatus),
    [0],
  );
});

test("tokens revoked at the provider: the page says that the session has ended, and nothing changes", async () => {
  const { browser, page, core } = stage;
  await endAtProvider();
  await page.fillIn({
    sipUri: "sips:new.example.com:5061",
    apiVersion: "v0",
    routeType: "FORK",
    mobileOriginatingPrefix: "12",
    mobileTerminatingPrefix: "34",
  });
  await page.submit();
  await browser.text("Your session has ended", { within: "[data-testid=session-expired]" });
  await core.holds(number, { sipUri, routeType: "LOOP", apiVersion: "v1" });
  const card = page.card(number);
  await card.status("suspended", "Suspended");
  await card.keeping("You are no longer signed in, so it is not refreshed.");
  await card.keeping(/It stays registered until .+\. Sign in again to keep it registered\./);
  await browser.gone("[data-testid=notice]");
  // Nobody is signed in, and there is nobody to sign out.
  await browser.text(`Session ended: ${number}`, { within: "[data-testid=ended-session]" });
  await browser.gone("[data-testid=user-number]");
  await browser.gone("[data-testid=sign-out]");
  await browser.screenshot("console-session-ended");
});

test("Sign in again brings back what was typed, the keeping goes on, and the form can be sent", async () => {
  const { browser, page, core } = stage;
  const typed = await page.draft();
  assert.equal(typed.sipUri, "sips:new.example.com:5061");
  await browser.click("[data-testid=session-expired] button");
  // The provider still knows who it is and what was allowed: it sends the browser straight back.
  await browser.gone("[data-testid=session-expired]");
  await page.isSignedInAs(number);
  assert.equal((await browser.url()).href, `${stage.url}/`);
  await isListed();
  assert.deepEqual(await page.draft(), typed);
  await page.submit();
  await page.notice(`${number} is now registered at sips:new.example.com:5061`);
  await core.holds(number, {
    sipUri: "sips:new.example.com:5061",
    routeType: "FORK",
    apiVersion: "v0",
    mobileOriginatingPrefix: "12",
    mobileTerminatingPrefix: "34",
  });
});

test("ended when a card is used: Sign in again keeps what is typed into the form, too, and the card goes on", async () => {
  const { browser, page, core } = stage;
  await page.fillIn({ sipUri: "sips:third.example.com", mobileOriginatingPrefix: "56" });
  const typed = await page.draft();
  await endAtProvider();
  const card = page.card(number);
  await card.click("refresh");
  await card.status("suspended", "Suspended");
  await browser.click("[data-testid=session-expired] button");
  await browser.gone("[data-testid=session-expired]");
  await page.isSignedInAs(number);
  await isListed();
  assert.deepEqual(await page.draft(), typed);
  await card.status("registered", "Registered");
  await core.holds(number, { sipUri: "sips:new.example.com:5061" });
});

test("ended between two visits: a reload leads to the sign-in page, which says why", async () => {
  const { browser, page } = stage;
  await endAtProvider();
  await browser.reload();
  await browser.text("Your session has ended", { within: "[data-testid=sign-in-error]" });
  await page.isSignedOut();
  await browser.click("[data-testid=sign-in]");
  await page.isSignedInAs(number);
  await page.card(number).status("registered", "Registered");
});

test("the provider does not say who is signed in: what is kept goes on, and Try again asks once more", async () => {
  const { browser, page, core, sandbox } = stage;
  for (const fault of [{ status: 503 }, { status: 401, error: "invalid_token" }]) {
    await page.card(number).click("stop");
    await page.listIsEmpty();
    await page.register({ sipUri, routeType: "FORK" });
    await core.asVendor((client) => client.deleteRegistration({ sipUri, phoneNumber: number }));
    sandbox.arm({ on: "userinfo", ...fault, times: "always" });
    await browser.reload();
    const card = page.card(number);
    await card.click("refresh");
    await card.status("registered", "Registered");
    await browser.waitFor(
      "the core to have it again",
      async () => (await core.registrationOf(number)) !== undefined,
    );
    await browser.screenshot("console-nobody-said");
    sandbox.disarm();
    await browser.click("[data-testid=sign-in-error] .notice-actions button");
    await page.isSignedInAs(number);
    await card.status("registered", "Registered");
  }
});
