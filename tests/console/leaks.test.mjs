// No token, code or verifier is ever where somebody might find it: a whole walk with everything that goes wrong in it,
// then a search of all it left behind.

import assert from "node:assert/strict";
import { after, before, mock, test } from "node:test";
import { browserName } from "../browser/drivers.mjs";
import { signInAtSandbox } from "../browser/sandbox-pages.mjs";
import { breakFetches, watchPages } from "./page-spy.mjs";
import { setStage } from "./stage.mjs";
import { historyOf } from "./tab.mjs";
import { addPage, sessionKey, Traces } from "./traces.mjs";

const number = "+4799900071";
const sipUri = "sips:pbx.example.com";
const tokenTtlSeconds = 4;
const skip = browserName === "webkit" && "WebKit's driver can't watch a page from inside";

const traces = new Traces();
const stdout = [];
const headers = [];
let stage;
let seen;

before(async () => {
  if (skip) return;
  // The sandbox prints its access log in this process.
  const { log } = console;
  mock.method(console, "log", (line, ...rest) => {
    if (/^\d{4}-\d\d-\d\dT/.test(line)) stdout.push(line);
    else log(line, ...rest);
  });
  stage = await setStage({ sandbox: { tokenTtlSeconds, quiet: false } });
  seen = await watchPages(stage.browser);
  const bidi = await stage.browser.driver.getBidi();
  bidi.on("network.beforeRequestSent", ({ request }) => {
    for (const { name, value } of request.headers)
      headers.push({ url: request.url, name, value: value.value });
  });
  await stage.page.openFresh();
});
after(() => stage?.close());

/** Codes, tokens and verifiers by name. The sandbox knows the first two, the page's requests tell the third. */
function secrets() {
  const named = new Map();
  for (const secret of stage.sandbox.issuedSecrets) named.set(`issued secret ${named.size}`, secret);
  for (const value of sentValues("code_verifier")) named.set(`verifier ${named.size}`, value);
  return named;
}

/** The values that the page sent in forms under this name. */
function sentValues(name) {
  const values = seen.fetches.map(({ body }) => new URLSearchParams(body).get(name));
  return new Set(values.filter((value) => value !== null));
}

async function step() {
  await addPage(traces, stage.browser);
  traces.add("what is kept", await stage.page.records());
}

async function signInSeesError(words) {
  await stage.page.isSignedOut();
  await stage.browser.text(words, { within: "[data-testid=sign-in-error]" });
  await step();
}

test("a sign-in whose exchange fails with an error that quotes code and verifier", { skip }, async () => {
  const { browser, page, sandbox } = stage;
  await page.goToSignIn();
  await breakFetches(browser, "/oauth2/token");
  await signInAtSandbox(browser, { phoneNumber: number, sandboxUrl: sandbox.url });
  await signInSeesError(/no connection|failed|wrongly/);
  assert.equal(sentValues("code_verifier").size, 1);
  await breakFetches(browser, "");
});

test("a sign-in that works, a registration, and user info after a reload", { skip }, async () => {
  const { browser, page } = stage;
  await browser.click("[data-testid=sign-in]");
  await page.isSignedInAs(number);
  await step();
  await page.register({ sipUri, routeType: "LOOP" });
  await step();
  await browser.reload();
  await page.isSignedInAs(number);
  await step();
});

test("user info that fails with an error that quotes the access token", { skip }, async () => {
  const { browser, page } = stage;
  await breakFetches(browser, "/userinfo");
  await browser.reload();
  await browser.css("[data-testid=sign-in-error]");
  await step();
  await breakFetches(browser, "");
  await browser.reload();
  await page.isSignedInAs(number);
});

test("a registration that is not allowed, and one that fails with an error that quotes the token", {
  skip,
}, async () => {
  const { browser, page } = stage;
  await page.fillIn({ sipUri, phoneNumber: "+4799900072" });
  await page.submit();
  await page.card("+4799900072").error("Not allowed for this number");
  await step();
  await page.card("+4799900072").click("stop");
  await page.fillIn({ phoneNumber: number });
  await breakFetches(browser, "UpsertRegistration");
  await page.submit();
  await page.card(number).error(/can’t be reached|no connection|failed|wrongly/);
  await step();
  await breakFetches(browser, "");
  await page.card(number).click("refresh");
  await page.card(number).noError();
});

