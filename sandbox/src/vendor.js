// A vendor's back end in small: it holds a client secret, gets itself a client token and hands it to its console.
import { readForm } from "./http/form.js";
import { vendorClientId } from "./identity/clients.js";

/**
 * @param {{ issuer: string, vendorSecret: string, apiScopes: string[] }} options
 */
export function createVendorTokenHandler({ issuer, vendorSecret, apiScopes }) {
  const basic = Buffer.from(`${vendorClientId}:${vendorSecret}`).toString("base64");

  /**
   * `scope` in a form asks for less than the whole API.
   * @param {import("node:http").IncomingMessage} req
   * @param {import("node:http").ServerResponse} res
   */
  return async (req, res) => {
    const scope = (await readForm(req)).get("scope") ?? apiScopes.join(" ");
    const reply = await fetch(`${issuer}/oauth2/token`, {
      method: "POST",
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: "client_credentials", scope }),
    });
    const token = /** @type {Record<string, unknown>} */ (await reply.json());
    const { access_token, token_type, expires_in, error, error_description } = token;
    const body = reply.ok ? { access_token, token_type, expires_in } : { error, error_description };
    res.writeHead(reply.status, { "content-type": "application/json", "cache-control": "no-store" });
    res.end(JSON.stringify(body));
  };
}
