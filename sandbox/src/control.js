// The control endpoint: what startSandbox's return value can do, over HTTP. JSON only, so that a page of another origin
// needs a preflight, which only pages of this machine pass.
import { applyCors } from "./http/cors.js";
import { FormTooLargeError, isJson, readJson } from "./http/form.js";

const cors = { methods: ["GET", "POST", "DELETE"], requestHeaders: ["content-type"], exposedHeaders: [] };
const maxBytes = 100_000;

/**
 * @param {import("./controls.js").Controls} controls
 * @param {import("./identity/token-log.js").TokenLog} tokenLog
 */
export function createControlHandler(controls, tokenLog) {
  /** @type {Map<string, (body: any) => unknown>} */
  const actions = new Map(
    Object.entries({
      "POST /control": controls.configure,
      "GET /control/faults": controls.faults,
      "POST /control/faults": controls.arm,
      "DELETE /control/faults": controls.disarm,
      "POST /control/revoke-consent": controls.revokeConsent,
      "POST /control/calls": controls.placeCall,
      "POST /calls": controls.placeCall,
      "GET /control/token-log": () => tokenLog.entries,
      "DELETE /control/token-log": () => tokenLog.clear(),
    }),
  );

  /**
   * @param {import("node:http").IncomingMessage} req
   * @param {import("node:http").ServerResponse} res
   */
  return async (req, res) => {
    if (applyCors(cors, req, res)) return;
    const [path = ""] = (req.url ?? "").split("?");
    const action = actions.get(`${req.method} ${path}`);
    /** @param {number} status @param {unknown} body */
    const send = (status, body) => {
      res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      res.end(JSON.stringify(body ?? {}));
    };
    if (!action) return send(404, { error: `no such control: ${req.method} ${path}` });
    if (req.method === "POST" && !isJson(req)) return send(415, { error: "send application/json" });
    try {
      return send(200, action(req.method === "POST" ? await readJson(req, maxBytes) : undefined));
    } catch (error) {
      if (error instanceof FormTooLargeError) throw error;
      return send(400, { error: error instanceof Error ? error.message : "that did not work" });
    }
  };
}
