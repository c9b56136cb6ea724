// The body of a request that somebody behind this wants to read as well.
import { IncomingMessage } from "node:http";
import { readBody } from "./form.js";

const maxBytes = 100_000;

/**
 * @param {IncomingMessage} req
 * @returns {Promise<{ again: IncomingMessage, text: string }>} the request as if nobody had read it, and its body
 */
export async function readAhead(req) {
  const body = await readBody(req, maxBytes);
  const again = new IncomingMessage(req.socket);
  const { headers, rawHeaders, method, url, httpVersion, httpVersionMajor, httpVersionMinor } = req;
  Object.assign(again, { rawHeaders, method, url, httpVersion, httpVersionMajor, httpVersionMinor });
  again.headers = headers;
  again.push(body);
  again.push(null);
  again.complete = true;
  return { again, text: body.toString("utf8") };
}
