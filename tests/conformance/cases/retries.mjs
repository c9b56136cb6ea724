// Calls that are made again, and those that must not be.
import { failing, hang, ok, okBody, reply, reset, sized, trailers } from "./reply.mjs";

const quick = { initialDelayMs: 10 };
const down = sized(503, ["content-type: text/plain"], "down");
const pushback = (value) => failing(14, `grpc-retry-pushback-ms: ${value}\r\n`);
const retryInfo = btoa(
  "\x1a\x35\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x09\x0a\x07\x10\x80\x84\xaf\x5f\x08\x00",
);

const again = [
  ["UNAVAILABLE", [failing(14), ok]],
  ["HTTP 503", [down, ok]],
  ["HTTP 429", [sized(429, []), ok]],
  ["a reset", [[reset], [reset], [reset], ok]],
  ["a broken body", [[...reply(okBody).map((all) => all.slice(0, -9)), reset], ok]],
].map(([name, replies]) => ({
  name: `${name}, then OK`,
  rule: "What may pass is tried again.",
  replies,
  options: { retry: quick },
  expect: { code: "ok" },
}));

const once = [
  ["INTERNAL", [failing(13), ok], "internal"],
  ["UNKNOWN", [failing(2), ok], "unknown"],
  ["RESOURCE_EXHAUSTED", [failing(8), ok], "resource_exhausted"],
  ["NOT_FOUND", [failing(5), ok], "not_found"],
  ["HTTP 500", [sized(500, []), ok], "unknown"],
  ["a body that ends too early", [reply(okBody.slice(0, 9)), ok], "unknown"],
].map(([name, replies, code]) => ({
  name: `${name} is not tried again`,
  rule: "Only UNAVAILABLE and an attempt's time-out are tried again.",
  replies,
  options: { retry: quick },
  expect: { code, requests: 1, attempts: 1 },
}));

const told = [
  {
    name: "a pushback of 200 ms",
    rule: "The server says when.",
    replies: [pushback(200), ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 2, minMs: 198 },
  },
  ...["-1", "soon", "", "1.5"].map((value) => ({
    name: `a pushback of "${value}"`,
    rule: "A negative or garbled pushback stops.",
    replies: [pushback(value), ok],
    options: { retry: quick },
    expect: { code: "unavailable", requests: 1, attempts: 1 },
  })),
  {
    name: "a pushback beyond the deadline",
    rule: "A delay beyond the deadline fails now, with retryAfterMs.",
    replies: [pushback(60_000), ok],
    options: { retry: quick },
    expect: { code: "unavailable", requests: 1, retryAfterMs: 60_000, maxMs: 1000 },
  },
  {
    name: "a RetryInfo of 200 ms",
    rule: "RetryInfo says when.",
    replies: [failing(14, `grpc-status-details-bin: ${retryInfo}\r\n`), ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 2, minMs: 198 },
  },
  {
    name: "pushback before RetryInfo before Retry-After",
    rule: "The order of what the server says.",
    replies: [
      reply(
        trailers(`grpc-status: 14\r\ngrpc-retry-pushback-ms: 1\r\ngrpc-status-details-bin: ${retryInfo}\r\n`),
        ["retry-after: 60"],
      ),
      reply(trailers(`grpc-status: 14\r\ngrpc-status-details-bin: ${retryInfo}\r\n`), ["retry-after: 60"]),
      ok,
    ],
    options: { retry: quick },
    expect: { code: "ok", requests: 3, minMs: 198, maxMs: 2500 },
  },
  {
    name: "a Retry-After of 1 s",
    rule: "Retry-After in seconds.",
    replies: [sized(503, ["retry-after: 1"]), ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 2, minMs: 990 },
  },
  {
    name: "a Retry-After of a minute",
    rule: "A delay beyond the deadline fails now, with retryAfterMs.",
    replies: [sized(503, ["retry-after: 60"]), ok],
    options: { retry: quick },
    expect: { code: "unavailable", requests: 1, retryAfterMs: 60_000, maxMs: 1000 },
  },
  {
    name: "a Retry-After that is a date long past",
    rule: "Retry-After as a date.",
    replies: [sized(503, ["retry-after: Sun, 06 Nov 1994 08:49:37 GMT"]), ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 2 },
  },
  {
    name: "a Retry-After that is neither",
    rule: "What is neither seconds nor a date is left alone.",
    replies: [sized(503, ["retry-after: soon"]), ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 2 },
  },
];

