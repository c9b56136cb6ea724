// The search for secrets in errors: in all that an error has, for every piece of 16 characters of a secret in every encoding
// that a server is likely to write.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { grpcWeb } from "./grpc-web.mjs";

const PIECE = 16;
const utf8 = (text) => Buffer.from(text, "utf8");
const each = (write) => (text) => [...utf8(text)].map(write).join("");
const hex = (byte) => byte.toString(16).padStart(2, "0");
const form = (text) => new URLSearchParams({ x: text }).toString().slice(2);

/** Encodings of which 16 characters say much of a secret. */
const dense = {
  raw: (text) => text,
  percent: encodeURIComponent,
  "percent, lower case": (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  "percent, twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  form,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  "slashes escaped": (text) => text.replaceAll("/", "\\/"),
  ...Object.fromEntries(
    ["", "u", "us", "Basic user:"].flatMap((before) => {
      // What the secret alone decides.
      const from = Math.ceil((before.length * 4) / 3);
      const encoded = (kind) => (text) =>
        utf8(before + text)
          .toString(kind)
          .replace(/=+$/, "")
          .slice(from);
      return [
        [`base64 behind "${before}"`, encoded("base64")],
        [`base64url behind "${before}"`, encoded("base64url")],
        [`base64 behind "${before}", percent`, (text) => encodeURIComponent(encoded("base64")(text))],
      ];
    }),
  ),
};

/** Encodings that make several characters of each. */
const wide = {
  "percent, every byte": each((byte) => `%${hex(byte)}`),
  "JSON, every character": each((byte) => `\\u00${hex(byte)}`),
  "JavaScript, every character": each((byte) => `\\x${hex(byte)}`),
  "HTML references": each((byte) => `&#${byte};`),
  "base64, wrapped": (text) =>
    utf8(text)
      .toString("base64")
      .match(/.{1,20}/g)
      .join("\r\n"),
};

/** All ways to write a secret, by name. */
export const encodings = { ...dense, ...wide };

/** Everything that can be found in a value, as text. */
function* texts(value, seen = new Set(), depth = 0) {
  if (typeof value === "string") yield value;
  if (
    (typeof value !== "object" && typeof value !== "function") ||
    value === null ||
    seen.has(value) ||
    depth > 8
  )
    return;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
    return;
  }
  const names = ["name", "message", "stack", "cause", "errors", "headers", "url"];
  for (const name of new Set([...Reflect.ownKeys(value), ...names])) {
    if (typeof name === "string") yield name;
    let part;
    try {
      part = value[name];
    } catch {}
    yield* texts(part, seen, depth + 1);
  }
  if (typeof value.forEach === "function") yield* texts([...value.entries()], seen, depth + 1);
}

/** The names of the secrets that are in an error, with how they are written there. */
export function leaksIn(error, secrets) {
  let clone = "";
  try {
    clone = structuredClone(error);
  } catch {}
  const whole = [
    ...texts(error),
    ...texts(clone),
    JSON.stringify(error),
    ...texts(JSON.parse(JSON.stringify(error) ?? "null")),
    String(error),
    inspect(error, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }),
  ].join("\n");
  const pieces = new Set();
  for (let i = 0; i + PIECE <= whole.length; i += 1) pieces.add(whole.slice(i, i + PIECE));
  const leaks = [];
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [encoding, write] of Object.entries(encodings)) {
      const written = write(secret);
      const isThere =
        encoding in dense
          ? Array.from({ length: written.length - PIECE + 1 }, (_, i) => written.slice(i, i + PIECE)).some(
              (piece) => pieces.has(piece),
            )
          : whole.includes(written.slice(0, 80));
      if (isThere) leaks.push(`${name}, ${encoding}`);
    }
  }
  return leaks;
}

export const random = (length) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 73 + length * 31 + ((i * i) % 89) * 7) % 256)).toString(
    "base64",
  );
export const opaque = `ory_at_${random(40)}.x~y`;
export const jwt = ["eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ", random(150), random(90)]
  .join(".")
  .replace(/[+/=]/g, "-");

export const clean = (error, secrets, what) => assert.deepEqual(leaksIn(error, secrets), [], what);

/** Ways in which a caller's own fetch fails and says too much. */
export const loudly = (quote) => [
  () => {
    throw new TypeError(quote);
  },
  () => Promise.reject(new Error("x", { cause: new Error(quote) })),
  () => Promise.reject(Object.assign(new Error("x"), { config: { headers: { a: quote } } })),
  () =>
    Promise.reject(
      Object.assign(new Error("x"), {
        request: new Request("https://a.example", { headers: { a: encodeURIComponent(quote) } }),
      }),
    ),
  () => Promise.reject(new AggregateError([new Error(quote)])),
  () => Promise.reject(quote),
  () => Promise.reject({ [encodeURIComponent(quote)]: 1 }),
  () => Promise.reject(new DOMException(quote, "NetworkError")),
  () =>
    new Response(new ReadableStream({ start: (c) => c.error(new Error(quote)) }), {
      headers: { "content-type": grpcWeb },
    }),
];
