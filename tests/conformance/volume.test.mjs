// Many replies, large replies, many calls, in Chromium.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { reportOf } from "./browsers.mjs";
import { bytes, frame, frameHead, message, okBody, okTrailers } from "./cases/reply.mjs";

const PACKET_BYTES = 1460;
const LARGE_BYTES = 200 * 1024 * 1024;
const MIB = 1024 * 1024;

const types = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};
const grpcWeb = {
  "content-type": "application/grpc-web+proto",
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*, authorization",
  "access-control-max-age": "600",
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

let server;
let origin;
let onReport;
/** The connections that calls came over. */
let connections = new Set();

/** An answer with an error_message of so many bytes: field 2, which an OK does not look at. */
function padded(size) {
  const low = [];
  for (let rest = size; ; rest >>>= 7) {
    if (rest < 128) {
      low.push(rest);
      break;
    }
    low.push((rest & 127) | 128);
  }
  return bytes(frame(0, [8, 1, 0x12, ...low], new Uint8Array(size).fill(97)), okTrailers);
}

async function sendPieces(response) {
  response.writeHead(200, grpcWeb);
  const body = padded(3000 + Math.floor(Math.random() * 20_000));
  for (let at = 0; at < body.length; at += PACKET_BYTES) {
    response.write(body.subarray(at, at + PACKET_BYTES));
    await turn();
  }
  response.end();
}

const filler = new Uint8Array(256 * 1024);
const beginnings = {
  announced: [grpcWeb, frameHead(0, LARGE_BYTES)],
  trailers: [grpcWeb, frameHead(0x80, LARGE_BYTES)],
  behind: [grpcWeb, bytes(message, frameHead(0, 64 * 1024))],
  frames: [grpcWeb, message],
  rest: [grpcWeb, okBody],
  html: [{ "content-type": "text/html" }, "<h1>"],
};

async function sendLarge(response, kind) {
  const [headers, first] = beginnings[kind];
  response.writeHead(kind === "html" ? 502 : 200, headers);
  response.write(first);
  let isOpen = true;
  response.on("close", () => {
    isOpen = false;
  });
  for (let sent = 0; isOpen && sent < LARGE_BYTES; sent += filler.length) {
    if (!response.write(filler)) {
      const controller = new AbortController();
      const events = ["drain", "close"].map((event) => once(response, event, controller).catch(() => {}));
      await Promise.race(events);
      controller.abort();
    } else await turn();
  }
  response.end();
}

async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  const [, first, kind] = pathname.split("/");
  if (pathname === "/report") {
    const parts = await Array.fromAsync(request);
    response.end();
    return onReport(JSON.parse(Buffer.concat(parts).toString()));
  }
  if (!["whole", "pieces", "large"].includes(first)) {
    response.writeHead(200, { "content-type": types[extname(pathname)] ?? "text/plain" });
    return createReadStream(join(root, pathname))
      .on("error", () => response.end())
      .pipe(response);
  }
  connections.add(request.socket);
  await Array.fromAsync(request);
  if (request.method === "OPTIONS") return response.writeHead(204, grpcWeb).end();
  if (first === "whole" || request.headers["x-ordinary"]) return response.writeHead(200, grpcWeb).end(okBody);
  return first === "pieces" ? sendPieces(response) : sendLarge(response, kind);
}

before(async () => {
  server = createServer((request, response) => void serve(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function task(name, parameters = {}) {
  connections = new Set();
  const next = new Promise((resolve) => {
    onReport = resolve;
  });
  const query = new URLSearchParams({ task: name, ...parameters });
  const url = `${origin}/tests/conformance/volume.html?${query}`;
  const report = await reportOf("chromium", url, next, { limitMs: 300_000 });
  assert.equal(report.error, undefined);
  return report;
}

test("of 10,000 OK replies of 3 to 23 KB in packet-sized pieces none fails", async () => {
  const { codes } = await task("pieces", { count: 10_000 });
  assert.deepEqual(codes, { ok: 10_000 });
});

test("200 MB leave the wasm's memory within 8 MiB, whatever they claim to be", async (t) => {
  const results = await task("large", { kinds: Object.keys(beginnings).join() });
  const codes = Object.fromEntries(Object.entries(results).map(([kind, { code }]) => [kind, code]));
  assert.deepEqual(codes, {
    announced: "resource_exhausted",
    trailers: "resource_exhausted",
    // Further messages are read only because a status may follow, and not without end.
    behind: "unimplemented",
    frames: "unimplemented",
    rest: "ok",
    html: "unavailable",
  });
  for (const [kind, { grown, ordinary }] of Object.entries(results)) {
    t.diagnostic(`${kind}: grown by ${grown} bytes`);
    assert.ok(grown < 8 * MIB, `${kind}: grown by ${grown} bytes`);
    assert.equal(ordinary, "ok", kind);
  }
});

test("100,000 calls leave the wasm's memory where 1,000 left it", async (t) => {
  const { codes, at } = await task("calls", { counts: "1000,100000" });
  assert.deepEqual(codes, { ok: 90_000, unavailable: 10_000 });
  t.diagnostic(`${at[1000]} bytes after 1,000 calls, ${at[100000]} after 100,000`);
  assert.equal(at[100_000], at[1000]);
});

test("50 calls one after another use one connection, or two", async () => {
  const { codes } = await task("sequence", { count: 50 });
  assert.deepEqual(codes, { ok: 50 });
  // A call may begin while the end of the body before it is on its way; the browser then opens a second connection.
  assert.ok(connections.size <= 2, `${connections.size} connections`);
});

test("50 calls one after another to another origin use one connection, preflights included", async () => {
  const { codes } = await task("sequence", { count: 50, cross: 1 });
  assert.deepEqual(codes, { ok: 50 });
  // A browser may keep what it sends with credentials apart from what it sends without.
  assert.ok(connections.size <= 2, `${connections.size} connections`);
});
