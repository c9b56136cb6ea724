// The status: where it stands, in which form, with which words and details.
import { codeNames } from "./codes.mjs";
import { bytes, headersOnly, message, reply, sized, trailers } from "./reply.mjs";

const withTrailers = (text) => [reply(bytes(message, trailers(text)))];

const good = [
  ["with CRLF", "grpc-status: 0\r\n"],
  ["with LF", "grpc-status: 0\n"],
  ["without a last line end", "grpc-status: 0"],
  ["with an empty last line", "grpc-status: 0\r\n\r\n"],
  ["behind an empty line", "\r\ngrpc-status: 0\r\n"],
  ["in capitals", "GRPC-STATUS: 0\r\n"],
  ["in mixed case", "Grpc-Status: 0\r\n"],
  ["without a blank", "grpc-status:0\r\n"],
  ["with blanks and tabs round it", "grpc-status \t: \t 0 \t \r\n"],
  ["behind a line that is none", "nonsense\r\ngrpc-status: 0\r\n"],
  ["behind a line without a name", ": value\r\ngrpc-status: 0\r\n"],
  ["behind bytes that are no text", bytes([0xff, 0xfe, 58, 32, 0xff, 13, 10], "grpc-status: 0\r\n")],
  ["with an empty message", "grpc-status: 0\r\ngrpc-message:\r\n"],
  ["repeated alike", "grpc-status: 0\r\ngrpc-status: 0\r\n"],
  ["after five hundred lines", `${"x-filler: some text that fills\r\n".repeat(500)}grpc-status: 0\r\n`],
  ["with leading zeros", "grpc-status: 00\r\n"],
].map(([name, text]) => ({
  name: `an OK ${name}`,
  rule: "Trailers are read in every form that servers and proxies write.",
  replies: withTrailers(text),
  expect: { code: "ok" },
}));

const bad = ["17", "99999999999999999999", "-1", "+0", "abc", "0x0", "1.0", "", "OK", "0, 13"].flatMap(
  (raw) => [
    {
      name: `grpc-status "${raw}"`,
      rule: "A status that is no gRPC code is UNKNOWN; where the server says no more, the raw text is in the message.",
      replies: withTrailers(`grpc-status: ${raw}\r\n`),
      expect: {
        code: "unknown",
        message: new RegExp(`"${raw.replace(/[+.]/g, "\\$&")}"`),
        metadata: { "grpc-status": raw },
      },
    },
    {
      name: `grpc-status "${raw}" with a message`,
      rule: "The server's message alone is the message; the raw status is in the metadata.",
      replies: withTrailers(`grpc-status: ${raw}\r\ngrpc-message: its%20words\r\n`),
      expect: { code: "unknown", messageIs: "its words", metadata: { "grpc-status": raw } },
    },
  ],
);

/** The access token of these is a word of many texts. */
const words = [
  [
    "HTTP 401",
    sized(401, ["content-type: text/plain"], "the token is bad"),
    {
      code: "unauthenticated",
      messageIs: "HTTP status 401: the access token is missing, expired or not accepted",
      bodyText: "the token is bad",
    },
  ],
  [
    "a status in the trailers",
    reply(trailers("grpc-status: 7\r\ngrpc-message: token too old\r\nx-why: token too old\r\n")),
    { code: "permission_denied", messageIs: "token too old", metadata: { "x-why": "token too old" } },
  ],
  [
    "a content type",
    sized(200, ["content-type: application/token"], "x"),
    { code: "unknown", message: /"application\/token"/ },
  ],
].map(([name, script, expect]) => ({
  name: `a token that is a word, and ${name}`,
  rule: "What is a word of any text is not hidden: it would hide nothing, and spoil the text.",
  replies: [script],
  client: { accessToken: () => "token" },
  expect,
}));

const names = codeNames.slice(1).flatMap((code, index) => [
  {
    name: `${code} in the trailers`,
    rule: "Each status has its code.",
    replies: [reply(trailers(`grpc-status: ${index + 1}\r\ngrpc-message: words\r\n`))],
    expect: { code, message: /^words$/ },
  },
  {
    name: `${code} in the header`,
    rule: "A reply of headers alone counts.",
    replies: [headersOnly([`grpc-status: ${index + 1}`, "grpc-message: words"])],
    expect: { code, message: /^words$/ },
  },
]);

