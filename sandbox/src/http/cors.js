// CORS for what the sandbox serves itself. The OpenID endpoints have their own in identity/cors.js.
import { isLoopbackOrigin } from "../loopback.js";

/** @typedef {{ methods: string[], requestHeaders: string[], exposedHeaders: string[] }} CorsPolicy */

/** @type {CorsPolicy} */
export const grpcWebCors = {
  methods: ["POST"],
  requestHeaders: [
    "authorization",
    "content-type",
    "dpop",
    "grpc-accept-encoding",
    "grpc-timeout",
    "x-grpc-web",
    "x-user-agent",
  ],
  exposedHeaders: [
    "grpc-status",
    "grpc-message",
    "grpc-status-details-bin",
    "www-authenticate",
    "dpop-nonce",
  ],
};

/** @type {CorsPolicy} */
export const vendorCors = { methods: ["POST"], requestHeaders: ["content-type"], exposedHeaders: [] };

/** @type {CorsPolicy} */
export const statusCors = { methods: ["GET"], requestHeaders: [], exposedHeaders: [] };

/**
 * Sets the CORS headers, and answers the request if it is a preflight.
 * @param {CorsPolicy} policy
 * @param {import("node:http").IncomingMessage} req
 * @param {import("node:http").ServerResponse} res
 * @returns {boolean} whether the request has been answered
 */
export function applyCors(policy, req, res) {
  const { origin } = req.headers;
  res.setHeader("vary", "Origin");
  const allowed = isLoopbackOrigin(origin);
  if (allowed) {
    res.setHeader("access-control-allow-origin", /** @type {string} */ (origin));
    if (policy.exposedHeaders.length > 0) {
      res.setHeader("access-control-expose-headers", policy.exposedHeaders.join(", "));
    }
  }
  if (req.method !== "OPTIONS") return false;
  if (allowed) {
    res.setHeader("access-control-allow-methods", policy.methods.join(", "));
    if (policy.requestHeaders.length > 0) {
      // Applications may add metadata of their own, so whatever a preflight asks for is allowed beside the list.
      const asked = (req.headers["access-control-request-headers"] ?? "").toLowerCase().split(/[\s,]+/);
      const names = new Set([
        ...policy.requestHeaders,
        ...asked.filter((name) => /^[a-z0-9._-]+$/.test(name)),
      ]);
      res.setHeader("access-control-allow-headers", [...names].join(", "));
    }
    res.setHeader("access-control-max-age", "600");
  }
  res.writeHead(204).end();
  return true;
}
