// HTTP statuses and content types.
import { base64, binaryType, okBody, sized, textType, trailers } from "./reply.mjs";

const codes = {
  400: "internal",
  401: "unauthenticated",
  403: "permission_denied",
  404: "unimplemented",
  429: "unavailable",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};
const withoutBody = [204, 205, 304];
const statuses = [
  ...[
    201, 202, 204, 205, 206, 300, 304, 400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418, 422,
  ],
  ...[428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 599],
];

const bodies = {
  html: {
    reply: (status) => sized(status, ["content-type: text/html; charset=utf-8"], `<h1>Error ${status}</h1>`),
    expect: (status) => ({ bodyText: `<h1>Error ${status}</h1>` }),
  },
  json: {
    reply: (status) => sized(status, ["content-type: application/json"], `{"error":"status ${status}"}`),
    expect: (status) => ({ bodyText: `{"error":"status ${status}"}` }),
  },
  empty: { reply: (status) => sized(status, []), expect: () => ({}) },
  "empty gRPC-Web": { reply: (status) => sized(status, [`content-type: ${binaryType}`]), expect: () => ({}) },
};

const statusCases = statuses.flatMap((status) =>
  Object.entries(bodies)
    .filter(([kind]) => kind === "empty" || !withoutBody.includes(status))
    .map(([kind, { reply, expect }]) => ({
      name: `HTTP ${status}, ${kind} body`,
      rule: "Without a gRPC status the HTTP status gives the code.",
      replies: [withoutBody.includes(status) ? [sized(status, [])[0].slice(0)] : reply(status)],
      expect: { code: codes[status] ?? "unknown", httpStatus: status, ...expect(status) },
    })),
);

const trailersBeatHttp = [400, 401, 403, 404, 429, 500, 503].map((status) => ({
  name: `HTTP ${status} with a status in the trailers`,
  rule: "A status in the body's trailers beats the HTTP status.",
  replies: [
    sized(status, [`content-type: ${binaryType}`], trailers("grpc-status: 9\r\ngrpc-message: not now")),
  ],
  expect: { code: "failed_precondition", message: /^not now$/, httpStatus: status },
}));

const headerStatus = [
  ["in the header of an HTTP 503", 503, 5, "not_found"],
  ["OK in the header of an HTTP 503", 503, 0, "unavailable"],
  ["in the header of an HTTP 403", 403, 8, "resource_exhausted"],
].map(([name, status, grpcStatus, code]) => ({
  name: `a status ${name}`,
  rule: "An error status in the header counts; an OK does not outweigh an HTTP error.",
  replies: [sized(status, ["content-type: text/html", `grpc-status: ${grpcStatus}`], "<p>")],
  expect: { code },
}));

const accepted = [
  ...[
    "application/grpc-web",
    "application/grpc-web+proto",
    "Application/GRPC-Web+Proto",
    "application/grpc-web;a=b",
  ],
  ...[
    "application/grpc-web; charset=utf-8",
    "application/grpc-web+proto ; charset=utf-8",
    "application/grpc-web+proto;",
  ],
].map((type) => ({ type, body: okBody }));
const acceptedText = [
  ...["application/grpc-web-text", "application/grpc-web-text+proto", "APPLICATION/GRPC-WEB-TEXT"],
  ...["application/grpc-web-text; charset=utf-8", "application/grpc-web-text+proto;x=y"],
].map((type) => ({ type, body: base64(okBody) }));

const acceptedCases = [...accepted, ...acceptedText].map(({ type, body }) => ({
  name: `content type ${type}`,
  rule: "Content types are taken in any case and with parameters.",
  replies: [sized(200, [`content-type: ${type}`], body)],
  expect: { code: "ok" },
}));

const refused = [
  ...[
    "application/grpc-web+json",
    "application/grpc-web-text+json",
    "application/grpc-web+thrift",
    "text/html",
  ],
  ...[
    "application/json",
    "application/grpc-webx",
    "application/octet-stream",
    "garbage",
    "application/grpc-web/x",
  ],
].map((type) => ({
  name: `content type ${type}`,
  rule: "Another content type is UNKNOWN, and the message says what came.",
  replies: [sized(200, [`content-type: ${type}`], okBody)],
  expect: { code: "unknown", message: /is of type|no content type|not gRPC-Web/ },
}));

const native = ["application/grpc", "application/grpc+proto"].map((type) => ({
  name: `content type ${type}`,
  rule: "Native gRPC is named: a gRPC-Web proxy is missing.",
  replies: [sized(200, [`content-type: ${type}`], okBody)],
  expect: { code: "unknown", kind: "config", message: /proxy/ },
}));

export default {
  "HTTP status": [...statusCases, ...trailersBeatHttp, ...headerStatus],
  "content type": [
    ...acceptedCases,
    ...refused,
    ...native,
    {
      name: "no content type",
      rule: "A missing content type is UNKNOWN.",
      replies: [sized(200, [], okBody)],
      expect: { code: "unknown" },
    },
    {
      name: "binary frames called text",
      rule: "What is not the base64 that the content type says is INTERNAL.",
      replies: [sized(200, [`content-type: ${textType}`], okBody)],
      expect: { code: "internal" },
    },
    {
      name: "base64 called binary",
      rule: "Base64 in binary mode is no frame.",
      replies: [sized(200, [`content-type: ${binaryType}`], base64(okBody))],
      expect: { code: "internal" },
    },
  ],
};
