// The faults of a request, at the door: before the provider or the core sees it, or around its reply.
import { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { isLoopbackOrigin } from "../loopback.js";
import { alterBody, alterLocation, loseReply } from "./alter.js";

/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {(req: IncomingMessage, res: Response) => unknown} Handler */

const paths = new Map([
  ["/oauth2/revoke", "revocation"],
  ["/userinfo", "userinfo"],
  ["/.well-known/jwks.json", "jwks"],
  ["/.well-known/openid-configuration", "discovery"],
]);

/**
 * The body of a request, and a request that can be read once more.
 * @param {IncomingMessage} req
 */
export async function readAhead(req) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const again = new IncomingMessage(req.socket);
  const { headers, rawHeaders, method, url, httpVersion, httpVersionMajor, httpVersionMinor } = req;
  Object.assign(again, { rawHeaders, method, url, httpVersion, httpVersionMajor, httpVersionMinor });
  Object.assign(again.headers, headers);
  again.push(Buffer.concat(chunks));
  again.push(null);
  again.complete = true;
  return { again, text: Buffer.concat(chunks).toString() };
}

/**
 * @param {{ faults: import("./faults.js").Faults, idTokens: import("../identity/id-tokens.js").IdTokens,
 *   tokenLog: import("../identity/token-log.js").TokenLog, settings: import("../settings.js").Settings }} parts
 * @param {Handler} handle
 * @returns {Handler}
 */
export function withFaults({ faults, idTokens, tokenLog, settings }, handle) {
  return async (req, res) => {
    const [path = ""] = (req.url ?? "").split("?");
    if (settings.clockOffsetSeconds !== 0) {
      res.setHeader("date", new Date(Date.now() + settings.clockOffsetSeconds * 1000).toUTCString());
    }
    if (req.method === "OPTIONS") return handle(req, res);
    if (path === "/oauth2/token") return token(req, res);
    if (path.startsWith("/oauth2/auth")) {
      alterLocation(res, answer);
      return handle(req, res);
    }
    const on = path.startsWith("/wgtwo.") ? "core" : paths.get(path);
    const fault = on && faults.take(on);
    if (fault && (await hit(fault, req, res))) return undefined;
    if (path === "/.well-known/jwks.json") alterBody(res, (text) => idTokens.keys(text));
    return handle(req, res);
  };

  /** @type {Handler} */
  async function token(req, res) {
    const { again, text } = await readAhead(req);
    const form = new URLSearchParams(text);
    const grant = form.get("grant_type") === "refresh_token" ? "refresh" : "code";
    const entry = tokenLog.begin(req, form);
    res.once("close", () => tokenLog.end(entry));
    const fault = faults.take("token", `token.${grant}`);
    // What loses the reply comes first, so that it is the last to get it.
    if (fault?.lose === "reply") {
      loseReply(res, () => {
        entry.replyLost = true;
      });
    }
    alterBody(res, (body) => {
      const reply = parsed(body);
      if (!reply) return body;
      tokenLog.note(entry, res.statusCode, reply);
      if (reply.id_token) reply.id_token = idTokens.sign(reply.id_token, faults.take("idToken") ?? {});
      return JSON.stringify(reply);
    });
    if (fault && (await hit(fault, again, res, false))) return undefined;
    if (settings.dpop === "required" && req.headers.dpop === undefined) {
      return refuse(req, res, 400, {
        error: "invalid_dpop_proof",
        error_description: "a DPoP proof is required",
      });
    }
    return handle(again, res);
  }

  /** @param {string} location */
  function answer(location) {
    const url = URL.parse(location);
    const isAnswer =
      url?.searchParams.has("state") && (url.searchParams.has("code") || url.searchParams.has("error"));
    const fault = isAnswer ? faults.take("authorization") : undefined;
    if (!url || !fault) return location;
    const { iss, state, error } = fault;
    if (iss === null) url.searchParams.delete("iss");
    else if (iss !== undefined) url.searchParams.set("iss", iss);
    if (state !== undefined) url.searchParams.set("state", state);
    if (error !== undefined) {
      url.searchParams.delete("code");
      url.searchParams.set("error", error);
      if (fault.errorDescription) url.searchParams.set("error_description", fault.errorDescription);
    }
    return url.href;
  }
}

/**
 * True when the request is answered, or its connection gone.
 * @param {import("./faults.js").Fault} fault
 * @param {IncomingMessage} req
 * @param {Response} res
 * @param {boolean} [loses] a reply that is to be lost is lost here
 */
async function hit(fault, req, res, loses = true) {
  const { delayMs, lose, redirectTo, error, errorDescription, grpcStatus, grpcMessage = "" } = fault;
  if (delayMs) await wait(delayMs);
  if (lose === "request") {
    res.destroy();
    return true;
  }
  if (lose === "reply") {
    if (loses) loseReply(res);
    return false;
  }
  if (redirectTo) {
    res.setHeader("location", redirectTo);
    return refuse(req, res, fault.status ?? 307, "");
  }
  if (grpcStatus !== undefined) {
    res.setHeader("content-type", "application/grpc-web+proto");
    res.setHeader("grpc-status", String(grpcStatus));
    res.setHeader("grpc-message", encodeURIComponent(grpcMessage));
    return refuse(req, res, 200, "");
  }
  if (error) return refuse(req, res, fault.status ?? 400, { error, error_description: errorDescription });
  if (fault.status === undefined) return false;
  if (fault.retryAfterSeconds !== undefined) res.setHeader("retry-after", String(fault.retryAfterSeconds));
  return refuse(req, res, fault.status, fault.body ?? "");
}

/**
 * Answers so that a page of this machine can read it.
 * @param {IncomingMessage} req
 * @param {Response} res
 * @param {number} status
 * @param {unknown} body
 */
export function refuse(req, res, status, body) {
  req.resume();
  const { origin } = req.headers;
  if (isLoopbackOrigin(origin)) {
    res.setHeader("access-control-allow-origin", /** @type {string} */ (origin));
    res.setHeader(
      "access-control-expose-headers",
      "retry-after, www-authenticate, dpop-nonce, grpc-status, grpc-message",
    );
  }
  res.setHeader("cache-control", "no-store");
  const isText = typeof body === "string";
  if (!res.hasHeader("content-type")) {
    res.setHeader("content-type", isText ? "text/plain" : "application/json");
  }
  res.statusCode = status;
  res.end(isText ? body : JSON.stringify(body));
  return true;
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