test("a delete that the core refuses", { skip }, async () => {
  const { browser, page, core } = stage;
  await core.asVendor((client) =>
    client.upsertRegistration({ sipUri: "sips:other.example.net", routeType: "LOOP", phoneNumber: number }),
  );
  await page.card(number).delete();
  await browser.text("The operator refuses this", { within: "[data-testid=action-error]" });
  await step();
  await page.register({ sipUri });
});

test("a refresh of the token that fails with an error that quotes it, then one that works", {
  skip,
}, async () => {
  const { browser, page } = stage;
  const { accessToken } = await page.tokens();
  const over = Date.now() + tokenTtlSeconds * 1000;
  await breakFetches(browser, "/oauth2/token");
  await browser.waitFor("the access token to run out", () => Date.now() >= over);
  await page.card(number).click("refresh");
  await page.card(number).error(/no connection|failed/);
  await step();
  await breakFetches(browser, "");
  await page.card(number).click("refresh");
  await page.notice("is registered again");
  assert.notEqual((await page.tokens()).accessToken, accessToken);
  await step();
});

test("while signed in, tokens lie in localStorage under one key, and nowhere else", {
  skip,
}, async () => {
  const { browser, page } = stage;
  const { accessToken, refreshToken, idToken } = await page.tokens();
  const entries = await browser.evaluate(
    "return [...Object.entries({ ...localStorage }), ...Object.entries({ ...sessionStorage })]",
  );
  for (const token of [accessToken, refreshToken, idToken]) {
    const holders = entries.filter(([, text]) => text.includes(token)).map(([key]) => key);
    assert.equal(holders.length, 1);
    assert.ok(holders[0].startsWith(sessionKey), holders[0]);
  }
  assert.ok(!entries.some(([key]) => key.startsWith("sipbreakout/sign-in/")), "no sign-in is left under way");
  const places = await browser.evaluate(
    `return Promise.all([indexedDB.databases(), caches.keys()])
      .then(([databases, names]) => [...databases.map(({ name }) => name), ...names])`,
  );
  assert.deepEqual(places, ["sipbreakout-kept"]);
  // A wish and a grant.
  assert.equal((await page.keptRecords()).length, 2);
  for (const value of sentValues("code_verifier"))
    assert.ok(!entries.some(([, text]) => text.includes(value)));
});

test("a session that ends, a sign-in again, and a sign-out", { skip }, async () => {
  const { browser, page, sandbox } = stage;
  const { refreshToken } = await page.tokens();
  await fetch(`${sandbox.issuer}/oauth2/revoke`, {
    method: "POST",
    body: new URLSearchParams({ token: refreshToken, client_id: sandbox.clientId }),
  });
  await page.card(number).click("refresh");
  await browser.css("[data-testid=session-expired]");
  await page.card(number).status("suspended", "Suspended");
  await step();
  await browser.click("[data-testid=session-expired] button");
  await browser.gone("[data-testid=session-expired]");
  await page.isSignedInAs(number);
  await page.signOut({ deletes: true });
  await page.isSignedOut();
  await browser.waitFor(
    "the way back from the provider",
    async () => (await browser.url()).href === `${stage.url}/`,
  );
  await page.isSignedOut();
  await step();
  assert.equal((await page.storage()).session, "{}");
});

