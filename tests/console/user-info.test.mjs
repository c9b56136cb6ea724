// The user info endpoint does not answer, in whatever way: what is kept goes on by itself, in every tab and after a reload.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { repeats } from "../repeats.mjs";
import { callsOf } from "./core.mjs";
import { setStage } from "./stage.mjs";

const number = "+4799900091";
const sipUri = "sips:pbx.example.com";
const ttlSeconds = 12;
let stage;

before(async () => {
  stage = await setStage({ sandbox: { ttlSeconds } });
  await stage.page.openFresh();
  await stage.page.signIn(number);
  await stage.page.register({ sipUri, routeType: "LOOP" });
  await stage.core.holds(number, { sipUri });
});
after(() => stage?.close());

/** Nobody touches anything: the core is told again, and never forgets the number. */
async function isKept() {
  const { browser, core, sandbox } = stage;
  const before = callsOf(sandbox).length;
  await browser.waitFor(
    "the core to be told again",
    async () => {
      assert.ok(await core.registrationOf(number), "it has lapsed");
      return callsOf(sandbox).length > before;
    },
    2 * ttlSeconds * 1000,
  );
}

/** What a browser makes of the others is the same: there is no user info. */
const representative = "is down";

const faults = {
  "is down": { status: 503 },
  "refuses the token": { status: 401, error: "invalid_token" },
  "is slow": { delayMs: 60_000 },
  "breaks off": { lose: "request" },
  "says something else": { status: 200, body: "<!doctype html>" },
};

for (const [name, fault] of Object.entries(faults)) {
  test(`it ${name}: kept after a reload in the middle of it, and when it is over`, {
    skip: repeats(name !== representative),
  }, async () => {
    const { browser, page, sandbox } = stage;
    sandbox.arm({ on: "userinfo", ...fault, times: "always" });
    await browser.reload();
    await isKept();
    await browser.reload();
    await isKept();
    sandbox.disarm();
    await browser.reload();
    await page.isSignedInAs(number);
    await page.card(number).status("registered", "Registered");
  });
}

test("it is down: a second tab knows what is kept, and goes on with it when the first is closed", async () => {
  const { browser, page, sandbox } = stage;
  sandbox.arm({ on: "userinfo", status: 503, times: "always" });
  await browser.reload();
  const { driver } = browser;
  const first = await driver.getWindowHandle();
  await driver.switchTo().newWindow("tab");
  const second = await driver.getWindowHandle();
  await browser.goto(stage.url);
  await page.card(number).status("registered", "Registered");
  await driver.switchTo().window(first);
  await driver.close();
  await driver.switchTo().window(second);
  await isKept();
  await isKept();
  sandbox.disarm();
});
