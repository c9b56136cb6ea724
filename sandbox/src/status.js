// What is registered now, for people (/) and for programs (/status.json).
import { applyCors, statusCors } from "./http/cors.js";
import { sendPage } from "./pages/page.js";
import { statusPage } from "./status-page.js";

/**
 * @typedef {object} StatusSources
 * @property {import("./core/registrations.js").Registrations} registrations
 * @property {{ ttlSeconds: number }} settings
 * @property {string} issuer
 * @property {string} grpcUrl
 */

/** @param {StatusSources} sources */
export function createStatusHandlers({ registrations, settings, issuer, grpcUrl }) {
  const snapshot = () => ({
    now: new Date().toISOString(),
    ttlSeconds: settings.ttlSeconds,
    registrations: registrations.list(),
  });
  return {
    /**
     * @param {import("node:http").IncomingMessage} _req
     * @param {import("node:http").ServerResponse} res
     */
    page(_req, res) {
      sendPage(res, statusPage(snapshot(), { issuer, grpcUrl }));
    },
    /**
     * @param {import("node:http").IncomingMessage} req
     * @param {import("node:http").ServerResponse} res
     */
    json(req, res) {
      if (applyCors(statusCors, req, res)) return;
      res.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
      res.end(JSON.stringify(snapshot()));
    },
  };
}
