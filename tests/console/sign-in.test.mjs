// Signing in, and the ways in which it does not work out.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browserName } from "../browser/drivers.mjs";
import { signInAtSandbox } from "../browser/sandbox-pages.mjs";
import { setStage } from "./stage.mjs";
import { historyOf, holdRequests } from "./tab.mjs";

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.close());

const signInError = { within: "[data-testid=sign-in-error]" };

function tokenRequests() {
  return stage.sandbox.requests.filter(({ method, path }) => method === "POST" && path === "/oauth2/token");
}

/** The address that the provider sent the browser back to, last. */
async function lastAnswer() {
  const { recording } = stage.browser;
  await recording.collect();
  const answer = recording.urls.findLast(({ url }) => url?.startsWith(`${stage.url}/?code=`));
  assert.ok(answer, "the answer's address was recorded");
  return answer.url;
}

async function addressIsClean() {
  const { href } = await stage.browser.url();
  assert.equal(href, `${stage.url}/`);
}

test("a number of another operator is refused where it is asked for, and the own one then works", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await page.goToSignIn();
  await browser.fill("#phone-number", "+4688800001");
  await browser.click("#sign-in");
  await browser.text(/./, { within: "#error" });
  await signInAtSandbox(browser, { phoneNumber: "+4799900031", sandboxUrl: stage.sandbox.url });
  await page.isSignedInAs("+4799900031");
  await addressIsClean();
});

test("denied consent: the page says that the sign-in was declined, and a second try works", async () => {
  const { browser, page, sandbox } = stage;
  await page.openFresh();
  await page.goToSignIn();
  const before = tokenRequests().length;
  await signInAtSandbox(browser, { phoneNumber: "+4799900032", consent: "deny", sandboxUrl: sandbox.url });
  await browser.text("The sign-in was declined", signInError);
  await addressIsClean();
  await page.isSignedOut();
  assert.equal(tokenRequests().length, before);
  await browser.screenshot("console-declined");
  await browser.click("[data-testid=sign-in]");
  await browser.click("#allow");
  await page.isSignedInAs("+4799900032");
});

/** A state of the form that ours have: others are not the console's to answer. */
const state = `state=${"A".repeat(43)}`;
for (const answer of [
  `code=x&${state}`,
  `error=access_denied&${state}`,
  `code=x&${state}&iss=https://elsewhere.example`,
]) {
  test(`an answer that nobody asked for (${answer}) is refused and leaves the address bar`, async () => {
    const { browser, page } = stage;
    await page.openFresh();
    const before = tokenRequests().length;
    await browser.goto(`${stage.url}/?${answer}`);
    await browser.text("This sign-in was not started here", signInError);
    await page.isSignedOut();
    await addressIsClean();
    for (const entry of await historyOf(browser)) assert.doesNotMatch(entry, /[?&]code=/);
    assert.equal(tokenRequests().length, before);
    await browser.reload();
    await page.isSignedOut();
    await browser.gone(signInError.within);
  });
}

test("a parameter of the page's own next to a refused answer stays in the address", async () => {
  const { browser } = stage;
  await browser.goto(`${stage.url}/?tab=2&code=x&${state}#top`);
  await browser.text("This sign-in was not started here", signInError);
  assert.equal((await browser.url()).href, `${stage.url}/?tab=2#top`);
});

test("a sign-in begun in one tab does not finish in another browser's tab", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await page.goToSignIn();
  // The tab forgets that it began one: as good as another browser.
  await browser.goto(stage.url);
  await browser.css("[data-testid=sign-in]");
  await browser.evaluate("sessionStorage.clear()");
  await browser.driver.navigate().back();
  const before = tokenRequests().length;
  await signInAtSandbox(browser, { phoneNumber: "+4799900033", sandboxUrl: stage.sandbox.url });
  await browser.text("This sign-in was not started here", signInError);
  await page.isSignedOut();
  await addressIsClean();
  assert.equal(tokenRequests().length, before);
});

test("back from the provider's page without signing in: the page is usable, and the sign-in works", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await page.goToSignIn();
  await browser.driver.navigate().back();
  await page.isSignedOut();
  await browser.text("Sign in with your number", { within: "[data-testid=sign-in]" });
  await page.signIn("+4799900034");
});

test("the back button after the sign-in leads to no code, and the console knows who is signed in", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await page.signIn("+4799900035");
  for (const entry of await historyOf(browser)) assert.doesNotMatch(entry, /[?&](code|state)=/);
  const before = tokenRequests().length;
  for (let pressed = 0; pressed < 4; pressed += 1) {
    await browser.driver.navigate().back();
    const { origin } = await browser.url();
    if (origin === stage.url) break;
  }
  assert.equal((await browser.url()).href, `${stage.url}/`);
  await page.isSignedInAs("+4799900035");
  assert.equal(tokenRequests().length, before);
});

test("an answer that was used already leads to nothing, and who was signed in still is", async () => {
  const { browser, page } = stage;
  await page.openFresh();
  await page.signIn("+4799900036");
  const used = await lastAnswer();
  const before = tokenRequests().length;
  await browser.goto(used);
  await page.isSignedInAs("+4799900036");
  await addressIsClean();
  await browser.gone(signInError.within);
  assert.equal(tokenRequests().length, before);
});

describe("a reload while the code is being exchanged", {
  skip: browserName === "webkit" && "WebKit's driver can't hold a request back",
}, () => {
  let tokenRequestsBefore;

  before(async () => {
    const { browser, page, sandbox } = stage;
    await page.openFresh();
    tokenRequestsBefore = tokenRequests().length;
    const held = await holdRequests(browser, `${sandbox.url}/oauth2/token`);
    await page.goToSignIn();
    await signInAtSandbox(browser, { phoneNumber: "+4799900037", sandboxUrl: sandbox.url });
    await browser.waitFor("the exchange to be under way", () => held.count() > 0);
    await addressIsClean();
    await browser.reload();
    await held.release();
  });

  test("leads to the sign-in page", async () => {
    await stage.page.isSignedOut();
    await addressIsClean();
  });

  test("is said to have interrupted the sign-in", async () => {
    await stage.browser.text("The sign-in was interrupted", signInError);
  });

  test("and the same answer opened once more leads to nothing, and the code is not sent", async () => {
    const { browser, page } = stage;
    await browser.goto(await lastAnswer());
    await page.isSignedOut();
    await browser.gone(signInError.within);
    await addressIsClean();
    assert.equal(tokenRequests().length, tokenRequestsBefore);
  });

  test("and the next sign-in works", async () => {
    const { browser, page } = stage;
    await browser.click("[data-testid=sign-in]");
    await page.isSignedInAs("+4799900037");
  });
});
