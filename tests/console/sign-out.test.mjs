// Signing out: nothing that could be used again is left, neither here nor at the provider.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Key } from "selenium-webdriver";
import { createClient } from "sipbreakout-web";
import { policyViolations } from "./policy.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900041";
const sipUri = "sips:pbx.example.com";
let stage;
let tokens;

before(async () => {
  stage = await setStage();
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.register({ sipUri, routeType: "LOOP" });
});
after(() => stage?.close());

function userInfo(accessToken) {
  return fetch(`${stage.sandbox.issuer}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
}

test("while signed in, the session's tokens are good", async () => {
  tokens = await stage.page.tokens();
  const reply = await userInfo(tokens.accessToken);
  assert.equal(reply.status, 200);
  assert.equal((await reply.json()).phone_number, number);
});

/** By the provider's log-out page, and back with a clean address. */
async function signOutAndComeBack(options) {
  const { browser, page } = stage;
  await page.signOut(options);
  await page.isSignedOut();
  await browser.waitFor(
    "the way back from the provider",
    async () => (await browser.url()).href === `${stage.url}/`,
  );
}

test("where something is kept, Sign out asks first, and one can stay", async () => {
  const { browser, page } = stage;
  await browser.click("[data-testid=sign-out]");
  await browser.text("One number is kept registered by this browser.", {
    within: "[data-testid=sign-out-dialog]",
  });
  await browser.screenshot("console-sign-out");
  await (await browser.css("[data-testid=sign-out-dialog]")).sendKeys(Key.ESCAPE);
  await browser.gone("[data-testid=sign-out-dialog]");
  await page.isSignedInAs(number);
});

test("Sign out leads to the signed-out page, with a clean address and no token stored", async () => {
  const { browser, page } = stage;
  await signOutAndComeBack();
  await page.isSignedOut();
  // By POST, with the ID token in the form and not in the address; the provider redirects to itself after it.
  const [logOut] = stage.sandbox.requests.filter(({ path }) => path === "/oauth2/sessions/logout");
  assert.equal(logOut.method, "POST");
  await browser.recording.collect();
  for (const { url } of browser.recording.urls) assert.doesNotMatch(url ?? "", /id_token_hint/);
  const { session, local } = await page.storage();
  assert.equal(session, "{}");
  assert.deepEqual(await page.keptRecords(), []);
  for (const token of Object.values(tokens)) assert.ok(!local.includes(token));
  assert.deepEqual(await policyViolations(browser), []);
});

test("the old access token is refused by user info and by the core", async () => {
  assert.equal((await userInfo(tokens.accessToken)).status, 401);
  const client = createClient({ baseUrl: stage.sandbox.url, accessToken: () => tokens.accessToken });
  await assert.rejects(client.deleteRegistration({ sipUri }), { code: "unauthenticated" });
  client.close();
  await stage.core.holds(number, { sipUri });
});

test("the old refresh token is refused by the provider", async () => {
  const reply = await fetch(`${stage.sandbox.issuer}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: tokens.refreshToken,
      client_id: stage.sandbox.clientId,
    }),
  });
  assert.equal(reply.status, 400);
  assert.equal((await reply.json()).error, "invalid_grant");
});

test("a reload and the back button show nobody's number", async () => {
  const { browser, page } = stage;
  await browser.reload();
  await page.isSignedOut();
  await browser.driver.navigate().back();
  await browser.waitFor(
    "a page",
    async () => (await browser.evaluate("return document.readyState")) === "complete",
  );
  if ((await browser.url()).origin === stage.url) await page.isSignedOut();
  await browser.goto(stage.url);
  await page.isSignedOut();
});

test("the provider asks for the number again, and another person does not see the first one's list", async () => {
  const { page, core } = stage;
  await page.signIn("+4799900042");
  await page.listIsEmpty();
  await core.holds(number, { sipUri });
});

test("the first person starts with an empty list: a sign-out ends the keeping", async () => {
  const { page, core } = stage;
  await signOutAndComeBack();
  await page.signIn(number);
  await page.listIsEmpty();
  await core.holds(number, { sipUri });
});

test("signed out with deletion, the core has nothing of the person any more", async () => {
  const { page, core } = stage;
  await page.register({ sipUri, routeType: "FORK" });
  await core.holds(number, { sipUri, routeType: "FORK" });
  await signOutAndComeBack({ deletes: true });
  await core.holdsNothing(number);
});
