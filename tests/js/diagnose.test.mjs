// What diagnose asks, and that it ends, whatever it asks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuth, createClient, diagnose } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";

const accessToken = () => {
  throw new Error("no token is asked for");
};

test("asks nothing of nobody, and takes anything", async () => {
  for (const target of [undefined, null, 5, "x", {}, { baseUrl: "not an address" }, { issuer: 7 }]) {
    assert.deepEqual(await diagnose(target), []);
  }
  assert.deepEqual(await diagnose({}, null), []);
  assert.deepEqual(await diagnose({}, { signal: {} }), []);
});

test("a fetch that throws, rejects with nothing, or hangs ends in a finding", async () => {
  for (const fetch of [
    () => {
      throw new Error("at once");
    },
    () => Promise.reject(undefined),
    () => new Promise(() => {}),
    async () => ({}),
  ]) {
    const client = createClient({ baseUrl: "https://api.example.com", accessToken, fetch });
    const started = performance.now();
    const found = await diagnose(client, { timeoutMs: 200 });
    assert.ok(performance.now() - started < 1500);
    assert.deepEqual(
      found.map(({ code }) => code),
      ["unreachable"],
    );
  }
});

test("a signal ends it", async () => {
  const fetch = () => new Promise(() => {});
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const started = performance.now();
  await diagnose(createClient({ baseUrl: "https://a.example", accessToken, fetch }), controller);
  assert.ok(performance.now() - started < 1000);
  await diagnose({ baseUrl: "https://a.example" }, { signal: AbortSignal.abort() });
});

test("asks as the client would: its version, headers and cookies, each place by its own fetch, the preset's too", async () => {
  const asked = [];
  const note = (whose) => async (address, init) => {
    asked.push([
      whose,
      new URL(address).pathname,
      init.credentials,
      new Headers(init.headers).get("x-api-key"),
    ]);
    return Promise.reject(new TypeError("no"));
  };
  const auth = createAuth({
    clientId: "c",
    redirectUri: "https://a.example/",
    preset: "wgtwo",
    fetch: note("auth"),
  });
  const client = createClient({
    baseUrl: "https://api.example.com",
    apiVersion: "v0",
    headers: { "x-api-key": "secret" },
    credentials: "include",
    auth,
    fetch: note("client"),
  });
  await diagnose(client);
  const path = "/wgtwo.sipbreakout.v0.SipBreakoutService/UpsertRegistration";
  assert.deepEqual(
    asked.find(([whose]) => whose === "client"),
    ["client", path, "include", "diagnose"],
  );
  assert.deepEqual(
    asked.find(([whose]) => whose === "auth"),
    ["auth", "/.well-known/openid-configuration", "same-origin", null],
  );
  assert.ok(asked.some(([whose, path]) => whose === "auth" && path === "/oauth2/token"));
});

test("asks both places of a client, without redirects or a token of anybody's", async () => {
  const asked = [];
  const fetch = async (address, init) => {
    asked.push([String(address), init]);
    const headers = { "content-type": "application/grpc-web", "grpc-status": "16" };
    return String(address).includes("openid")
      ? Response.json({ issuer: "https://id.example" })
      : new Response("", { headers });
  };
  const auth = createAuth({
    clientId: "c",
    redirectUri: "https://a.example/",
    issuer: "https://id.example",
    fetch,
  });
  const client = createClient({ baseUrl: "https://api.example.com/base/", auth, fetch });
  assert.deepEqual(await diagnose(client), []);
  const addresses = asked.map(([address]) => address).sort();
  assert.equal(addresses.length, 2);
  assert.match(addresses[0], /^https:\/\/api\.example\.com\/base\/wgtwo\./);
  assert.equal(addresses[1], "https://id.example/.well-known/openid-configuration");
  for (const [, init] of asked) {
    assert.deepEqual([init.credentials, init.redirect, init.cache], ["same-origin", "manual", "no-store"]);
  }
  assert.deepEqual(await diagnose(auth), []);
});

