// Frames: cuts, lengths, flags, cardinality, text mode.
import {
  answer,
  base64,
  bytes,
  chunked,
  frame,
  frameHead,
  hang,
  lastChunk,
  message,
  ok,
  okBody,
  okTrailers,
  open,
  pieces,
  reply,
  sized,
  textType,
  trailers,
  untilClosed,
} from "./reply.mjs";

const text = (body) => sized(200, [`content-type: ${textType}`], body);
const inPieces = (body, size) =>
  Array.from({ length: Math.ceil(body.length / size) }, (_, i) => [
    body.slice(i * size, (i + 1) * size),
    3,
  ]).flat();

const cuts = Array.from({ length: okBody.length - 1 }, (_, i) => i + 1).map((at) => ({
  name: `a cut behind byte ${at} of ${okBody.length}`,
  rule: "Frames may be cut anywhere.",
  replies: [pieces([okBody.slice(0, at), 15, okBody.slice(at)])],
  expect: { code: "ok" },
}));

const encoded = base64(okBody);
const textCuts = [
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  13,
  14,
  15,
  16,
  17,
  encoded.length - 3,
  encoded.length - 2,
  encoded.length - 1,
].map((at) => ({
  name: `base64 cut behind byte ${at} of ${encoded.length}`,
  rule: "Base64 may be cut anywhere.",
  replies: [
    [
      ...chunked(200, [`content-type: ${textType}`], [encoded.slice(0, at), 15, encoded.slice(at)]),
      lastChunk,
    ],
  ],
  expect: { code: "ok" },
}));

const textForms = [
  ["padded at every flush", base64(message) + base64(okTrailers), "ok"],
  ["each byte padded by itself", [...okBody].map((byte) => base64([byte])).join(""), "ok"],
  ["without its last padding", base64(okBody).replace(/=+$/, ""), "ok"],
  ["with a bad character", `${base64(message)}*${base64(okTrailers)}`, "internal"],
  ["with a line feed inside", `${base64(message)}\n${base64(okTrailers)}`, ["internal", "ok"]],
  ["that ends after one character of four", `${base64(message)}A`, ["internal", "unknown"]],
  ["of an error", base64(trailers("grpc-status: 7\r\ngrpc-message: no")), "permission_denied"],
  ["that is empty", "", "unknown"],
].map(([name, body, code]) => ({
  name: `base64 ${name}`,
  rule: "Base64 may be padded at every flush; what is none is INTERNAL.",
  replies: [text(body)],
  expect: { code },
}));

const KIB = 1024;
const MIB = 1024 * KIB;

/** An answer of so many bytes (over 128): the rest of it is an error_message, which an OK does not look at. */
function answerOf(size) {
  const head = [0x12, ...varint(size)];
  const text = new Uint8Array(size - answer.length - head.length).fill(97);
  return bytes(answer, [0x12, ...varint(text.length)], text);
}

/** What the others have no limit for. */
const largest = { maxMessageBytes: 4 * MIB };

const lengths = [
  ["a message of 4 MiB and a byte", 0, 4 * MIB + 1],
  ["a message of 2^31-1 bytes", 0, 2 ** 31 - 1],
  ["a message of 2^31 bytes", 0, 2 ** 31],
  ["a message of 2^32-1 bytes", 0, 2 ** 32 - 1],
  ["trailers of 64 KiB and a byte", 0x80, 64 * 1024 + 1],
  ["trailers of 2^32-1 bytes", 0x80, 2 ** 32 - 1],
].map(([name, flags, length]) => ({
  name: `${name} announced`,
  rule: "The announced length is checked before anything is buffered, and the request is aborted.",
  replies: [open([bytes(frameHead(flags, length), "x"), hang])],
  client: largest,
  expect: { code: "resource_exhausted", maxMs: 2000, aborted: true },
}));

const defaultLimit = [
  {
    name: "a message of 64 KiB that comes",
    rule: "What is within the limit is taken.",
    replies: [reply(bytes(frame(0, answerOf(64 * KIB)), okTrailers))],
    expect: { code: "ok" },
  },
  {
    name: "a message of 64 KiB and a byte announced",
    rule: "An answer of the core has a few dozen bytes, so 64 KiB are the limit unless the client says otherwise.",
    replies: [open([bytes(frameHead(0, 64 * KIB + 1), "x"), hang])],
    expect: { code: "resource_exhausted", maxMs: 2000, aborted: true },
  },
  {
    name: "a limit of 20 bytes, and a message of 21",
    rule: "The limit is the client's to set.",
    replies: [reply(bytes(frame(0, new Uint8Array(21)), okTrailers))],
    client: { maxMessageBytes: 20 },
    expect: { code: "resource_exhausted" },
  },
];

