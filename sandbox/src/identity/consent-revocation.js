// Taking consent back, the operator's way: the vendor's back end asks for a link, the person opens it, decides, and is
// sent back with the `state` that came along.
import { randomBytes } from "node:crypto";
import { readForm } from "../http/form.js";
import { isLoopbackUrl } from "../loopback.js";
import { isOwnNumber } from "../numbers.js";
import { html } from "../pages/html.js";
import { sendPage } from "../pages/page.js";
import { consoleClientId } from "./clients.js";
import { messagePage } from "./pages.js";

export const consentPrefix = "/consents/";

/** @typedef {{ phoneNumber: string, returnTo: string, state: string }} Asked */

/**
 * @param {string} issuer
 * @param {(who: { phoneNumber: string, clientId?: string }) => void} revoke
 */
export function createConsentRevocation(issuer, revoke) {
  /** @type {Map<string, Asked>} */
  const asked = new Map();

  return {
    /**
     * A form with `phoneNumber`, `returnTo` and `state`; answers `{ url }`.
     * @param {import("node:http").IncomingMessage} req
     * @param {import("node:http").ServerResponse} res
     */
    async link(req, res) {
      const form = await readForm(req);
      const [phoneNumber, returnTo, state] = ["phoneNumber", "returnTo", "state"].map(
        (name) => form.get(name) ?? "",
      );
      const isGood = isOwnNumber(phoneNumber ?? "") && isLoopbackUrl(returnTo ?? "") && state !== "";
      const id = randomBytes(18).toString("base64url");
      if (isGood) asked.set(id, /** @type {Asked} */ ({ phoneNumber, returnTo, state }));
      res.writeHead(isGood ? 200 : 400, { "content-type": "application/json", "cache-control": "no-store" });
      const refusal = { error: "phoneNumber, returnTo (a loopback URL) and state are needed" };
      res.end(JSON.stringify(isGood ? { url: `${issuer}${consentPrefix}${id}` } : refusal));
    },

    /**
     * @param {import("node:http").IncomingMessage} req
     * @param {import("node:http").ServerResponse} res
     */
    async page(req, res) {
      const id = (req.url ?? "").slice(consentPrefix.length);
      const found = asked.get(id);
      if (!found) {
        sendPage(
          res,
          messagePage({ title: "Nothing to take back", message: "This link is over.", status: 404 }),
        );
        return;
      }
      const { phoneNumber, returnTo, state } = found;
      if (req.method === "GET") {
        sendPage(res, {
          title: "Take consent back",
          body: html`<h1>Take consent back</h1>
<p>The SIP breakout console may act for ${phoneNumber}. Shall that end?</p>
<form method="post" action="${consentPrefix}${id}">
<button id="revoke" name="decision" value="revoke">End it</button>
<button id="keep" name="decision" value="keep">Keep it</button>
</form>`,
        });
        return;
      }
      asked.delete(id);
      const isRevoked = (await readForm(req)).get("decision") === "revoke";
      if (isRevoked) revoke({ phoneNumber, clientId: consoleClientId });
      const back = new URL(returnTo);
      back.searchParams.set("state", state);
      if (!isRevoked) back.searchParams.set("error", "access_denied");
      res.writeHead(303, { location: back.href, "cache-control": "no-store" }).end();
    },
  };
}
