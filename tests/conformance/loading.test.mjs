// Loading the wasm in real browsers: compiled while it comes, fetched once, and what is said of each way in which it does not
// come.

import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { reportOf } from "./browsers.mjs";

const browsers = (process.env.TEST_BROWSERS ?? "chromium,firefox").split(",");
const bytes = readFileSync(join(root, "dist/wasm/sipbreakout_bg.wasm"));
const middle = bytes.length >> 1;
const broken = Buffer.from(bytes).fill(0xff, middle, middle + 100);
const types = { ".html": "text/html", ".mjs": "text/javascript", ".js": "text/javascript" };
const wasm = "application/wasm";
const anyOrigin = { "access-control-allow-origin": "*" };
const html = "\n<!doctype html><title>App</title>";
const worker = `
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => {
    if (!event.request.url.endsWith("/worked.wasm")) return;
    event.respondWith(new Response("<p>Offline", { headers: { "content-type": "text/html" } }));
  });`;

/** What comes for the wasm at a path: status, headers, body. */
const replies = {
  "/good": [200, { "content-type": wasm }, bytes],
  "/loading-worker.js": [200, { "content-type": "text/javascript" }, worker],
  "/data": [
    200,
    { "content-type": "text/plain" },
    `data:application/wasm;base64,${bytes.toString("base64")}`,
  ],
  "/octets.wasm": [200, { "content-type": "application/octet-stream" }, bytes],
  "/parameter.wasm": [200, { "content-type": `${wasm}; charset=utf-8` }, bytes],
  "/page.wasm": [200, { "content-type": "text/html" }, html],
  "/assets/sipbreakout_bg-BxK3f0_z.wasm": [200, { "content-type": "text/html" }, html],
  "/node_modules/.vite/deps/wasm/sipbreakout_bg.wasm": [200, { "content-type": "text/html" }, html],
  "/disguised.wasm": [200, { "content-type": wasm }, html],
  "/json.wasm": [200, { "content-type": "application/json" }, "{}"],
  "/gzip.wasm": [200, { "content-type": "application/gzip" }, Buffer.from([0x1f, 0x8b, 8, 0])],
  "/empty.wasm": [200, { "content-type": wasm }, ""],
  "/three.wasm": [200, { "content-type": wasm }, bytes.subarray(0, 3)],
  "/short.wasm": [200, { "content-type": wasm }, bytes.subarray(0, middle)],
  "/broken.wasm": [200, { "content-type": wasm }, broken],
  "/other.wasm": [200, { "content-type": wasm }, bytes.subarray(0, 8)],
  "/sign-in.wasm": [302, { location: "/sign-in" }, ""],
  "/sign-in": [200, { "content-type": "text/html" }, html],
  "/forbidden.wasm": [403, { "content-type": "application/xml" }, "<Error/>"],
  "/guarded.wasm": [401, {}, ""],
  "/busy.wasm": [503, {}, ""],
  "/gone-3f9a0c1d.wasm": [410, {}, ""],
};
let pages;
let other;
let onReport;
const asked = new Map();

/** Announces more than it sends. */
function cutOff(response) {
  response.writeHead(200, { "content-type": wasm, "content-length": bytes.length });
  response.write(bytes.subarray(0, middle));
  setTimeout(() => response.destroy(), 50);
}

async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
  asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
  if (pathname === "/report") {
    const parts = await Array.fromAsync(request);
    response.end();
    return onReport(JSON.parse(Buffer.concat(parts).toString()));
  }
  if (pathname === "/cut.wasm") return cutOff(response);
  if (Object.hasOwn(replies, pathname)) {
    const [status, headers, body] = replies[pathname];
    return response.writeHead(status, { "cache-control": "no-store", ...headers }).end(body);
  }
  const policy = searchParams.get("policy");
  const hint = searchParams.get("hint");
  const own = { "content-type": types[extname(pathname)] ?? wasm, "cache-control": "no-store" };
  if (policy) own["content-security-policy"] = policy;
  if (hint) {
    const page = readFileSync(join(root, pathname), "utf8");
    return response.writeHead(200, own).end(page.replace("<title>", `${hint}\n<title>`));
  }
  return createReadStream(join(root, pathname))
    .on("open", () => response.writeHead(200, own))
    .on("error", () => response.writeHead(404).end())
    .pipe(response);
}

