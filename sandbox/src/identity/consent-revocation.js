// Taking consent back, the operator's way: the vendor's back end asks for a link, the person opens it, decides, and is
// sent back with the `state` that came along.
import { randomBytes } from "node:crypto";
import { isJson, readForm, readJson } from "../http/form.js";
import { isLoopbackUrl } from "../loopback.js";
import { isOwnNumber } from "../numbers.js";
import { sendPage } from "../pages/page.js";
import { messagePage, revokeConsentPage } from "./pages.js";

export const consentPrefix = "/consents/";
const maxLinks = 1000;

/** @typedef {{ phoneNumber: string, returnTo: string, state: string }} Asked */

/**
 * @param {string} issuer
 * @param {(who: { phoneNumber: string }) => void} revoke
 */
export function createConsentRevocation(issuer, revoke) {
  /** @type {Map<string, Asked>} */
  const links = new Map();

  return {
    /**
     * JSON with `phoneNumber`, `returnTo` and `state`, or a form with them; answers `{ url }`.
     * @param {import("node:http").IncomingMessage} req
     * @param {import("node:http").ServerResponse} res
     */
    async link(req, res) {
      /** @param {number} status @param {object} body */
      const send = (status, body) => {
        res.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
        res.end(JSON.stringify(body));
      };
      const given = isJson(req)
        ? await readJson(req).catch(() => ({}))
        : Object.fromEntries(await readForm(req));
      const asked = wanted(given);
      if (!asked) {
        const error = "send phoneNumber (of this operator), returnTo (a loopback URL) and state, all as text";
        return send(400, { error });
      }
      const id = randomBytes(18).toString("base64url");
      const [oldest] = links.keys();
      if (links.size >= maxLinks && oldest !== undefined) links.delete(oldest);
      links.set(id, asked);
      return send(200, { url: `${issuer}${consentPrefix}${id}` });
    },

    /**
     * @param {import("node:http").IncomingMessage} req
     * @param {import("node:http").ServerResponse} res
     */
    async page(req, res) {
      const [path = ""] = (req.url ?? "").split("?");
      const id = path.slice(consentPrefix.length);
      const asked = links.get(id);
      if (!asked) {
        sendPage(
          res,
          messagePage({ title: "Nothing to decide", message: "This link has been used.", status: 404 }),
        );
      } else if (req.method === "GET") {
        sendPage(res, revokeConsentPage({ action: `${consentPrefix}${id}`, phoneNumber: asked.phoneNumber }));
      } else {
        const isRevoked = (await readForm(req)).get("decision") === "revoke";
        links.delete(id);
        if (isRevoked) revoke({ phoneNumber: asked.phoneNumber });
        res.writeHead(303, { location: wayBack(asked, isRevoked), "cache-control": "no-store" }).end();
      }
    },
  };
}

/**
 * @param {Record<string, unknown>} given
 * @returns {Asked | undefined}
 */
function wanted({ phoneNumber, returnTo, state }) {
  if (typeof phoneNumber !== "string" || !isOwnNumber(phoneNumber)) return undefined;
  if (typeof returnTo !== "string" || !isLoopbackUrl(returnTo)) return undefined;
  return typeof state === "string" && state !== "" ? { phoneNumber, returnTo, state } : undefined;
}

/**
 * @param {Asked} asked
 * @param {boolean} isRevoked
 */
function wayBack({ returnTo, state }, isRevoked) {
  const url = new URL(returnTo);
  url.searchParams.set("state", state);
  url.searchParams.set("revoked", String(isRevoked));
  // For who expects OAuth's word for it.
  if (!isRevoked) url.searchParams.set("error", "access_denied");
  return url.href;
}