test("a name that only begins like a loopback host's is none, and a page of the internet needs leave for this machine", async () => {
  const found = await inProcess(`
    globalThis.location = new URL("https://console.example/");
    globalThis.isSecureContext = true;
    const query = async ({ name }) => ({ state: name === "loopback-network" ? "denied" : "prompt" });
    Object.defineProperty(globalThis, "navigator", { value: { permissions: { query } }, configurable: true });
    globalThis.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
    const of = async (baseUrl) => {
      const client = sdk.createClient({ baseUrl, accessToken: () => "t", fetch });
      return (await sdk.diagnose(client)).map(({ code, certainty, advice }) => [code, certainty, advice]);
    };
    return [await of("http://localhost.evil.example"), await of("http://127.0.0.1:9"), await of("https://api.example")];`);
  const [evil, local, named] = found.map(([first]) => first);
  assert.deepEqual(evil.slice(0, 2), ["mixed_content", "certain"]);
  assert.deepEqual(local.slice(0, 2), ["local_network_access", "likely"]);
  assert.match(local[2], /settings of the browser/);
  assert.deepEqual(named.slice(0, 2), ["unreachable", "likely"]);
});

test("the default storage, memory by name and an adapter are told of sessionStorage, local of localStorage, too", async () => {
  const found = await inProcess(`
    globalThis.location = new URL("https://console.example/");
    const refusing = { setItem() { throw new Error("no"); } };
    const taking = { setItem() {}, removeItem() {} };
    const define = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true });
    const adapter = { get() {}, set() {}, remove() {} };
    const codes = async () => {
      const results = [];
      for (const storage of [undefined, "memory", "session", "local", adapter]) {
        const auth = sdk.createAuth({ clientId: "c", redirectUri: "https://console.example/", issuer: "https://id.example",
          storage, fetch: async () => Response.json({ issuer: "https://id.example" }) });
        results.push((await sdk.diagnose(auth)).map(({ code }) => code));
      }
      return results;
    };
    define("localStorage", taking);
    define("sessionStorage", refusing);
    const noSession = await codes();
    define("localStorage", refusing);
    define("sessionStorage", taking);
    return [noSession, await codes()];`);
  const blocked = ["storage_blocked"];
  assert.deepEqual(found, [Array(5).fill(blocked), [[], [], [], blocked, []]]);
});

test("a wasm that does not load: the LoadError's hint is the advice, and what was seen is the evidence", async () => {
  const [missing, page, offline] = await inProcess(`
    globalThis.location = new URL("https://console.example/");
    const { default: fs } = await import("node:fs");
    const client = sdk.createClient({ baseUrl: "https://api.example", accessToken: () => "t",
      fetch: async () => new Response("", { headers: { "content-type": "application/grpc-web", "grpc-status": "16" } }) });
    const results = [];
    const process = globalThis.process;
    for (const answer of [
      () => new Response("", { status: 404 }),
      () => new Response("<!doctype html>"),
      () => { throw new TypeError("Failed to fetch"); },
    ]) {
      globalThis.fetch = async () => answer();
      await sdk.preload("https://cdn.example/sipbreakout_bg.wasm").catch(() => {});
      // The packaged file can't be read either; then the address that was given is tried again.
      Reflect.deleteProperty(globalThis, "process");
      results.push(await sdk.diagnose(client));
      globalThis.process = process;
    }
    return results;`);
  for (const [finding, ...more] of [missing, page, offline]) {
    assert.deepEqual([finding.code, finding.certainty, more], ["wasm_not_loading", "certain", []]);
    assert.ok(!finding.evidence.join().includes(finding.advice), "said once");
  }
  assert.match(missing[0].advice, /sipbreakout-web\/inline.*newer version/);
  assert.ok(missing[0].evidence.includes("Its server answered with HTTP 404."), String(missing[0].evidence));
  assert.match(page[0].advice, /^An HTML page came instead/);
  assert.match(offline[0].advice, /access-control-allow-origin/);
  assert.ok(offline[0].evidence.includes("The browser said: Failed to fetch"), String(offline[0].evidence));
});
