// The core's listener: gRPC-Web for pages of another origin. Counts what it is asked.

import { createServer } from "node:http";
import { answer } from "./grpc-web.mjs";

const allowedHeaders = ["authorization", "content-type", "grpc-timeout", "x-grpc-web", "x-user-agent"];

/** Fixed, as proxies have it: a header that a client sends now and then would have to be in this list. */
const preflightHeaders = {
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": allowedHeaders.join(", "),
  "access-control-max-age": "7200",
};

/** `counts.preflights` and `counts.calls`: how many there were for each path. */
export function createApi() {
  const counts = { preflights: {}, calls: {} };
  const count = (kind, path) => {
    counts[kind][path] = (counts[kind][path] ?? 0) + 1;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    const cors = { "access-control-allow-origin": request.headers.origin ?? "*", vary: "Origin" };
    if (request.method === "OPTIONS") {
      count("preflights", pathname);
      response.writeHead(204, { ...cors, ...preflightHeaders }).end();
      return;
    }
    if (request.method !== "POST" || !/^application\/grpc-web\b/.test(request.headers["content-type"])) {
      response.writeHead(request.method === "POST" ? 415 : 405, cors).end();
      return;
    }
    count("calls", pathname);
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = answer(pathname, request.headers, Buffer.concat(chunks));
      response.writeHead(200, {
        ...cors,
        "access-control-expose-headers": "grpc-status, grpc-message",
        "content-type": "application/grpc-web+proto",
        "content-length": body.length,
      });
      response.end(body);
    });
  });
  return { server, counts };
}
