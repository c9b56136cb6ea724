// Importing the package must be safe anywhere: on a server, in a worker, before a page is ready.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const names = [
  ...["AuthError", "InvalidRequestError", "LoadError", "RegistrationRejectedError", "RpcError", "SdkError"],
  ...[
    "createAuth",
    "createClient",
    "describeCallFlow",
    "diagnose",
    "isSdkError",
    "parsePhoneNumber",
    "preload",
    "preloadSession",
    "requiredScopes",
    "validateRegistration",
    "version",
  ],
];

/** What importing does, seen from a process that did nothing else. */
function watchedImport(...args) {
  const script = fileURLToPath(new URL("./watched-import.mjs", import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [script, ...args], { encoding: "utf8" }));
}

for (const entry of ["sipbreakout-web", "sipbreakout-web/inline"]) {
  test(`importing ${entry} changes no global, fetches nothing and instantiates no wasm`, () => {
    assert.deepEqual(watchedImport(entry), { calls: [], changed: [] });
  });

  test(`createAuth and createClient of ${entry} work on a server without loading the wasm`, () => {
    assert.deepEqual(watchedImport(entry, "construct"), { calls: [], changed: [] });
  });

  test(`${entry} exports the documented names and nothing else`, async () => {
    assert.deepEqual(Object.keys(await import(entry)).sort(), [...names].sort());
  });
}

test("require() gets the same module as import", async () => {
  const require = createRequire(import.meta.url);
  assert.equal(require("sipbreakout-web").createAuth, (await import("sipbreakout-web")).createAuth);
});

test("version is the manifest's, and the scopes are those of the API definitions", async () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const { version, requiredScopes } = await import("sipbreakout-web");
  assert.equal(version, manifest.version);
  const definition = (apiVersion) =>
    readFileSync(
      new URL(`../../proto/wgtwo/sipbreakout/${apiVersion}/sipbreakout.proto`, import.meta.url),
      "utf8",
    );
  for (const apiVersion of ["v0", "v1"]) {
    const scopes = [...definition(apiVersion).matchAll(/option \(wgtwo\.scope\) = "([^"]+)"/g)].map(
      (match) => match[1],
    );
    assert.equal(scopes.length, 2, `${apiVersion} has two methods`);
    assert.deepEqual([...new Set(scopes)], [requiredScopes[apiVersion]]);
  }
});
