// One entry per request: what was asked and how it ended, never a query, a header value or a body.

/** @typedef {import("../index.js").AccessLogEntry} AccessLogEntry */

const maxEntries = 10_000;

/** The segment after these paths is the id of something that a person is about to decide. */
const withId = /^\/(interaction|oauth2\/auth|consents)\/[^/]+/;

/** What the status page asks for every second, and by itself every few seconds without JavaScript. */
const statusPaths = new Set(["/", "/status.json"]);

export class AccessLog {
  /** @type {AccessLogEntry[]} */
  entries = [];
  /** @type {WeakMap<object, AccessLogEntry>} */
  #byRequest = new WeakMap();
  #print;

  /** @param {{ quiet: boolean }} options */
  constructor({ quiet }) {
    this.#print = quiet ? () => {} : (/** @type {string} */ line) => console.log(line);
  }

  /**
   * @param {import("node:http").IncomingMessage | import("node:http2").Http2ServerRequest} req
   * @param {import("node:http").ServerResponse | import("node:http2").Http2ServerResponse} res
   */
  record(req, res) {
    const [path = "/"] = (req.url ?? "/").split("?");
    /** @type {AccessLogEntry} */
    const entry = {
      time: new Date().toISOString(),
      method: req.method ?? "",
      path: path.replace(withId, "/$1/:id"),
      status: 0,
    };
    if (req.headers.origin !== undefined) entry.origin = req.headers.origin;
    if (this.entries.length === maxEntries) this.entries.shift();
    this.entries.push(entry);
    this.#byRequest.set(req, entry);
    res.once("close", () => {
      // A client that went away before its answer began is marked as nginx does it.
      entry.status = res.headersSent ? res.statusCode : 499;
      if (entry.method === "GET" && statusPaths.has(entry.path) && entry.status < 400) return;
      const grpc = entry.grpcStatus === undefined ? "" : ` grpc-status=${entry.grpcStatus}`;
      this.#print(`${entry.time} ${entry.method} ${entry.path} ${entry.status}${grpc}`);
    });
  }

  /**
   * @param {object} req
   * @param {number} grpcStatus
   */
  noteGrpcStatus(req, grpcStatus) {
    const entry = this.#byRequest.get(req);
    if (entry) entry.grpcStatus = grpcStatus;
  }
}
