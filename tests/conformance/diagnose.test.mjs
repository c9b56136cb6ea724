// diagnose() in real browsers against servers that are wrong in every way it knows.

import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { reportOf } from "./browsers.mjs";
import { trailers } from "./cases/reply.mjs";

const browsers = (process.env.TEST_BROWSERS ?? "chromium,firefox").split(",");
const types = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};
const anyOrigin = { "access-control-allow-origin": "*" };
const allowed = {
  ...anyOrigin,
  "access-control-allow-headers": "authorization, content-type, grpc-timeout, x-grpc-web, x-user-agent",
};
const grpcWeb = { "content-type": "application/grpc-web+proto" };
const refused = Buffer.from(trailers("grpc-status: 16\r\n"));
const anHourAgo = () => new Date(Date.now() - 3_600_000).toUTCString();

/** What the other origin answers, by the first part of the path: headers of a preflight, then the reply. */
const servers = {
  good: [allowed, 200, { ...anyOrigin, ...grpcWeb }, refused],
  secretive: [{}, 200, grpcWeb, refused],
  strict: [anyOrigin, 200, { ...anyOrigin, ...grpcWeb }, refused],
  unexposed: [allowed, 200, { ...anyOrigin, ...grpcWeb, "grpc-status": "16" }, ""],
  html: [allowed, 200, { ...anyOrigin, "content-type": "text/html" }, "<h1>Console</h1>"],
  missing: [allowed, 404, { ...anyOrigin, "content-type": "application/json" }, "{}"],
  gateway: [allowed, 401, { ...anyOrigin, "content-type": "application/json" }, "{}"],
  native: [allowed, 200, { ...anyOrigin, "content-type": "application/grpc" }, ""],
  down: [allowed, 503, { ...anyOrigin, "content-type": "text/plain" }, "down"],
  moved: [allowed, 302, { ...anyOrigin, location: "/good" }, ""],
  late: [
    allowed,
    200,
    { ...anyOrigin, ...grpcWeb, date: anHourAgo, "access-control-expose-headers": "date" },
    refused,
  ],
};

let pages;
let other;
let onReport;
const asked = [];

function serveOther(request, response) {
  const [, name] = request.url.split("/");
  if (request.method !== "OPTIONS") asked.push(request.headers);
  if (name === "silent") return;
  if (name === "issuer" || name === "stranger") {
    const issuer = name === "issuer" ? `http://${request.headers.host}/issuer` : "https://other.example";
    return response
      .writeHead(200, { ...anyOrigin, "content-type": "application/json" })
      .end(JSON.stringify({ issuer }));
  }
  const [preflight, status, headers, body] = servers[name] ?? [{}, 404, {}, ""];
  if (request.method === "OPTIONS") return response.writeHead(204, preflight).end();
  const { date = () => new Date().toUTCString(), ...rest } = headers;
  response.sendDate = false;
  return response.writeHead(status, { ...rest, date: date() }).end(body);
}

async function servePages(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
  if (pathname === "/report") {
    const parts = await Array.fromAsync(request);
    response.end();
    return onReport(JSON.parse(Buffer.concat(parts).toString()));
  }
  const policy = searchParams.get("policy");
  const headers = { "content-type": types[extname(pathname)] ?? "text/plain" };
  if (policy) headers["content-security-policy"] = policy;
  response.writeHead(200, headers);
  return createReadStream(join(root, pathname))
    .on("error", () => response.end())
    .pipe(response);
}

async function start(serve) {
  const server = createServer(serve);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: server.address().port, url: `http://127.0.0.1:${server.address().port}`, close };
}

before(async () => {
  [pages, other] = [await start(servePages), await start(serveOther)];
});
after(() => {
  pages.close();
  other.close();
});

async function diagnoses(browser, parameters, { origin = pages.url, flags } = {}) {
  const next = new Promise((resolve) => {
    onReport = resolve;
  });
  const url = `${origin}/tests/conformance/diagnose.html?${new URLSearchParams(parameters)}`;
  return reportOf(browser, url, next, { limitMs: 120_000, flags });
}

const codes = ({ findings }) => findings.map(({ code, certainty }) => `${code} ${certainty}`);