function serveOther(request, response) {
  asked.set(`other ${request.url}`, (asked.get(`other ${request.url}`) ?? 0) + 1);
  const shared = request.url.startsWith("/shared") ? anyOrigin : {};
  response.writeHead(200, { "content-type": wasm, "cache-control": "no-store", ...shared }).end(bytes);
}

async function start(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

before(async () => {
  [pages, other] = [await start(serve), await start(serveOther)];
});
beforeEach(() => asked.clear());
after(() => {
  pages?.close();
  other?.close();
});

/** What came of loading from each of these, in one page. */
async function loads(browser, from, parameters = {}) {
  const next = new Promise((resolve) => {
    onReport = resolve;
  });
  const query = new URLSearchParams(parameters);
  for (const source of from) query.append("from", source);
  const url = `${pages.url}/tests/conformance/loading.html?${query}`;
  return reportOf(browser, url, next, { limitMs: 60_000 });
}

const problemless = ({ error, problems }) => assert.deepEqual([error, problems], [undefined, []]);

for (const browser of browsers) {
  describe(`loading in ${browser}`, () => {
    test("a wasm that is served as one is compiled while it comes, from one request", async () => {
      const [loaded] = await loads(browser, ["packaged"]);
      problemless(loaded);
      assert.deepEqual(loaded.compiledBy, ["compileStreaming"]);
      assert.equal(asked.get("/dist/wasm/sipbreakout_bg.wasm"), 1);
      const [given] = await loads(browser, ["response"]);
      problemless(given);
      assert.deepEqual(given.compiledBy, ["compileStreaming"]);
    });

    test("another type is compiled once it has come, from one request", async () => {
      for (const path of ["/octets.wasm", "/parameter.wasm"]) {
        const [loaded] = await loads(browser, [path]);
        problemless(loaded);
        assert.deepEqual(loaded.compiledBy, ["compile"], path);
        assert.equal(asked.get(path), 1, path);
      }
    });

    test("each way in which it does not come has its code and its advice, and no second request", async () => {
      const expected = {
        "/page.wasm": ["not_wasm", /HTML page.*optimizeDeps\.exclude.*newer version.*reload/, true],
        "/assets/sipbreakout_bg-BxK3f0_z.wasm": [
          "not_wasm",
          /^An HTML page came instead. A newer version/,
          true,
        ],
        "/node_modules/.vite/deps/wasm/sipbreakout_bg.wasm": [
          "not_wasm",
          /lacks it: with Vite 7 add optimizeDeps/,
          false,
        ],
        "/disguised.wasm": ["not_wasm", browser === "chromium" ? /HTML page/ : /as application\/wasm/],
        "/json.wasm": ["not_wasm", /as application\/json/, false],
        "/gzip.wasm": ["not_wasm", /as application\/gzip/, false],
        "/other.wasm": ["not_wasm", /deploy.*cache.*Reload/, true],
        "/sign-in.wasm": ["not_wasm", new RegExp(`redirect to ${pages.url}.*log-in page`), true],
        "/empty.wasm": ["network", /Try again/, false],
        "/three.wasm": ["network", /Try again/, false],
        "/short.wasm": ["network", /Try again/, false],
        "/broken.wasm": ["network", /Try again/, false],
        "/cut.wasm": ["network", /Try again/, false],
        "/busy.wasm": ["network", /Try again/, false],
        "/forbidden.wasm": ["not_found", /file store.*newer version/, true],
        "/guarded.wasm": ["not_found", /sign-in/, true],
        "/nothing.wasm": ["not_found", /sipbreakout-web\/inline.*newer version/, true],
        "/gone-3f9a0c1d.wasm": ["not_found", /^A newer version of the page may have been deployed/, true],
        read: ["not_wasm", /nobody has read/, false],
        revoked: ["not_found", /blob: address/, false],
      };
      const paths = Object.keys(expected);
      const results = await loads(browser, [...paths, "/good"]);
      problemless(results.pop());
      for (const { from, error } of results) {
        const [code, hint, reloadMayHelp] = expected[from];
        assert.equal(error?.code, code, `${from}: ${error?.message}`);
        assert.match(error.hint, hint, from);
        assert.equal(error.retryable, code === "network", from);
        if (reloadMayHelp !== undefined) assert.equal(error.reloadMayHelp, reloadMayHelp, from);
        if (from.startsWith("/")) assert.equal(asked.get(from), 1, from);
      }
    });

    test("another origin: CORS, the page's policy, and a response that nobody may read", async () => {
      const [cors, opaque, shared] = await loads(
        browser,
        [`${other.url}/a.wasm`, "opaque", `${other.url}/shared.wasm`],
        { other: `${other.url}/a.wasm` },
      );
      assert.equal(cors.error.code, "network");
      assert.match(cors.error.message, new RegExp(`from ${other.url}`));
      assert.match(cors.error.hint, /access-control-allow-origin.*connect-src/);
      assert.equal(opaque.error.code, "not_wasm");
      assert.match(opaque.error.message, /opaque/);
      problemless(shared);

      const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      const secret = `${other.url}/shared.wasm?signature=secret`;
      const [forbidden, blob, data] = await loads(browser, [secret, "blob", "data"], { policy });
      assert.equal(forbidden.error.code, "blocked_by_csp");
      assert.equal(forbidden.error.hint, `Add ${other.url} to connect-src.`);
      assert.doesNotMatch(forbidden.error.message, /secret/);
      assert.deepEqual([blob.error.code, blob.error.hint], ["blocked_by_csp", "Add blob: to connect-src."]);
      problemless(data);
    });

    test("a policy that forbids WebAssembly, or the page's own origin", async () => {
      const from = ["/good", "/octets.wasm"];
      for (const { error } of await loads(browser, from, { policy: "default-src 'self'" })) {
        assert.equal(error.code, "blocked_by_csp");
        assert.match(error.hint, /wasm-unsafe-eval/);
      }
      const policy = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${pages.url}/report`;
      const [own] = await loads(browser, from, { policy });
      assert.deepEqual([own.error.code, own.error.hint], ["blocked_by_csp", "Add 'self' to connect-src."]);
    });

    test("a service worker that answers with a page is named", async () => {
      const [worked] = await loads(browser, ["/worked.wasm"], { worker: "" });
      assert.equal(worked.error.code, "not_wasm");
      assert.match(worked.error.hint, /service worker may have answered/);
    });

    const link = (href, more) =>
      `<link rel="preload" as="fetch" type="application/wasm" href="${href}"${more}>`;
    const packaged = "/dist/wasm/sipbreakout_bg.wasm";

    test("with the hint in the page it is fetched once", async () => {
      const modules = '<link rel="modulepreload" href="/dist/index.js">';
      const hint = `${link(packaged, " crossorigin")}${modules}`;
      const [loaded] = await loads(browser, ["packaged"], { hint });
      problemless(loaded);
      assert.deepEqual([asked.get(packaged), asked.get("/dist/index.js")], [1, 1]);
      assert.deepEqual(loaded.compiledBy, ["compileStreaming"]);
      const shared = `${other.url}/shared.wasm`;
      const [elsewhere] = await loads(browser, [shared], { hint: link(shared, " crossorigin") });
      problemless(elsewhere);
      assert.equal(asked.get("other /shared.wasm"), 1);
    });

    test("without crossorigin the hint is for nothing: this test can tell", async () => {
      const [loaded] = await loads(browser, ["packaged"], { hint: link(packaged, "") });
      problemless(loaded);
      assert.equal(asked.get(packaged), 2);
    });
  });
}
