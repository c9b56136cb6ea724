// The hostile server: HTTP/1.1 on a bare socket, so that every byte of a reply is the script's. It also serves the pages,
// so that page and core have one origin, and takes the page's report.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:net";
import { extname, join, normalize } from "node:path";
import { root } from "../../../scripts/paths.mjs";
import { bytes, okBody, reply, sized } from "../cases/reply.mjs";
import { RequestReader } from "./requests.mjs";
import { play } from "./script.mjs";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** What may be asked of the repository. */
const served = ["dist/", "tests/conformance/", "target/doors/", "target/conformance/", "node_modules/"];

const anyOrigin = ["access-control-allow-origin: *", "access-control-expose-headers: *"];
const ordinary = reply(okBody, anyOrigin);

function preflight(request) {
  const asked = request.headers.get("access-control-request-headers") ?? "";
  const allowed = ["access-control-allow-methods: *", `access-control-allow-headers: ${asked}`];
  return sized(200, ["access-control-allow-origin: *", ...allowed, "access-control-max-age: 600"]);
}

async function serveFile(socket, path) {
  const name = normalize(decodeURIComponent(path)).replace(/^\/+/, "");
  const file = join(root, name);
  const stat = served.some((folder) => name.startsWith(folder)) && statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return play(socket, sized(404, ["content-type: text/plain"], "not here"));
  const type = contentTypes[extname(file)] ?? "application/octet-stream";
  const lines = [`content-type: ${type}`, `content-length: ${stat.size}`, "cache-control: no-store"];
  socket.write(`HTTP/1.1 200 OK\r\n${lines.join("\r\n")}\r\n\r\n`);
  for await (const part of createReadStream(file)) socket.write(part);
  return true;
}

/**
 * `scriptOf(number, attempt)` gives the reply to the attempt (from 0) of a case. Resolves to the running server: `url`,
 * `logOf(run, number)`, `report` (a promise for what a page posts to /report; `onReport` is called too), `close`.
 */
export async function startHostileServer(scriptOf, { onReport = () => {} } = {}) {
  const logs = new Map();
  const sockets = new Set();
  let connections = 0;

  const logOf = (run, number) => {
    const key = `${run}/${number}`;
    if (!logs.has(key)) logs.set(key, { requests: [], unfinished: 0 });
    return logs.get(key);
  };

  async function serveCase(socket, request, connection) {
    const [, , run, number] = request.path.split("/");
    if (request.headers.has("x-ordinary") || run === "ordinary") return play(socket, ordinary);
    const log = logOf(run, number);
    const attempt = log.requests.length;
    const entry = { headers: [...request.headers], body: [...request.body], connection, at: Date.now() };
    log.requests.push(entry);
    log.unfinished += 1;
    // Who goes away before the script is at its end has aborted.
    const onClose = () => {
      entry.aborted = true;
    };
    socket.once("close", onClose);
    const isWhole = await play(socket, scriptOf(Number(number), attempt));
    socket.off("close", onClose);
    log.unfinished -= 1;
    return isWhole;
  }

  const serve = async (socket, request, connection) => {
    if (request.path === "/report") {
      onReport(JSON.parse(Buffer.from(request.body).toString()));
      return play(socket, sized(200, []));
    }
    if (request.path.startsWith("/log/")) {
      const [, , run, number] = request.path.split("/");
      return play(socket, sized(200, ["content-type: application/json"], JSON.stringify(logOf(run, number))));
    }
    if (!request.path.startsWith("/c/")) return serveFile(socket, request.path.split("?")[0]);
    return request.method === "OPTIONS"
      ? play(socket, preflight(request))
      : serveCase(socket, request, connection);
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const connection = ++connections;
    const reader = new RequestReader();
    let last = Promise.resolve(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (part) => {
      for (const request of reader.push(part)) {
        last = last
          .then((isOpen) => isOpen && serve(socket, request, connection))
          .catch(() => socket.destroy());
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    logOf,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The one frame of a request, if it is one. */
export function isOneFrame(body) {
  const content = bytes(body);
  const length = new DataView(content.buffer).getUint32(1);
  return content[0] === 0 && length === content.length - 5;
}