const endings = [
  ["no body at all", [], "unknown"],
  ["the flags alone", [frameHead(0, 0).slice(0, 1)], "unknown"],
  ["half a frame head", [frameHead(0, 9).slice(0, 3)], "unknown"],
  ["a frame head", [frameHead(0, 9)], "unknown"],
  ["half a message", [message.slice(0, 8)], "unknown"],
  ["a message", [message], "unknown"],
  ["half the trailers", [message, okTrailers.slice(0, 9)], "unknown"],
  ["trailers without a status", [message, trailers("x-a: 1\r\n")], "unknown"],
  ["empty trailers", [message, trailers("")], "unknown"],
].flatMap(([name, list, code]) => [
  {
    name: `the body ends after ${name}`,
    rule: "A body that ends inside a frame, or without a status, is UNKNOWN.",
    replies: [pieces(list)],
    expect: { code },
  },
  {
    name: `the connection closes a body after ${name}`,
    rule: "A body that ends with its connection is judged alike.",
    replies: [untilClosed(list)],
    expect: { code },
  },
]);

const flags = [0x01, 0x02, 0x03, 0x10, 0x40, 0x7f, 0x81, 0x82, 0xc0, 0xff].map((flag) => ({
  name: `a frame with flags 0x${flag.toString(16).padStart(2, "0")}`,
  rule: "Compression was not offered, and unknown flags mean something unknown: INTERNAL.",
  replies: [reply(bytes(frame(flag, answer), okTrailers))],
  expect: { code: "internal", kind: "protocol" },
}));

const cardinality = [
  ["OK without a message", okTrailers, "unimplemented"],
  ["OK with two messages", bytes(message, message, okTrailers), "unimplemented"],
  ["OK with a thousand messages", bytes(Array(1000).fill(message), okTrailers), "unimplemented"],
  ["an error behind a message", bytes(message, trailers("grpc-status: 10\r\n")), "aborted"],
  ["an error behind two messages", bytes(message, message, trailers("grpc-status: 10\r\n")), "aborted"],
  ["an error without a message", trailers("grpc-status: 10\r\n"), "aborted"],
  ["an empty message", bytes(frame(0), okTrailers), "internal"],
  ["a message that is no protobuf", bytes(frame(0, [255, 255]), okTrailers), "internal"],
  ["a message behind the trailers", bytes(message, okTrailers, message), "ok"],
  ["an error behind the trailers", bytes(message, okTrailers, trailers("grpc-status: 13\r\n")), "ok"],
  ["garbage behind the trailers", bytes(message, okTrailers, "garbage"), "ok"],
].map(([name, body, code]) => ({
  name,
  rule: "A unary call has one message and one status; what follows the trailers is not looked at.",
  replies: [reply(body)],
  expect: { code },
}));

export default {
  "frames cut": [
    ...cuts,
    {
      name: "byte by byte",
      rule: "Frames may come in single bytes.",
      replies: [pieces(inPieces(okBody, 1))],
      expect: { code: "ok" },
    },
    {
      name: "in threes",
      rule: "Frames may come in any pieces.",
      replies: [pieces(inPieces(okBody, 3))],
      expect: { code: "ok" },
    },
    {
      name: "an error byte by byte",
      rule: "Frames may come in single bytes.",
      replies: [pieces(inPieces(trailers("grpc-status: 5\r\ngrpc-message: gone"), 1))],
      expect: { code: "not_found", message: /^gone$/ },
    },
  ],
  "text mode": [...textCuts, ...textForms],
  lengths: [
    ...lengths,
    {
      name: "a message of 4 MiB that comes",
      rule: "What is within the limit is taken.",
      replies: [reply(bytes(frame(0, answerOf(4 * MIB)), okTrailers))],
      client: largest,
      expect: { code: "ok" },
    },
  ],
  "default limit": defaultLimit,
  endings,
  flags,
  cardinality: [
    ...cardinality,
    { name: "an ordinary reply", rule: "It works.", replies: [ok], expect: { code: "ok" } },
  ],
};

function varint(number) {
  const low = [];
  let rest = number;
  while (rest > 127) {
    low.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return [...low, rest];
}
