// Which part of the sandbox answers a request on the HTTP/1.1 port.
import { consentPrefix } from "../identity/consent-revocation.js";
import { interactionPrefix } from "../identity/interactions.js";
import { applyCors, grpcWebCors, vendorCors } from "./cors.js";
import { FormTooLargeError } from "./form.js";

/** @typedef {(req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse) => unknown} Handler */
/** @typedef {{ identity: Handler, interaction: Handler, grpcWeb: Handler, vendorToken: Handler, gateway: Handler, control: Handler, consentLink: Handler, consentPage: Handler, status: { page: Handler, json: Handler } }} Handlers */

/**
 * @param {Handlers} handlers
 * @returns {Handler}
 */
export function createRouter(handlers) {
  return (req, res) => dispatch(handlers, req, res);
}

/**
 * Whatever fails behind this ends in an answer.
 * @param {Handler} handle
 * @returns {Handler}
 */
export function answering(handle) {
  return async (req, res) => {
    try {
      await handle(req, res);
    } catch (error) {
      // Nobody is there any more to hear about it.
      if (res.closed || req.errored) return;
      if (error instanceof FormTooLargeError) {
        res.writeHead(error.status, { "content-type": "text/plain" }).end(`${error.message}\n`);
        return;
      }
      // Says what went wrong without a stack and without anything the request carried.
      console.error(`sandbox: ${error instanceof Error ? error.message : "a request failed"}`);
      if (!res.headersSent) res.writeHead(500, { "content-type": "text/plain" });
      res.end("The sandbox failed on this request.\n");
    }
  };
}

/**
 * @param {Handlers} handlers
 * @param {import("node:http").IncomingMessage} req
 * @param {import("node:http").ServerResponse} res
 */
function dispatch(handlers, req, res) {
  const [path = "/"] = (req.url ?? "/").split("?");
  if (path.startsWith("/wgtwo."))
    return applyCors(grpcWebCors, req, res) ? undefined : handlers.grpcWeb(req, res);
  if (path === "/vendor/token") {
    if (applyCors(vendorCors, req, res)) return undefined;
    return allowOnly(["POST"], handlers.vendorToken, req, res);
  }
  if (path === "/vendor/oauth2/token" || path === "/vendor/oauth2/revoke") {
    return allowOnly(["POST", "OPTIONS"], handlers.gateway, req, res);
  }
  if (path === "/vendor/consent-revocation-link") {
    if (applyCors(vendorCors, req, res)) return undefined;
    return allowOnly(["POST"], handlers.consentLink, req, res);
  }
  if (path.startsWith(consentPrefix)) return allowOnly(["GET", "POST"], handlers.consentPage, req, res);
  if (path === "/calls" || path === "/control" || path.startsWith("/control/"))
    return handlers.control(req, res);
  if (path === "/") return allowOnly(["GET", "HEAD"], handlers.status.page, req, res);
  if (path === "/status.json") return allowOnly(["GET", "HEAD", "OPTIONS"], handlers.status.json, req, res);
  if (path.startsWith(interactionPrefix)) return allowOnly(["GET", "POST"], handlers.interaction, req, res);
  return handlers.identity(req, res);
}

/**
 * @param {string[]} methods
 * @param {Handler} handler
 * @param {import("node:http").IncomingMessage} req
 * @param {import("node:http").ServerResponse} res
 */
function allowOnly(methods, handler, req, res) {
  if (methods.includes(req.method ?? "")) return handler(req, res);
  res.writeHead(405, { allow: methods.join(", ") }).end();
}
