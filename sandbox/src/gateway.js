// The mediated way: a gateway of the vendor's own, that adds the secret of a confidential client to what the browser
// sends, and passes it on to the provider. The browser has no secret.
import { applyCors } from "./http/cors.js";
import { readForm } from "./http/form.js";
import { mediatedClientId } from "./identity/clients.js";

const cors = { methods: ["POST"], requestHeaders: ["content-type"], exposedHeaders: ["retry-after"] };

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
    const isOurs = form.get("client_id") === mediatedClientId;
    const reply = isOurs
      ? await fetch(`${issuer}${path.replace("/vendor", "")}`, {
          method: "POST",
          headers: { authorization: `Basic ${basic}` },
          body: form,
          redirect: "manual",
        })
      : Response.json({ error: "invalid_client" }, { status: 401 });
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    const retryAfter = reply.headers.get("retry-after");
    res.writeHead(reply.status, retryAfter === null ? headers : { ...headers, "retry-after": retryAfter });
    res.end(Buffer.from(await reply.arrayBuffer()));
  };
}
