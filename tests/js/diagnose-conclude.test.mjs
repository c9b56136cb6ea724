// What diagnose concludes from what was observed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { conclude } from "../../dist/diagnose/conclude.js";

const url = "https://api.example.com/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";
const good = { status: 200, contentType: "application/grpc-web+proto", hasStatus: true };
const core = (asked, more) => ({ url, isSameOrigin: false, asked, ...more });
const codes = (evidence) =>
  conclude({ violations: [], ...evidence }).map(({ code, certainty }) => [code, certainty]);

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
    ["a page of the internet and this machine", "console.example", "localhost", { loopback: "denied" }, true],
    ["this network", "console.example", "192.168.1.9", { local: "denied" }, true],
    ["this network, by IPv6", "console.example", "[fd00::9]", { local: "denied" }, true],
    ["this network, by mDNS", "console.example", "pbx.local", { local: "denied" }, true],
    ["from this network to this machine", "10.0.0.1", "127.0.0.1", { loopback: "denied" }, true],
    ["within this network", "10.0.0.1", "10.0.0.2", { local: "denied" }, false],
    ["within this machine", "localhost", "127.0.0.1", { loopback: "denied" }, false],
    ["from this machine to the network", "localhost", "10.0.0.1", { local: "denied" }, false],
    ["the other permission", "console.example", "10.0.0.1", { loopback: "denied", local: "granted" }, false],
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