const places = [
  ["OK in the header, error in the trailers", ["grpc-status: 0"], "grpc-status: 13\r\n", "internal"],
  ["error in the header, OK in the trailers", ["grpc-status: 13"], "grpc-status: 0\r\n", "ok"],
  ["error in the header, another in the trailers", ["grpc-status: 13"], "grpc-status: 5\r\n", "not_found"],
  ["error in the header, trailers without a status", ["grpc-status: 13"], "x-a: 1\r\n", "internal"],
  ["error in the header, empty trailers", ["grpc-status: 13"], "", "internal"],
  ["OK in the header, a message, trailers without a status", ["grpc-status: 0"], "x-a: 1\r\n", "ok"],
].map(([name, headers, text, code]) => ({
  name,
  rule: "The body's trailers win over the header, which counts when they have no status.",
  replies: [reply(bytes(message, trailers(text)), headers)],
  expect: { code },
}));

const messages = [
  ["plain", "it is gone", "it is gone"],
  ["escaped", "%C3%A5 %e2%98%83", "\u00e5 \u2603"],
  ["with a bare percent sign", "100% sure", "100% sure"],
  ["with escapes that are none", "%zz %4 %", "%zz %4 %"],
  ["that is no UTF-8", "%ff%41", "\ufffdA"],
  ["with escaped line ends", "one%0D%0Atwo", "one\r\ntwo"],
  ["with a colon", "a: b", "a: b"],
  ["with an escaped percent sign", "%2541", "%41"],
].map(([name, raw, expected]) => ({
  name: `a message ${name}`,
  rule: "grpc-message is decoded leniently and never costs the code.",
  replies: [reply(trailers(`grpc-status: 5\r\ngrpc-message: ${raw}\r\n`))],
  expect: { code: "not_found", messageIs: expected },
}));

const retryInfo = btoa("\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x02");
const details = [
  ["padded", retryInfo, [{ type: "google.rpc.RetryInfo", retryDelayMs: 2000 }]],
  ["unpadded", retryInfo.replace(/=+$/, ""), [{ type: "google.rpc.RetryInfo", retryDelayMs: 2000 }]],
  ["that are not base64", "not base64!", []],
  ["that are no message", btoa("\xff\xff\xff\xff"), []],
  ["that are empty", "", []],
  ["behind a part that is bad", `!!, ${retryInfo}`, [{ type: "google.rpc.RetryInfo", retryDelayMs: 2000 }]],
].map(([name, raw, expected]) => ({
  name: `details ${name}`,
  rule: "grpc-status-details-bin is decoded to google.rpc.Status; a bad one is dropped.",
  replies: [reply(trailers(`grpc-status: 3\r\ngrpc-message: bad\r\ngrpc-status-details-bin: ${raw}\r\n`))],
  expect: { code: "invalid_argument", message: /^bad$/, details: expected },
}));

const metadata = [
  {
    name: "metadata in header and trailers",
    rule: "Repeated names are all kept, in order.",
    replies: [
      reply(bytes(message, trailers("grpc-status: 0\r\nx-t: 1\r\nX-T: 2\r\nx-t-bin: YQ==\r\n")), [
        "x-h: 1",
        "x-h: 2",
      ]),
    ],
    expect: { code: "ok", headers: { "x-h": "1, 2" }, trailers: { "x-t": "1, 2", "x-t-bin": "YQ==" } },
  },
  {
    name: "metadata of an error",
    rule: "An error has headers and trailers.",
    replies: [reply(trailers("grpc-status: 5\r\nx-t: t\r\n"), ["x-h: h"])],
    expect: { code: "not_found", metadata: { "x-t": "t", "x-h": "h" } },
  },
  {
    name: "joined -bin metadata",
    rule: "-bin lists are split, and a part that is no base64 costs nothing.",
    replies: [reply(bytes(message, trailers("grpc-status: 0\r\nx-bin: YQ==,Yg, !!\r\n")))],
    expect: { code: "ok", trailers: { "x-bin": "YQ==, Yg, !!" } },
  },
  {
    name: "a trailer that HTTP would not carry",
    rule: "What can't be shown costs nothing else.",
    replies: [reply(bytes(message, trailers("x-odd: \u0001\r\ngrpc-status: 0\r\nx-t: 1\r\n")))],
    expect: { code: "ok", trailers: { "x-t": "1" } },
  },
  {
    name: "64 KiB of trailers",
    rule: "Trailers within the limit are taken.",
    replies: [reply(bytes(message, trailers(`grpc-status: 0\r\nx-a: ${"a".repeat(64 * 1024 - 23)}\r\n`)))],
    expect: { code: "ok" },
  },
];

export default {
  "trailers' forms": good,
  "bad statuses": bad,
  words,
  codes: names,
  "header or trailers": places,
  messages,
  details,
  metadata,
};