test("none of it is in anything that the walk left behind", { skip }, async () => {
  const { browser, sandbox } = stage;
  await collectTheRest();
  // That there was something to find, and somewhere to look for it.
  const codes = sentValues("code");
  assert.equal(codes.size, 3, "three sign-ins came as far as the exchange");
  assert.equal(sentValues("code_verifier").size, 3);
  assert.ok(sandbox.issuedSecrets.size >= 3 + 2 * 3, `${sandbox.issuedSecrets.size} secrets were issued`);
  // invalid_input: a number of which only the beginning is typed has no call flow. invalid_grant is the provider's, behind
  // session_expired; with sign_in_required calls would end that are under way at the sign-out.
  assert.deepEqual(
    new Set(seen.errors.map(({ code }) => code)),
    new Set([
      "network",
      "unavailable",
      "permission_denied",
      "not_acceptable",
      "session_expired",
      "invalid_grant",
      "sign_in_required",
      "invalid_input",
    ]),
  );
  const sizes = traces.sizes();
  for (const place of [
    "SDK errors",
    "access log",
    "access log on stdout",
    "page text",
    "other addresses",
    "what is kept",
  ]) {
    assert.ok(sizes[place] > 100, `${place}: ${sizes[place]} characters`);
  }
  assert.deepEqual(traces.search(secrets()), []);
  for (const entry of await historyOf(browser)) assert.doesNotMatch(entry, /[?&](code|state)=/);
});

/** What is not of one page: addresses, messages, errors, logs, what was written to storage, what was sent along. */
async function collectTheRest() {
  const { recording } = stage.browser;
  await recording.collect();
  // The answer's own address carries its code, once: the provider puts it there. It may not go anywhere else.
  const isAnswer = (url) => url?.startsWith(`${stage.url}/?code=`);
  traces.add(
    "other addresses",
    recording.urls.filter(({ url }) => !isAnswer(url)),
  );
  const codes = sentValues("code");
  for (const { url, kind } of recording.urls) {
    if (!isAnswer(url)) continue;
    assert.notEqual(kind, "browsingContext.historyUpdated");
    traces.add(
      "answers, without their own code",
      [...codes].reduce((text, code) => text.replace(code, ""), url),
    );
  }
  traces.add("console messages", recording.console);
  traces.add("page errors", recording.errors);
  traces.add("SDK errors", seen.errors);
  traces.add(
    "localStorage writes",
    seen.writes.filter(({ area, key }) => area !== "session" && !key.startsWith(sessionKey)),
  );
  traces.add(
    "fetched addresses",
    seen.fetches.map(({ url }) => url),
  );
  const authorized = headers.filter(({ name }) => name.toLowerCase() === "authorization");
  for (const { url } of authorized) assert.match(url, /\/userinfo$|SipBreakoutService/);
  assert.ok(authorized.length > 0);
  // The address that a header went to has been looked at above.
  const others = headers.filter((header) => !authorized.includes(header));
  traces.add(
    "other request headers",
    others.map(({ name, value }) => [name, value]),
  );
  traces.add("access log", stage.sandbox.requests);
  traces.add("access log on stdout", stdout);
}

test("the search finds a token wherever one is planted", { skip }, async () => {
  const { browser, page, sandbox } = stage;
  await page.signIn(number);
  const { accessToken } = await page.tokens();
  await browser.evaluate(
    `const [token, sandbox] = arguments;
    console.log("planted", { headers: { authorization: "Bearer " + token } });
    localStorage.setItem("planted", token.slice(0, 24));
    document.body.append(token.slice(-24));
    history.pushState(token, "", "?planted=" + token);
    setTimeout(() => { throw new Error(token); });
    return fetch(sandbox + "/planted/" + token, { headers: { "x-planted": token } }).catch(() => undefined);`,
    accessToken,
    sandbox.url,
  );
  await browser.waitFor("the planted error", () => browser.recording.errors.length > 0);
  await step();
  await collectTheRest();
  const name = [...secrets()].find(([, secret]) => secret === accessToken)[0];
  const found = traces.search(new Map([[name, accessToken]]));
  const places = [
    "access log",
    "access log on stdout",
    "address",
    "console messages",
    "fetched addresses",
    "history entries",
    "history state",
    "localStorage",
    "localStorage writes",
    "other addresses",
    "other request headers",
    "page errors",
    "page source",
    "page text",
    "resources",
  ];
  assert.deepEqual(
    found,
    places.map((place) => `${name} in ${place}`),
  );
});
