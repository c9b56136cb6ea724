// The ways the wasm can arrive, from the unpacked tarball: a plain page, one bundled file, Node; and what a page says
// whose policy forbids it.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { openBrowser } from "../browser/browser.mjs";
import { startStatic } from "../browser/servers.mjs";
import { output, pack } from "./tarball.mjs";

const strictPolicy = "default-src 'self'";
const wasmPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

// Asks the wasm something that it alone can answer, and shows the answer or the error.
const program = (specifier) => `
import { validateRegistration } from "${specifier}";
const request = { sipUri: "sip:pbx.example.com", routeType: "LOOP" };
const shown = await validateRegistration(request).then(
  (problems) => problems.map(({ field }) => "problem with " + field).join(),
  (error) => [error.name, error.code, error.hint].join(" | "),
);
if (typeof document === "undefined") console.log(shown);
else document.querySelector("output").textContent = shown;
`;
const page = (script) =>
  `<!doctype html><link rel="icon" href="data:,"><output></output><script type="module" src="${script}"></script>`;

const directory = mkdtempSync(join(tmpdir(), "sipbreakout-loading-"));
const installed = join(directory, "node_modules", "sipbreakout-web");
let browser;

before(async () => {
  const { file } = await pack(directory);
  mkdirSync(installed, { recursive: true });
  await output("tar", ["-xzf", file, "-C", installed, "--strip-components", "1"]);
  browser = await openBrowser({ width: 600, height: 300 });
});
after(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

/** Serves the directory with a policy, opens a page there and returns what it shows. */
async function show(name, script, policy) {
  writeFileSync(join(directory, `${name}.html`), page(script));
  const server = await startStatic(directory, { headers: { "content-security-policy": policy } });
  try {
    await browser.goto(`${server.url}/${name}.html`);
    return await browser.text(/./, { within: "output" });
  } finally {
    await server.close();
  }
}

test("a plain page imports the default entry, with 'wasm-unsafe-eval' as the only permission", async () => {
  writeFileSync(join(directory, "plain.js"), program("./node_modules/sipbreakout-web/dist/index.js"));
  assert.equal(await show("plain", "/plain.js", wasmPolicy), "problem with sipUri");
});

test("esbuild makes one file of ./inline, which needs no other", async () => {
  const entry = join(directory, "inline-source.js");
  writeFileSync(entry, program("sipbreakout-web/inline"));
  const outfile = join(directory, "bundled", "inline.js");
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "error" });
  assert.equal(await show("inline", "/bundled/inline.js", wasmPolicy), "problem with sipUri");
});

test("a bundle without the wasm file says what to do", async () => {
  const entry = join(directory, "default-source.js");
  writeFileSync(entry, program("sipbreakout-web"));
  const outfile = join(directory, "bundled", "default.js");
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "error" });
  const shown = await show("default", "/bundled/default.js", wasmPolicy);
  assert.match(shown, /^LoadError \| not_found \| .*sipbreakout-web\/inline/);
});

test("where the words of a LoadError are gone with the wasm, as after a deploy, it says so, and offers to reload", async () => {
  cpSync(join(installed, "dist"), join(directory, "deployed"), { recursive: true });
  for (const file of ["wasm/sipbreakout_bg.wasm", "core/load-hints.js"]) {
    rmSync(join(directory, "deployed", file));
  }
  const shown = program("./deployed/index.js").replace("error.hint", "error.reloadMayHelp, error.hint");
  writeFileSync(join(directory, "deployed.js"), shown);
  assert.match(
    await show("deployed", "/deployed.js", wasmPolicy),
    /^LoadError \| not_found \| true \| Check the network.*deploy, reload it\.$/,
  );
});

test("a page whose policy forbids WebAssembly gets a LoadError that names the directive", async () => {
  const shown = await show("forbidden", "/plain.js", strictPolicy);
  assert.match(shown, /^LoadError \| blocked_by_csp \| .*'wasm-unsafe-eval'/);
});

for (const entry of ["sipbreakout-web", "sipbreakout-web/inline"]) {
  test(`Node imports ${entry} and finds the wasm by itself`, async () => {
    const script = join(directory, "node-program.mjs");
    writeFileSync(script, program(entry));
    assert.equal(await output("node", [script], { cwd: directory }), "problem with sipUri\n");
  });
}

test("where a part that is loaded when it is used is gone, what uses it says so", async () => {
  cpSync(join(installed, "dist"), join(directory, "incomplete"), { recursive: true });
  for (const file of ["client/fleet.js", "diagnose/examine.js", "auth/consent.js"]) {
    rmSync(join(directory, "incomplete", file));
  }
  writeFileSync(
    join(directory, "incomplete.js"),
    `import { createAuth, createClient, diagnose } from "./incomplete/index.js";
    const shown = [];
    const told = (error) => shown.push([error.name, error.code, error.reloadMayHelp].join(" "));
    const client = createClient({ baseUrl: location.origin, accessToken: () => "a-token" });
    try {
      for await (const result of client.upsertRegistrations([{ sipUri: "sips:a.example", routeType: "LOOP" }])) told(result);
    } catch (error) { told(error); }
    const endpoints = { authorization: location.origin + "/a", token: location.origin + "/t" };
    const auth = createAuth({ clientId: "c", redirectUri: location.origin + "/", endpoints });
    await auth.revokeConsent(() => location.href).catch(told);
    shown.push(...(await diagnose(client)).map(({ code }) => code));
    document.querySelector("output").textContent = shown.join(", ");`,
  );
  assert.equal(
    await show("incomplete", "/incomplete.js", wasmPolicy),
    "LoadError network true, LoadError network true, sdk_not_loading",
  );
});
