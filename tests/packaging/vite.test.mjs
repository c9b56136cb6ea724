// The README's first five minutes, followed to the letter: install the package into an empty Vite application, paste
// the code, sign in, register.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startSandbox } from "sipbreakout-sandbox";
import { freePort, startService } from "../../scripts/services.mjs";
import { openBrowser } from "../browser/browser.mjs";
import { signInAtSandbox } from "../browser/sandbox-pages.mjs";
import { startStatic } from "../browser/servers.mjs";
import { readmeBlock, substitute } from "./readme.mjs";
import { output, pack } from "./tarball.mjs";
import { createViteApp, typeCheck } from "./vite-app.mjs";

const section = "The first five minutes";
const directory = mkdtempSync(join(tmpdir(), "sipbreakout-vite-"));
const app = join(directory, "app");
const vite = join(app, "node_modules", ".bin", "vite");
let sandbox;

before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
  const { file } = await pack(directory);
  const body = readmeBlock(section, "html");
  const main = substitute(readmeBlock(section, "ts"), {
    "https://id.example.com": sandbox.issuer,
    "https://api.example.com": sandbox.url,
  });
  await createViteApp(app, { tarball: file, body, main });
});

after(async () => {
  await sandbox?.close();
  rmSync(directory, { recursive: true, maxRetries: 5, retryDelay: 200 });
});

/** Signs in and registers at the application's address; what the core then holds must be that registration. */
async function walk(address, phoneNumber, screenshot) {
  const browser = await openBrowser({ width: 600, height: 300 });
  try {
    await browser.goto(address);
    await browser.click("#sign-in");
    await browser.css("#phone-number");
    await signInAtSandbox(browser, { phoneNumber, sandboxUrl: sandbox.url });
    await browser.waitFor("an address without the code", async () => (await browser.url()).search === "");
    let clickedAt = 0;
    await browser.waitFor("an answer to the click on Register", async () => {
      // The listener is added when the session is known: a click before that does nothing and is repeated.
      if (Date.now() - clickedAt > 2_000) {
        await browser.click("#register");
        clickedAt = Date.now();
      }
      return (await browser.evaluate("return document.querySelector('#status').textContent")) !== "";
    });
    await browser.text("registered until", { within: "#status" });
    await browser.screenshot(screenshot);
    await browser.recording.collect();
    assert.deepEqual(browser.recording.errors, []);
  } finally {
    await browser.close();
  }
  const status = await (await fetch(new URL("/status.json", sandbox.url))).json();
  const registration = status.registrations.find((entry) => entry.phoneNumber === phoneNumber);
  assert.equal(registration?.tokenKind, "user");
  assert.equal(registration.apiVersion, "v1");
  assert.match(registration.sipUri, /^sips:/);
}

test("the README's code passes tsc --strict", async () => {
  assert.equal(await typeCheck(app), "");
});

test("Vite builds it with exactly one wasm file, and it signs in and registers", async () => {
  await output(vite, ["build", "--logLevel", "warn"], { cwd: app });
  const files = readdirSync(join(app, "dist"), { recursive: true });
  assert.equal(files.filter((name) => name.endsWith(".wasm")).length, 1, files.join("\n"));
  const server = await startStatic(join(app, "dist"), { fallback: true });
  try {
    await walk(server.url, "+4799900001", "packaging-vite-build");
  } finally {
    await server.close();
  }
});

test("Vite's development server runs it without any configuration", async () => {
  const port = await freePort(5300);
  const server = await startService({
    name: "vite",
    command: vite,
    args: ["--host", "127.0.0.1", "--port", String(port), "--strictPort"],
    cwd: app,
    url: `http://127.0.0.1:${port}/`,
  });
  try {
    await walk(server.url, "+4799900002", "packaging-vite-dev");
  } finally {
    await server.stop();
  }
});
