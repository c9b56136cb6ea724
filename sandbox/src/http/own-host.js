// Refuses requests that mean another host, before anything else looks at them.
import { isLoopbackHost } from "../loopback.js";

/**
 * @template {import("node:http").IncomingMessage | import("node:http2").Http2ServerRequest} Request
 * @template {import("node:http").ServerResponse | import("node:http2").Http2ServerResponse} Response
 * @param {(req: Request, res: Response) => unknown} handle
 * @returns {(req: Request, res: Response) => unknown}
 */
export function forOwnHost(handle) {
  return (req, res) => {
    const host = req.headers[":authority"] ?? req.headers.host;
    if (isLoopbackHost(host?.toString())) return handle(req, res);
    res.statusCode = 421;
    res.setHeader("content-type", "text/plain");
    return res.end("The sandbox answers to 127.0.0.1, localhost and [::1] only.\n");
  };
}
