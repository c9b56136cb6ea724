// `npm start`, as someone who has just cloned the repository sees it: two addresses, the whole walk on Vite's
// development server (where React's strict mode runs every effect twice), and nothing left behind.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { freePort } from "../../scripts/services.mjs";
import { openBrowser } from "../browser/browser.mjs";
import { ConsolePage } from "../console/console-page.mjs";
import { Core } from "../console/core.mjs";
import { stillRunning } from "./process-tree.mjs";
import { runStart } from "./start-command.mjs";

const number = "+4799900001";
const sipUri = "sips:pbx.example.com";
const wished = {};
const occupant = createServer();
let command;
let urls;
let browser;
let page;
let core;

before(async () => {
  wished.port = await freePort(15_173);
  wished.sandboxPort = await freePort(18_700);
  wished.grpcPort = await freePort(28_701);
  occupant.listen(wished.sandboxPort, "127.0.0.1");
  await once(occupant, "listening");
});
after(async () => {
  await browser?.close();
  await command?.terminate();
  occupant.close();
});

/** Fails when a server still has the port. */
async function assertFree(port) {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  server.close();
}

test("it starts beside a server that has the sandbox's port, says so, and prints both addresses", async () => {
  command = runStart(wished);
  const [, consoleUrl] = await command.line(/^ {2}Console {2}(http:\/\/127\.0\.0\.1:\d+\/)$/);
  const [, sandboxUrl] = await command.line(/^ {2}Sandbox {2}(http:\/\/127\.0\.0\.1:\d+)\/ /);
  urls = { consoleUrl, sandboxUrl };
  assert.equal(consoleUrl, `http://127.0.0.1:${wished.port}/`);
  const sandboxPort = Number(new URL(sandboxUrl).port);
  assert.ok(sandboxPort > wished.sandboxPort, sandboxUrl);
  const said = `Port ${wished.sandboxPort} is taken: the sandbox gets ${sandboxPort}.`;
  assert.ok(command.lines.includes(said), command.lines.join("\n"));
  core = new Core(sandboxUrl);
  assert.deepEqual(await core.registrations(), []);
});

test("sign-in: the code is exchanged once, although the page's effects run twice", async () => {
  browser = await openBrowser();
  page = new ConsolePage(browser, { url: urls.consoleUrl, sandboxUrl: urls.sandboxUrl });
  await page.openFresh();
  // The development server's page, not a build.
  assert.equal(
    await browser.evaluate("return document.querySelector('script[src=\"/@vite/client\"]') !== null"),
    true,
  );
  await page.signIn(number);
  await page.listIsEmpty();
  assert.equal((await browser.url()).href, urls.consoleUrl);
  const exchanges = command.lines.filter((line) => /^\[sandbox\] .*POST \/oauth2\/token\b/.test(line));
  assert.equal(exchanges.length, 1, command.lines.join("\n"));
});

test(`registers ${number} with ${sipUri} as LOOP, and the time counts down as the core's does`, async () => {
  await page.fillIn({ sipUri, routeType: "LOOP" });
  await page.submit();
  await page.notice(`${number} is registered at ${sipUri} until`);
  await core.holds(number, { sipUri, routeType: "LOOP", apiVersion: "v1", tokenKind: "user" });
  const card = page.card(number);
  await card.status("registered", "Registered");
  const first = await card.secondsLeft();
  assert.ok(first > 3590 && first <= 3600, `${first} s left`);
  const second = await browser.waitFor("the time left to be less", async () => {
    const left = await card.secondsLeft();
    return left <= first - 2 ? left : false;
  });
  const { secondsLeft } = await core.registrationOf(number);
  assert.ok(Math.abs(second - secondsLeft) <= 2, `the page says ${second} s, the core ${secondsLeft} s`);
});

test("Update to FALLBACK replaces the one registration", async () => {
  await page.card(number).click("update");
  await browser.text("Update the registration", { within: "#form-title" });
  await page.fillIn({ routeType: "FALLBACK" });
  await page.submit();
  await page.notice(`${number} is now registered at ${sipUri}`);
  await page.card(number).text("FALLBACK");
  await core.holds(number, { sipUri, routeType: "FALLBACK" });
  assert.equal((await core.registrations()).length, 1);
});

test("Delete makes the core forget it, and nothing on the page went wrong", async () => {
  await page.card(number).delete();
  await page.notice(`${number} is no longer registered`);
  await page.listIsEmpty();
  assert.deepEqual(await core.registrations(), []);
  await browser.recording.collect();
  assert.deepEqual(browser.recording.errors, []);
});

test("SIGTERM ends it: both ports are free, and no process is left", async () => {
  const below = command.descendants();
  for (const part of ["sipbreakout-sandbox.js", "vite"]) {
    assert.ok(
      below.some(({ command: line }) => line.includes(part)),
      JSON.stringify(below),
    );
  }
  assert.deepEqual(await command.terminate(), { status: 0, signal: null });
  assert.deepEqual(stillRunning(below), []);
  for (const url of Object.values(urls)) await assertFree(Number(new URL(url).port));
  await assertFree(wished.grpcPort);
});

test("SIGTERM while the sandbox is still starting leaves no process either", async () => {
  command = runStart(wished);
  const sandbox = await command.descendant("sipbreakout-sandbox.js");
  assert.deepEqual(await command.terminate(), { status: 0, signal: null });
  assert.ok(!command.lines.some((line) => line.startsWith("  Console")), command.lines.join("\n"));
  assert.deepEqual(stillRunning([sandbox]), []);
});
