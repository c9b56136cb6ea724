// A fault's own answer to a request, in place of the provider's or the core's.
import { setTimeout as wait } from "node:timers/promises";
import { applyCors, grpcWebCors } from "../http/cors.js";
import { loseReply } from "./lose.js";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */

/** What a page of this machine can read is what it could read of an ordinary reply. @type {Record<string, string[]>} */
const exposed = {
  "/oauth2/token": ["dpop-nonce", "www-authenticate"],
  "/oauth2/revoke": ["www-authenticate"],
  "/userinfo": ["dpop-nonce", "www-authenticate"],
};

/**
 * @param {import("./faults.js").Fault} fault
 * @param {Request} req
 * @param {Response} res
 * @param {() => void} [onLost] the reply has been broken off
 * @returns {Promise<string | undefined>} what came of the request; undefined if it is to be processed
 */
export async function strike(fault, req, res, onLost) {
  const { delayMs, lose, redirectTo, error, grpcStatus, status } = fault;
  // A sandbox that is closed does not keep the process for it.
  if (delayMs) await wait(delayMs, undefined, { ref: false });
  if (lose === "request") {
    res.destroy();
    return "lost";
  }
  if (lose === "reply") {
    loseReply(res, onLost);
    return undefined;
  }
  if (fault.retryAfterSeconds !== undefined) res.setHeader("retry-after", String(fault.retryAfterSeconds));
  if (redirectTo) {
    res.setHeader("location", redirectTo);
    return answer(req, res, status ?? 307, "");
  }
  if (grpcStatus !== undefined) {
    res.setHeader("content-type", req.headers["content-type"] ?? "application/grpc-web+proto");
    res.setHeader("grpc-status", String(grpcStatus));
    if (fault.grpcMessage) res.setHeader("grpc-message", encodeURIComponent(fault.grpcMessage));
    return answer(req, res, 200, "");
  }
  if (error) return refuse(req, res, { status, error, description: fault.errorDescription });
  return status === undefined ? undefined : answer(req, res, status, fault.body ?? "");
}

/**
 * @param {Request} req
 * @param {Response} res
 * @param {{ status?: number | undefined, error: string, description?: string | undefined }} refusal
 */
export function refuse(req, res, { status = 400, error, description }) {
  answer(req, res, status, { error, error_description: description });
  return error;
}

/**
 * @param {Request} req
 * @param {Response} res
 * @param {number} status
 * @param {object | string} body
 */
function answer(req, res, status, body) {
  req.resume();
  const [path = ""] = (req.url ?? "").split("?");
  const policy = path.startsWith("/wgtwo.")
    ? grpcWebCors
    : { methods: [], requestHeaders: [], exposedHeaders: exposed[path] ?? [] };
  applyCors(policy, req, res);
  const isText = typeof body === "string";
  res.setHeader("cache-control", "no-store");
  if (!res.hasHeader("content-type"))
    res.setHeader("content-type", isText ? "text/plain" : "application/json");
  res.statusCode = status;
  res.end(isText ? body : JSON.stringify(body));
  return String(status);
}
