// Connections that break, bodies that never end, deadlines and aborts, redirects and CORS.
import {
  binaryType,
  bytes,
  chunk,
  forever,
  frame,
  frameHead,
  hang,
  head,
  message,
  okBody,
  okTrailers,
  open,
  reply,
  reset,
  sized,
  trailers,
} from "./reply.mjs";

const typed = [`content-type: ${binaryType}`];
const started = [...typed, "transfer-encoding: chunked"];

/** How far a reply got. */
const stages = {
  "before the head": [],
  "in the head": [head(200, started).slice(0, 30)],
  "behind the head": [head(200, started), 20],
  "in a frame's head": [head(200, started), chunk(frameHead(0, 7).slice(0, 2)), 20],
  "in the message": [head(200, started), chunk(message.slice(0, 8)), 20],
  "before the trailers": [head(200, started), chunk(message), 20],
  "in the trailers": [head(200, started), chunk(message), chunk(okTrailers.slice(0, 9)), 20],
};

const resets = Object.entries(stages).map(([stage, steps]) => ({
  name: `reset ${stage}`,
  rule: "A connection that breaks is UNAVAILABLE.",
  replies: [[...steps, reset]],
  expect: { code: "unavailable", kind: "network" },
}));

const deadlines = Object.entries(stages).map(([stage, steps]) => ({
  name: `silence ${stage}`,
  rule: "The deadline holds at every stage, and aborts the request.",
  replies: [[...steps, hang]],
  options: { timeoutMs: 250 },
  expect: {
    code: "deadline_exceeded",
    kind: "timeout",
    minMs: 245,
    maxMs: 2000,
    aborted: true,
    message: /250 ms/,
  },
}));

const aborts = Object.entries(stages).map(([stage, steps]) => ({
  name: `aborted ${stage}`,
  rule: "An AbortSignal ends the call at every stage with its reason, and aborts the request.",
  replies: [[...steps, hang]],
  abortAfterMs: 150,
  expect: {
    code: "cancelled",
    kind: "aborted",
    maxMs: 2000,
    cause: "enough",
    aborted: true,
    message: /unknown/,
  },
}));

const endless = [
  {
    name: "empty chunks of nothing but frames of no length without end",
    rule: "Messages without end are UNIMPLEMENTED, and aborted.",
    replies: [open([forever(chunk(bytes(Array(200).fill(frame(0)))))])],
    expect: { code: "unimplemented", maxMs: 5000, aborted: true },
  },
  {
    name: "messages without end",
    rule: "Messages without end are UNIMPLEMENTED, and aborted.",
    replies: [open([forever(chunk(bytes(Array(500).fill(message))))])],
    expect: { code: "unimplemented", maxMs: 5000, aborted: true },
  },
  {
    name: "an error page without end",
    rule: "An error is not held up by its page.",
    replies: [
      [head(503, ["content-type: text/html", "transfer-encoding: chunked"]), forever(chunk("<p>down</p>"))],
    ],
    expect: { code: "unavailable", httpStatus: 503, maxMs: 3000, aborted: true },
  },
  {
    name: "an error page that stops in the middle",
    rule: "An error is not held up by its page: its text is waited for at most a second.",
    replies: [[head(502, ["content-type: text/html", "transfer-encoding: chunked"]), chunk("<p>"), hang]],
    expect: { code: "unavailable", httpStatus: 502, bodyText: "<p>", maxMs: 2500, aborted: true },
  },
  {
    name: "silence behind the trailers",
    rule: "With the trailers the result is delivered; the rest is drained for a second and then aborted.",
    replies: [open([okBody, hang])],
    expect: { code: "ok", maxMs: 700, aborted: true },
  },
  {
    name: "bytes without end behind the trailers",
    rule: "With the trailers the result is delivered; the rest is drained for 64 KiB and then aborted.",
    replies: [open([okBody, forever(chunk(new Uint8Array(8192)))])],
    expect: { code: "ok", maxMs: 1500, aborted: true },
  },
  {
    name: "a reset behind the trailers",
    rule: "With the trailers the result is delivered.",
    // A page that is busy for so long when the reset comes does not see what came before: browsers drop it.
    replies: [open([okBody, 700, reset])],
    expect: { code: "ok" },
  },
  {
    name: "garbage without end",
    rule: "What is no frame ends the call, and is aborted.",
    replies: [open([forever(chunk(new Uint8Array(4096).fill(0x5a)))])],
    expect: { code: "internal", maxMs: 2000, aborted: true },
  },
];

