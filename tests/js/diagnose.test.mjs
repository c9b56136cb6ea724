// What diagnose concludes from what was observed, and that it ends, whatever it asks.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { conclude } from "../../dist/diagnose/conclude.js";
import { createAuth, createClient, diagnose } from "../../dist/index.js";
import { inProcess } from "./in-process.mjs";

const url = "https://api.example.com/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";
const good = { status: 200, contentType: "application/grpc-web+proto", hasStatus: true };
const core = (asked, more) => ({ url, isSameOrigin: false, asked, ...more });
const codes = (evidence) =>
  conclude({ violations: [], ...evidence }).map(({ code, certainty }) => [code, certainty]);

describe("conclude", () => {
  for (const [name, evidence, expected] of [
    ["nothing wrong", { core: core(good), isOnline: true, isSecureContext: true }, []],
    ["nothing known", {}, []],
    [
      "offline, and nothing said twice",
      { isOnline: false, core: core({}, { simple: {}, blind: {} }) },
      [["offline", "certain"]],
    ],
    [
      "online means little",
      { isOnline: true, core: core({}, { simple: {}, blind: {} }) },
      [["unreachable", "likely"]],
    ],
    [
      "a preflight that is refused",
      { core: core({}, { simple: { status: 415 }, blind: { isOpaque: true } }) },
      [["cors_refused", "likely"]],
    ],
    [
      "an origin that is refused",
      { core: core({}, { simple: {}, blind: { isOpaque: true } }) },
      [["cors_refused", "likely"]],
    ],
    [
      "the same origin needs no leave",
      { core: { ...core({}, { simple: {}, blind: { isOpaque: true } }), isSameOrigin: true } },
      [["unreachable", "likely"]],
    ],
    [
      "a policy that names the origin",
      {
        core: core({}, { simple: {}, blind: {} }),
        violations: [{ directive: "connect-src", blocked: "https://api.example.com/x" }],
      },
      [["blocked_by_csp", "certain"]],
    ],
    [
      "a policy that is another's",
      {
        core: core({}, { simple: {}, blind: {} }),
        violations: [
          { directive: "connect-src", blocked: "https://ads.example" },
          { directive: "connect-src", blocked: "" },
          { directive: "connect-src", blocked: "https://api.example.com.evil.example/" },
          { directive: "img-src", blocked: url },
        ],
      },
      [["unreachable", "likely"]],
    ],
    [
      "an http address in an https page",
      { isHttpsPage: true, core: { ...core({}), url: "http://api.example.com/x" } },
      [["mixed_content", "certain"]],
    ],
    [
      "an http address on loopback",
      { isHttpsPage: true, core: { ...core({}), url: "http://127.0.0.1:8080/x" } },
      [["unreachable", "likely"]],
    ],
    ...["localhost", "app.localhost", "127.1", "2130706433", "[::1]", "127.0.0.1."].map((host) => [
      `an http address on loopback, by ${host}`,
      { isHttpsPage: true, core: { ...core({}), url: `http://${host}/x` } },
      [["unreachable", "likely"]],
    ]),
    ...[
      ...["localhost.evil.example", "localhost-evil.example", "127.0.0.1.evil.example", "127.evil.example"],
      ...["localhost@evil.example", "127.0.0.1:80@evil.example", "evil.example/localhost", "notlocalhost"],
      ...["[::1:1]", "[::2]", "0.0.0.0", "128.0.0.1", "1.127.0.0"],
    ].map((host) => [
      `no loopback address: ${host}`,
      { isHttpsPage: true, core: { ...core({}), url: `http://${host}/x` } },
      [["mixed_content", "certain"]],
    ]),
    ...[
      [
        "a page of the internet and this machine",
        "console.example",
        "localhost",
        { loopback: "denied" },
        true,
      ],
      ["this network", "console.example", "192.168.1.9", { local: "denied" }, true],
      ["this network, by IPv6", "console.example", "[fd00::9]", { local: "denied" }, true],
      ["this network, by mDNS", "console.example", "pbx.local", { local: "denied" }, true],
      ["from this network to this machine", "10.0.0.1", "127.0.0.1", { loopback: "denied" }, true],
      ["within this network", "10.0.0.1", "10.0.0.2", { local: "denied" }, false],
      ["within this machine", "localhost", "127.0.0.1", { loopback: "denied" }, false],
      ["from this machine to the network", "localhost", "10.0.0.1", { local: "denied" }, false],
      [
        "the other permission",
        "console.example",
        "10.0.0.1",
        { loopback: "denied", local: "granted" },
        false,
      ],
      ["allowed", "console.example", "10.0.0.1", { local: "granted" }, false],
      ["not asked yet", "console.example", "10.0.0.1", { local: "prompt" }, false],
      ["a browser without it", "console.example", "10.0.0.1", undefined, false],
      ["no address of a network", "console.example", "10.0.0.1.evil.example", { local: "denied" }, false],
      ["172.16/12 ends", "console.example", "172.32.0.1", { local: "denied" }, false],
    ].map(([name, pageHost, host, access, isLocal]) => [
      `local network access: ${name}`,
      {
        pageHost,
        access,
        isHttpsPage: true,
        core: { ...core({}, { simple: {}, blind: {} }), url: `https://${host}/x` },
      },
      [[isLocal ? "local_network_access" : "unreachable", "likely"]],
    ]),
    [
      "local network access: the browser is asking",
      {
        pageHost: "console.example",
        access: { local: "prompt" },
        core: { ...core({ isLate: true }), url: "http://10.0.0.1/x" },
      },
      [["local_network_access", "likely"]],
    ],
    [
      "http in the local network, where the permission is not given",
      {
        isHttpsPage: true,
        pageHost: "console.example",
        access: { local: "prompt" },
        core: { ...core({}), url: "http://10.0.0.1/x" },
      },
      [["mixed_content", "likely"]],
    ],
    [
      "http in the local network, where the permission is given",
      {
        isHttpsPage: true,
        pageHost: "console.example",
        access: { local: "granted" },
        core: { ...core({}), url: "http://10.0.0.1/x" },
      },
      [["unreachable", "likely"]],
    ],
    [
      "an answer in the local network",
      {
        pageHost: "console.example",
        access: { local: "denied" },
        core: { ...core(good), url: "https://10.0.0.1/x" },
      },
      [],
    ],
    [
      "a service worker",
      { hasServiceWorker: true, core: core({}, { blind: {} }) },
      [
        ["unreachable", "likely"],
        ["service_worker", "likely"],
      ],
    ],
    [
      "a redirect, which may be to a log-in page",
      { core: core({ isRedirect: true }) },
      [["redirected", "likely"]],
    ],
    [
      "a redirect that is seen, as in Node",
      { core: core({ status: 302, contentType: "text/html" }) },
      [["redirected", "likely"]],
    ],
    [
      "a redirect of the provider's document",
      {
        issuer: {
          url: "https://id.example/.well-known/openid-configuration",
          isSameOrigin: false,
          asked: { isRedirect: true },
        },
      },
      [["wrong_issuer", "likely"]],
    ],
    [
      "native gRPC",
      { core: core({ status: 200, contentType: "application/grpc+proto" }) },
      [["no_grpc_web_proxy", "certain"]],
    ],
    ["a page", { core: core({ status: 200, contentType: "text/html" }) }, [["no_grpc_web_proxy", "likely"]]],
    ["a method that is not allowed", { core: core({ status: 405 }) }, [["no_grpc_web_proxy", "likely"]]],
    ["a gateway that wants a token", { core: core({ status: 401, contentType: "application/json" }) }, []],
    [
      "a proxy without a service",
      { core: core({ status: 503, contentType: "text/plain" }) },
      [["server_error", "certain"]],
    ],
    [
      "a server error where a service worker may have answered",
      { hasServiceWorker: true, core: core({ status: 503, contentType: "text/plain" }) },
      [["server_error", "likely"]],
    ],
    [
      "a static server's answer to a POST",
      { core: core({ status: 501, contentType: "text/html" }) },
      [["no_grpc_web_proxy", "likely"]],
    ],
    [
      "a reply, though the browser thinks there is no network",
      { isOnline: false, core: core(good) },
      [["offline", "likely"]],
    ],
    ["a body that does not end", { core: core({ ...good, hasStatus: false, isBodyLate: true }) }, []],
    [
      "a provider that wants no more questions",
      {
        issuer: {
          url: "https://id.example/.well-known/openid-configuration",
          isSameOrigin: false,
          asked: { status: 429 },
        },
      },
      [["server_error", "likely"]],
    ],
    ["a status in an HTTP 503", { core: core({ ...good, status: 503 }) }, []],
    ["no status", { core: core({ ...good, hasStatus: false }) }, [["headers_not_exposed", "likely"]]],
    [
      "a clock that one server contradicts",
      { core: core({ ...good, skewMs: -120_000 }) },
      [["clock_wrong", "likely"]],
    ],
    [
      "a clock that two servers contradict",
      {
        core: core({ ...good, skewMs: 120_000 }),
        issuer: {
          url: "https://id.example/.well-known/openid-configuration",
          isSameOrigin: false,
          asked: { status: 200, issuer: "https://id.example", skewMs: 121_000 },
        },
      },
      [["clock_wrong", "certain"]],
    ],
    [
      "one machine is one clock",
      {
        core: core({ ...good, skewMs: 120_000 }),
        issuer: {
          url: "https://api.example.com/.well-known/openid-configuration",
          isSameOrigin: false,
          asked: { status: 200, issuer: "https://api.example.com", skewMs: 121_000 },
        },
      },
      [["clock_wrong", "likely"]],
    ],
    [
      "servers that do not agree",
      {
        core: core({ ...good, skewMs: 120_000 }),
        issuer: {
          url: "https://id.example/.well-known/openid-configuration",
          isSameOrigin: false,
          asked: { status: 200, issuer: "https://id.example/", skewMs: 10 },
        },
      },
      [],
    ],
    ["a minute is no wrong clock", { core: core({ ...good, skewMs: 59_000 }) }, []],
    ["no storage", { isStorageBlocked: true }, [["storage_blocked", "certain"]]],
    [
      "a wasm that is not there",
      { load: { code: "not_found", message: "404", hint: "Serve it." } },
      [["wasm_not_loading", "certain"]],
    ],
    [
      "a policy against wasm",
      { load: { code: "blocked_by_csp", message: "CSP", hint: "Add it." } },
      [["blocked_by_csp", "certain"]],
    ],
    ["a page over http", { isSecureContext: false }, [["insecure_context", "certain"]]],
  ]) {
    test(name, () => assert.deepEqual(codes(evidence), expected));
  }

  test("each finding says what was seen and what to do", () => {
    const all = conclude({
      isOnline: false,
      isSecureContext: false,
      isStorageBlocked: true,
      load: { code: "network", message: "no", hint: "Try again." },
      violations: [],
      core: core({ status: 404, contentType: "text/html", skewMs: 1e9 }),
    });
    assert.equal(all.length, 6);
    for (const { message, evidence, advice } of all) {
      assert.ok(message.endsWith(".") || message.endsWith("there."), message);
      assert.ok(evidence.length > 0 && evidence.every((line) => line.length > 5));
      assert.ok(advice.length > 5);
    }
  });
});

describe("diagnose", () => {
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
    assert.ok(
      missing[0].evidence.includes("Its server answered with HTTP 404."),
      String(missing[0].evidence),
    );
    assert.match(page[0].advice, /^An HTML page came instead/);
    assert.match(offline[0].advice, /access-control-allow-origin/);
    assert.ok(offline[0].evidence.includes("The browser said: Failed to fetch"), String(offline[0].evidence));
  });
});
