// The mediated way: a gateway of the vendor's own, that adds the secret of a confidential client to what the browser
// sends, and passes it on to the provider. The browser has no secret.
import { applyCors } from "./http/cors.js";
import { readForm } from "./http/form.js";
import { mediatedClientId } from "./identity/clients.js";

const passedBack = ["content-type", "retry-after", "www-authenticate", "dpop-nonce"];
const cors = {
  methods: ["POST"],
  requestHeaders: ["content-type", "dpop"],
  exposedHeaders: ["retry-after", "www-authenticate", "dpop-nonce"],
};

/** @param {{ issuer: string, mediatedSecret: string }} options */
export function createGateway({ issuer, mediatedSecret }) {
  const basic = Buffer.from(`${mediatedClientId}:${mediatedSecret}`).toString("base64");

  /**
   * @param {import("node:http").IncomingMessage} req
   * @param {import("node:http").ServerResponse} res
   */
  return async (req, res) => {
    if (applyCors(cors, req, res)) return;
    const form = await readForm(req);
    const [path = ""] = (req.url ?? "").split("?");
    const { dpop } = req.headers;
    const isOurs = form.getAll("client_id").join() === mediatedClientId;
    const reply = isOurs
      ? await passOn(
          `${issuer}${path.replace("/vendor", "")}`,
          form,
          typeof dpop === "string" ? { dpop } : {},
        )
      : refusal(401, "invalid_client");
    for (const name of passedBack) {
      const value = reply.headers.get(name);
      if (value !== null) res.setHeader(name, value);
    }
    res.setHeader("cache-control", "no-store");
    res.statusCode = reply.status;
    res.end(reply.body);
  };

  /**
   * @param {string} url
   * @param {URLSearchParams} form
   * @param {Record<string, string>} headers
   */
  async function passOn(url, form, headers) {
    const init = { method: "POST", headers: { ...headers, authorization: `Basic ${basic}` }, body: form };
    try {
      const reply = await fetch(url, { ...init, redirect: "manual" });
      const body = Buffer.from(await reply.arrayBuffer());
      // Following a redirect would take the secret along, and it is nothing for the browser to follow either.
      if (reply.status >= 300 && reply.status <= 399) return refusal(502, "temporarily_unavailable");
      return { status: reply.status, headers: reply.headers, body };
    } catch {
      return refusal(502, "temporarily_unavailable");
    }
  }
}

/**
 * @param {number} status
 * @param {string} error
 */
function refusal(status, error) {
  const headers = new Headers({ "content-type": "application/json" });
  return { status, headers, body: Buffer.from(JSON.stringify({ error })) };
}