const shortLength = (list) => [head(200, [...typed, "content-length: 1000"]), ...list, { end: true }];
const cutOff = [
  ["before the body", []],
  ["in the message", [message.slice(0, 8)]],
  ["before the trailers", [message]],
].map(([stage, list]) => ({
  name: `the connection closes ${stage}, too early for its content-length`,
  rule: "A read that rejects is UNAVAILABLE, an end is UNKNOWN: browsers differ here.",
  replies: [shortLength(list)],
  expect: { code: ["unavailable", "unknown"] },
}));

const redirects = [301, 302, 303, 307, 308].map((status) => ({
  name: `a redirect ${status}`,
  rule: "A redirect is not followed: it is a matter of configuration, and not retried.",
  replies: [sized(status, ["location: /elsewhere"], "")],
  options: { retry: {} },
  expect: { code: "unknown", kind: "config", message: /redirect/, requests: 1 },
}));

const cors = [
  {
    name: "an answer without access-control-allow-origin",
    rule: "A reply that the page may not read looks like no reply.",
    crossOrigin: true,
    replies: [reply(okBody)],
    expect: { code: "unavailable", kind: "network", message: /CORS/ },
  },
  {
    name: "an answer to another origin that allows it",
    rule: "Body trailers need no exposed headers.",
    crossOrigin: true,
    replies: [reply(okBody, ["access-control-allow-origin: *"])],
    expect: { code: "ok" },
  },
  {
    name: "a status in a header that is not exposed",
    rule: "Without a status that can be read the code is UNKNOWN.",
    crossOrigin: true,
    replies: [reply("", ["access-control-allow-origin: *", "grpc-status: 5"])],
    expect: { code: "unknown" },
  },
  {
    name: "a status in a header that is exposed",
    rule: "A reply of headers alone counts.",
    crossOrigin: true,
    replies: [
      reply("", [
        "access-control-allow-origin: *",
        "access-control-expose-headers: grpc-status, grpc-message",
        "grpc-status: 5",
      ]),
    ],
    expect: { code: "not_found" },
  },
];

const early = [
  {
    name: "aborted before the call",
    rule: "Already aborted means nothing is sent.",
    replies: [reply(okBody)],
    abortAfterMs: -1,
    expect: { code: "cancelled", kind: "aborted", cause: "enough", requests: 0 },
  },
  ...[0, -1].map((timeoutMs) => ({
    name: `a time-out of ${timeoutMs}`,
    rule: "Zero or less: DEADLINE_EXCEEDED, nothing sent.",
    replies: [reply(okBody)],
    options: { timeoutMs },
    expect: { code: "deadline_exceeded", requests: 0 },
  })),
  ...[
    [1500, /^(1500|1[0-4]\d\d)m$/],
    [4_000_000_000, /^(4000000|3999999)S$/],
    [1e15, /^\d{1,8}[SMH]$/],
    [1500.25, /^(1501|1500|1[0-4]\d\d)m$/],
  ].map(([timeoutMs, grpcTimeout]) => ({
    name: `grpc-timeout of ${timeoutMs} ms`,
    rule: "grpc-timeout has at most eight digits and is rounded up; timers past 2^31 ms do not fire at once.",
    replies: [[100, ...reply(okBody)]],
    options: { timeoutMs },
    expect: { code: "ok", sent: { "grpc-timeout": grpcTimeout } },
  })),
  {
    name: "a status of its own before the deadline",
    rule: "The server's own DEADLINE_EXCEEDED is its status.",
    replies: [reply(trailers("grpc-status: 4\r\ngrpc-message: too slow\r\n"))],
    expect: { code: "deadline_exceeded", message: /^too slow$/ },
  },
];

export default {
  resets,
  deadlines: [...deadlines, ...early],
  aborts,
  "bodies without end": endless,
  "cut off": cutOff,
  redirects,
  CORS: cors,
};