const limits = [
  {
    name: "five attempts at most",
    rule: "At most five attempts in all.",
    replies: [down],
    options: { retry: quick },
    expect: { code: "unavailable", requests: 5, attempts: 5, bodyText: "down" },
  },
  {
    name: "two attempts if two are wanted",
    rule: "The retry policy is an option.",
    replies: [down],
    options: { retry: { ...quick, maxAttempts: 2 } },
    expect: { code: "unavailable", requests: 2, attempts: 2 },
  },
  {
    name: "the bucket",
    rule: "No retry when five tokens or fewer are left.",
    replies: [down],
    options: { retry: { ...quick, maxAttempts: 3 } },
    before: 2,
    expect: { code: "unavailable", attempts: 1 },
  },
  {
    name: "an attempt that hangs",
    rule: "An attempt may take half of what is left, and another follows.",
    replies: [[hang], ok],
    options: { retry: quick, timeoutMs: 1200 },
    expect: { code: "ok", requests: 2, minMs: 590, maxMs: 1190 },
  },
  {
    name: "the deadline covers all attempts",
    rule: "The deadline covers every attempt, backoff included.",
    replies: [[hang]],
    options: { retry: { initialDelayMs: 50 }, timeoutMs: 1000 },
    expect: { code: "deadline_exceeded", kind: "timeout", minMs: 990, maxMs: 1800 },
  },
  {
    name: "aborted between attempts",
    rule: "An abort ends the wait for the next attempt.",
    replies: [down, ok],
    options: { retry: { initialDelayMs: 3000 } },
    abortAfterMs: 150,
    expect: { code: "cancelled", cause: "enough", requests: 1, maxMs: 1500 },
  },
  {
    name: "no previous attempts are told to another origin",
    rule: "grpc-previous-rpc-attempts would fail the preflight of most servers.",
    crossOrigin: true,
    replies: [
      sized(503, ["access-control-allow-origin: *"]),
      reply(okBody, ["access-control-allow-origin: *"]),
    ],
    options: { retry: quick },
    expect: { code: "ok", requests: 2, sent: { "grpc-previous-rpc-attempts": undefined } },
  },
  {
    name: "previous attempts are told to the page's own origin",
    rule: "grpc-previous-rpc-attempts is sent where nobody's leave is needed.",
    replies: [down, down, ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 3, sent: { "grpc-previous-rpc-attempts": "2" } },
  },
];

const replay = [
  {
    name: "UNAUTHENTICATED, then OK",
    rule: "One token refresh, then one replay with fresh metadata.",
    replies: [failing(16), ok],
    expect: { code: "ok", requests: 2, sent: { authorization: "Bearer token-2" } },
  },
  {
    name: "UNAUTHENTICATED twice",
    rule: "There is one replay.",
    replies: [failing(16, "grpc-message: expired\r\n")],
    options: { retry: quick },
    expect: { code: "unauthenticated", kind: "auth", requests: 2, message: /^expired$/ },
  },
  {
    name: "HTTP 401, then UNAVAILABLE, then OK",
    rule: "A replay is no retry, and a retry may follow it.",
    replies: [sized(401, []), down, ok],
    options: { retry: quick },
    expect: { code: "ok", requests: 3 },
  },
];

export default {
  "tried again": again,
  "not tried again": once,
  "the server says when": told,
  "limits of retries": limits,
  replay,
};
