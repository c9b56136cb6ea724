// Importing the package must be safe anywhere: on a server, in a worker, before a page is ready.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const names = [
  ...["AuthError", "InvalidRequestError", "LoadError", "RegistrationRejectedError", "RpcError", "SdkError"],
  ...[
    "createAuth",
    "createClient",
    "isSdkError",
    "preload",
    "requiredScopes",
    "validateRegistration",
    "version",
  ],
];

/** All descriptors of the global object, without running its getters. */
function globals() {
  return new Map(
    Reflect.ownKeys(globalThis).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]),
  );
}

function differences(before, after) {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    return old?.value !== now?.value || old?.get !== now?.get || old?.set !== now?.set;
  });
}

/** Replaces functions that must not be called by ones that note it. Returns the notes and a way back. */
function watch() {
  const calls = [];
  const watched = [
    [globalThis, "fetch"],
    ...["compile", "compileStreaming", "instantiate", "instantiateStreaming", "Module", "Instance"].map(
      (name) => [WebAssembly, name],
    ),
    ...["setTimeout", "setInterval", "queueMicrotask", "addEventListener"].map((name) => [globalThis, name]),
  ];
  const originals = watched.map(([owner, name]) => [
    owner,
    name,
    Object.getOwnPropertyDescriptor(owner, name),
  ]);
  for (const [owner, name] of watched) {
    const value = function watched(...args) {
      calls.push(name);
      throw new Error(`${name} was called with ${args.length} arguments`);
    };
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  const restore = () => {
    for (const [owner, name, descriptor] of originals) {
      if (descriptor === undefined) delete owner[name];
      else Object.defineProperty(owner, name, descriptor);
    }
  };
  return { calls, restore };
}

for (const entry of ["sipbreakout-web", "sipbreakout-web/inline"]) {
  test(`importing ${entry} changes no global, fetches nothing and instantiates no wasm`, async () => {
    const { calls, restore } = watch();
    const before = globals();
    let after;
    try {
      await import(entry);
      after = globals();
    } finally {
      restore();
    }
    assert.deepEqual(calls, []);
    assert.deepEqual(differences(before, after), []);
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

test("createAuth and createClient work on a server without loading the wasm", async () => {
  const { calls, restore } = watch();
  try {
    const { createAuth, createClient } = await import("sipbreakout-web");
    const auth = createAuth({
      issuer: "https://id.example.com",
      clientId: "console",
      redirectUri: "https://console.example.com/",
    });
    assert.ok(auth instanceof EventTarget);
    createClient({ baseUrl: "https://api.example.com", auth }).close();
  } finally {
    restore();
  }
  assert.deepEqual(calls, []);
});
