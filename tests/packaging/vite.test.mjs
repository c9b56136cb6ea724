// The README's first five minutes, followed to the letter: install the package into an empty Vite application, paste
// the code, sign in, register, reload. And the same code in Node, where a page is rendered on a server.

import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { transform } from "esbuild";
import { startSandbox } from "sipbreakout-sandbox";
import { root } from "../../scripts/paths.mjs";
import { freePort, startService } from "../../scripts/services.mjs";
import { openBrowser } from "../browser/browser.mjs";
import { signInAtSandbox } from "../browser/sandbox-pages.mjs";
import { startStatic } from "../browser/servers.mjs";
import { loadingBlock, readmeBlock, substitute } from "./readme.mjs";
import { output, pack } from "./tarball.mjs";
import { createViteApp, typeCheck } from "./vite-app.mjs";

const section = "The first five minutes";
const directory = mkdtempSync(join(tmpdir(), "sipbreakout-vite-"));
const app = join(directory, "app");
const vite = join(app, "node_modules", ".bin", "vite");
// Short, so that it is seen that a registration is refreshed, and long enough for a slow machine.
const ttlSeconds = 20;
let sandbox;
let main;

before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true, ttlSeconds });
  const { file } = await pack(directory);
  const body = readmeBlock(section, "html");
  main = substitute(readmeBlock(section, "ts"), { "http://127.0.0.1:8700": sandbox.url });
  await createViteApp(app, { tarball: file, body, main });
});

after(async () => {
  await sandbox?.close();
  rmSync(directory, { recursive: true, maxRetries: 5, retryDelay: 200 });
});

async function registrationOf(phoneNumber) {
  const status = await (await fetch(new URL("/status.json", sandbox.url))).json();
  return status.registrations.find((entry) => entry.phoneNumber === phoneNumber);
}

/**
 * Registers before and after signing in, at the application's address, and reloads: each click is answered in words, and
 * what the core then holds is kept.
 */
async function walk(address, phoneNumber, screenshot) {
  const browser = await openBrowser({ width: 600, height: 300 });
  const says = (words) => browser.text(words, { within: "#status" });
  try {
    await browser.goto(address);
    await browser.click("#register");
    await says(/sign in first/i);
    await browser.click("#sign-in");
    await browser.css("#phone-number");
    await signInAtSandbox(browser, { phoneNumber, sandboxUrl: sandbox.url });
    await browser.waitFor("an address without the code", async () => (await browser.url()).search === "");
    await says(/^signed in/i);
    await browser.click("#register");
    await says(/registered until \d/);
    await browser.screenshot(screenshot);
    const registration = await registrationOf(phoneNumber);
    assert.equal(registration?.tokenKind, "user");
    assert.equal(registration.apiVersion, "v1");
    assert.match(registration.sipUri, /^sips:/);
    await browser.reload();
    await says(/registered until \d/);
    const { refreshedAt } = await registrationOf(phoneNumber);
    const isRefreshed = async () => (await registrationOf(phoneNumber)).refreshedAt > refreshedAt;
    await browser.waitFor("a refresh after the reload", isRefreshed, (ttlSeconds + 5) * 1000);
    assert.equal((await registrationOf(phoneNumber)).registeredAt, registration.registeredAt);
    await browser.recording.collect();
    assert.deepEqual(browser.recording.errors, []);
  } finally {
    await browser.close();
  }
}

test("the README's code passes tsc --strict", async () => {
  assert.equal(await typeCheck(app), "");
});

test("Node evaluates the README's code without a word, as a server does that renders the page", async () => {
  const { code } = await transform(main, { loader: "ts", format: "esm" });
  const file = join(app, "server.mjs");
  writeFileSync(file, code);
  assert.equal(await output("node", [file], { cwd: app }), "");
});

test("Vite builds it with its two wasm files once each, and it signs in and registers", async () => {
  await output(vite, ["build", "--logLevel", "warn"], { cwd: app });
  const files = readdirSync(join(app, "dist"), { recursive: true });
  assert.equal(files.filter((name) => name.endsWith(".wasm")).length, 2, files.join("\n"));
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

test("with the plugin of docs/loading.md index.html names both wasm files, which are fetched once and have the addresses of ?url", async () => {
  const plugin = loadingBlock("preload-wasm.ts");
  assert.equal(
    readFileSync(join(root, "www", "preload-wasm.ts"), "utf8"),
    plugin,
    "the console has the same",
  );
  writeFileSync(join(app, "preload-wasm.ts"), plugin);
  writeFileSync(join(app, "vite.config.ts"), loadingBlock("vite.config.ts"));
  appendFileSync(
    join(app, "src", "main.ts"),
    `import { preload, preloadSession } from "sipbreakout-web";
     import wasmUrl from "sipbreakout-web/sipbreakout.wasm?url";
     import sessionWasmUrl from "sipbreakout-web/sipbreakout-session.wasm?url";
     Promise.all([preload(), preloadSession()]).then(() => { document.title = [wasmUrl, sessionWasmUrl].join(" "); });`,
  );
  await output(vite, ["build", "--logLevel", "warn"], { cwd: app });
  const files = readdirSync(join(app, "dist", "assets")).filter((name) => name.endsWith(".wasm"));
  const addresses = files.map((name) => `/assets/${name}`).sort();
  assert.equal(files.length, 2, String(files));
  const html = readFileSync(join(app, "dist", "index.html"), "utf8");
  const links = html.match(/<link [^>]*as="fetch"[^>]*>/g) ?? [];
  assert.equal(links.length, 2, html);
  for (const address of addresses) {
    assert.ok(
      links.some((link) => link.includes(`href="${address}"`) && link.includes("crossorigin")),
      html,
    );
  }
  const server = await startStatic(join(app, "dist"));
  const browser = await openBrowser({ width: 600, height: 300 });
  try {
    await browser.goto(server.url);
    await browser.waitFor("the wasm", () => browser.evaluate("return document.title.endsWith('.wasm')"));
    assert.deepEqual((await browser.evaluate("return document.title")).split(" ").sort(), addresses);
    assert.equal(server.asked.filter((path) => path.endsWith(".wasm")).length, 2, String(server.asked));
  } finally {
    await browser.close();
    await server.close();
  }
});

test("with the configuration of docs/loading.md the SDK has a file of its own, which begins with the compile hint", async () => {
  writeFileSync(join(app, "preload-wasm.ts"), loadingBlock("preload-wasm.ts"));
  writeFileSync(join(app, "vite.config.ts"), loadingBlock("vite.config.ts, Vite 8"));
  await output(vite, ["build", "--logLevel", "warn"], { cwd: app });
  const assets = join(app, "dist", "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const hinted = scripts.filter((name) =>
    readFileSync(join(assets, name), "utf8").startsWith("//# allFunctionsCalledOnLoad\n"),
  );
  assert.deepEqual(
    hinted.map((name) => name.startsWith("sipbreakout-web-")),
    [true],
    scripts.join("\n"),
  );
  const server = await startStatic(join(app, "dist"), { fallback: true });
  try {
    await walk(server.url, "+4799900003", "packaging-vite-hinted");
  } finally {
    await server.close();
  }
});
