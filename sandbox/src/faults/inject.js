// The faults of a request, at the door: before the provider or the core sees it. What changes the contents of a reply is
// in alter.js.
import { readAhead } from "../http/read-ahead.js";
import { refuse, strike } from "./strike.js";

/** @typedef {(req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse) => unknown} Handler */

const paths = new Map([
  ["/oauth2/revoke", "revocation"],
  ["/userinfo", "userinfo"],
  ["/.well-known/jwks.json", "jwks"],
  ["/.well-known/openid-configuration", "discovery"],
]);

/** What a grant type is called here. The vendor's own tokens are neither. */
const grants = new Map([
  ["authorization_code", "code"],
  ["refresh_token", "refresh"],
]);

/**
 * @param {{ faults: import("./faults.js").Faults, tokenLog: import("../identity/token-log.js").TokenLog,
 *   settings: import("../settings.js").Settings }} parts
 * @param {Handler} handle
 * @returns {Handler}
 */
export function withFaults({ faults, tokenLog, settings }, handle) {
  return async (req, res) => {
    const [path = ""] = (req.url ?? "").split("?");
    if (settings.clockOffsetSeconds !== 0) {
      res.setHeader("date", new Date(Date.now() + settings.clockOffsetSeconds * 1000).toUTCString());
    }
    if (req.method === "OPTIONS") return handle(req, res);
    if (settings.dpop === "off" && !path.startsWith("/wgtwo.")) delete req.headers.dpop;
    if (path === "/oauth2/token") return token(req, res);
    const on = path.startsWith("/wgtwo.") ? "core" : paths.get(path);
    const fault = on && faults.take(on);
    if (fault && (await strike(fault, req, res)) !== undefined) return undefined;
    return handle(req, res);
  };

  /** @type {Handler} */
  async function token(req, res) {
    const { again, text } = await readAhead(req);
    const form = new URLSearchParams(text);
    const grant = grants.get(form.get("grant_type") ?? "");
    const entry = tokenLog.begin(again, res, form);
    const fault = faults.take("token", `token.${grant ?? "other"}`);
    const onLost = () => {
      entry.replyLost = true;
    };
    const outcome = fault && (await strike(fault, again, res, onLost));
    if (outcome !== undefined) return tokenLog.note(again, { outcome });
    // The vendor's back end asks for its own tokens, and has no key of the browser that will use them.
    if (settings.dpop === "required" && grant !== undefined && !again.headers.dpop) {
      const refusal = { error: "invalid_dpop_proof", description: "a DPoP proof is required" };
      return tokenLog.note(again, { outcome: refuse(again, res, refusal) });
    }
    return handle(again, res);
  }
}