for (const browser of browsers) {
  describe(`diagnose in ${browser}`, () => {
    const expected = {
      good: [],
      secretive: ["cors_refused likely"],
      strict: ["cors_refused likely"],
      unexposed: ["headers_not_exposed likely"],
      html: ["no_grpc_web_proxy likely"],
      missing: ["no_grpc_web_proxy likely"],
      gateway: [],
      native: ["no_grpc_web_proxy certain"],
      down: ["server_error certain"],
      moved: ["redirected likely"],
      late: ["clock_wrong likely"],
      silent: ["unreachable likely"],
    };

    test("what another origin does wrong", async () => {
      const names = Object.keys(expected);
      const report = await diagnoses(browser, { core: names.map((name) => `${other.url}/${name}`).join() });
      const found = Object.fromEntries(names.map((name) => [name, codes(report[`${other.url}/${name}`])]));
      assert.deepEqual(found, expected);
      for (const { findings, ms } of Object.values(report)) {
        assert.ok(ms < 4500, `${ms} ms`);
        for (const { message, evidence, advice } of findings)
          assert.ok(message && advice && evidence.length > 0);
      }
      const [strict] = report[`${other.url}/strict`].findings;
      assert.match(strict.message, /preflight/);
      const [late] = report[`${other.url}/late`].findings;
      assert.match(late.message, /about (3599|3600|3601) seconds ahead/);
      const tokens = new Set(asked.map(({ authorization }) => authorization).filter(Boolean));
      assert.deepEqual([...tokens], ["Bearer diagnose"], "no token of anybody's");
    });

    test("nobody there, and a redirect of the page's own origin", async () => {
      const nobody = "http://127.0.0.1:1";
      const report = await diagnoses(browser, { core: `${nobody},${pages.url}/nothing` });
      assert.deepEqual(codes(report[nobody]), ["unreachable likely"]);
      assert.ok(report[nobody].findings[0].alternatives.length > 2);
      assert.deepEqual(codes(report[`${pages.url}/nothing`]), ["no_grpc_web_proxy likely"]);
    });

    test("providers", async () => {
      const issuers = ["issuer", "stranger", "secretive", "good"].map((name) => `${other.url}/${name}`);
      const report = await diagnoses(browser, { issuer: issuers.join() });
      assert.deepEqual(
        issuers.map((issuer) => codes(report[issuer])),
        [[], ["wrong_issuer certain"], ["cors_refused likely"], ["wrong_issuer certain"]],
      );
    });

    test("a Content-Security-Policy", async () => {
      const core = `${other.url}/good`;
      const own = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      const connect = await diagnoses(browser, { core, policy: own });
      assert.deepEqual(codes(connect[core]), ["blocked_by_csp certain"]);
      assert.match(connect[core].findings[0].advice, new RegExp(`Add ${other.url} to connect-src`));
      const noWasm = `default-src 'self'; connect-src 'self' ${other.url}`;
      const script = await diagnoses(browser, { core, policy: noWasm });
      assert.deepEqual(codes(script[core]), ["blocked_by_csp certain"]);
      assert.match(script[core].findings[0].advice, /wasm-unsafe-eval/);
    });

    // Firefox has no switch for names of its own.
    if (browser === "chromium") {
      test("a page of the internet that calls this machine", async () => {
        const origin = `http://console.test:${pages.port}`;
        const flags = [
          "--host-resolver-rules=MAP console.test 127.0.0.1",
          `--ip-address-space-overrides=127.0.0.1:${pages.port}=public`,
        ];
        const core = `${other.url}/good`;
        // Without a window nobody is asked: it is refused.
        const secure = [...flags, `--unsafely-treat-insecure-origin-as-secure=${origin}`];
        const refused = await diagnoses(browser, { core }, { origin, flags: secure });
        assert.deepEqual(codes(refused[core]), ["local_network_access likely"]);
        assert.match(refused[core].findings[0].advice, /settings of the browser/);
        const insecure = await diagnoses(browser, { core }, { origin, flags });
        assert.deepEqual(codes(insecure[core]), ["insecure_context certain", "local_network_access likely"]);
        assert.match(insecure[core].findings[1].advice, /by https/);
      });

      test("a page that is no secure context", async () => {
        const core = `http://console.test:${other.port}/good`;
        const report = await diagnoses(
          browser,
          { core },
          {
            origin: `http://console.test:${pages.port}`,
            flags: ["--host-resolver-rules=MAP console.test 127.0.0.1"],
          },
        );
        assert.ok(codes(report[core]).includes("insecure_context certain"), String(codes(report[core])));
      });
    }
  });
}
