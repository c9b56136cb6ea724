// The control endpoint: what startSandbox's return value can do, over HTTP. JSON only, so that a page of another origin
// needs a preflight, which only pages of this machine pass.
import { applyCors } from "./http/cors.js";

const cors = { methods: ["GET", "POST", "DELETE"], requestHeaders: ["content-type"], exposedHeaders: [] };
const maxBytes = 100_000;

/**
 * @typedef {object} Controls
 * @property {(faults: unknown) => void} arm
 * @property {() => void} disarm
 * @property {() => unknown} faults
 * @property {(changes: any) => void} configure
 * @property {(who: any) => void} revokeConsent
 * @property {() => unknown} tokenLog
 * @property {() => void} clearTokenLog
 */

/** @param {Controls} controls */
export function createControlHandler(controls) {
  /** @type {Record<string, (body: any) => unknown>} */
  const actions = {
    "POST /control": controls.configure,
    "GET /control/faults": controls.faults,
    "POST /control/faults": controls.arm,
    "DELETE /control/faults": controls.disarm,
    "POST /control/revoke-consent": controls.revokeConsent,
    "GET /control/token-log": controls.tokenLog,
    "DELETE /control/token-log": controls.clearTokenLog,
  };

  /**
   * @param {import("node:http").IncomingMessage} req
   * @param {import("node:http").ServerResponse} res
   */
  return async (req, res) => {
    if (applyCors(cors, req, res)) return;
    const [path = ""] = (req.url ?? "").split("?");
    const action = actions[`${req.method} ${path}`];
    /** @param {number} status @param {unknown} body */
    const send = (status, body) => {
      res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      res.end(JSON.stringify(body ?? {}));
    };
    if (!action) return send(404, { error: `no such control: ${req.method} ${path}` });
    if (req.method === "POST" && !/^application\/json\b/.test(req.headers["content-type"] ?? "")) {
      return send(415, { error: "send application/json" });
    }
    try {
      return send(200, action(req.method === "POST" ? JSON.parse(await readText(req)) : undefined));
    } catch (error) {
      return send(400, { error: error instanceof Error ? error.message : "that did not work" });
    }
  };
}

/** @param {import("node:http").IncomingMessage} req */
async function readText(req) {
  let text = "";
  for await (const chunk of req) {
    text += chunk;
    if (text.length > maxBytes) throw new Error("that is too long");
  }
  return text;
}
