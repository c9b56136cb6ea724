// No error of a call shows a secret: servers and the caller's own functions repeat what they were given, in every encoding
// and at every place of an error.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAuth, createClient } from "../../dist/index.js";
import { bodyOf, failure, grpcWeb, request, scripted } from "./grpc-web.mjs";
import { inProcess } from "./in-process.mjs";
import { clean, encodings, jwt, leaksIn, loudly, opaque, random } from "./leaks.mjs";

test("the search finds what is planted, in each encoding, whole or in part, wherever it is", () => {
  const places = {
    message: (text) => new Error(text),
    cause: (text) => new Error("x", { cause: new Error("y", { cause: { deep: [text] } }) }),
    property: (text) => Object.assign(new Error("x"), { description: text }),
    headers: (text) =>
      Object.assign(new Error("x"), { metadata: new Headers({ a: text.replace(/\s/g, "") }) }),
    bytes: (text) => Object.assign(new Error("x"), { details: [{ value: new TextEncoder().encode(text) }] }),
    toJSON: (text) => Object.assign(new Error("x"), { toJSON: () => ({ a: text }) }),
  };
  for (const [name, write] of Object.entries(encodings)) {
    for (const [place, plant] of Object.entries(places)) {
      if (place === "headers" && name === "base64, wrapped") continue;
      const found = leaksIn(plant(`token ${write(opaque)} is bad`), { opaque });
      assert.ok(found.length > 0, `${name} in ${place}`);
    }
  }
  assert.ok(leaksIn(new Error(`it begins ${opaque.slice(0, 16)}`), { opaque }).length > 0);
  assert.deepEqual(leaksIn(new Error("nothing of it"), { opaque }), []);
});

const ascii = (text) => encodeURIComponent(text);
const withType = (type, status, headers = {}) => ({
  status,
  headers: { ...(type && { "content-type": type }), ...headers },
});

/** One field of a protobuf message, of bytes. */
function field(tag, content) {
  const bytes = typeof content === "string" ? [...new TextEncoder().encode(content)] : [...content];
  const length = [];
  for (let left = bytes.length; ; left >>= 7) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    if (left < 128) break;
  }
  return [(tag << 3) | 2, ...length, ...bytes];
}
const detail = (type, value) => field(3, [...field(1, `type.googleapis.com/${type}`), ...field(2, value)]);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** Where a core, or a proxy before it, may put a text. */
const places = {
  "an error page": (text) => new Response(`<p>${text}</p>`, withType("text/html", 403)),
  "an error page, beyond what is shown of it": (text) =>
    new Response(`${"x".repeat(180)}${text}`, withType("text/plain", 403)),
  "an error page in letters of many bytes": (text) =>
    new Response(`${"☃".repeat(182)}${text}`, withType("text/plain", 403)),
  JSON: (text) => Response.json({ error: text }, { status: 403 }),
  "grpc-message": (text) =>
    new Response("", withType(grpcWeb, 200, { "grpc-status": "7", "grpc-message": ascii(text) })),
  "grpc-message in the trailers": (text) =>
    new Response(
      bodyOf(undefined, `grpc-status: 7\r\ngrpc-message: ${ascii(text)}\r\n`),
      withType(grpcWeb, 200),
    ),
  "grpc-message under another type": (text) =>
    new Response("", withType("text/plain", 200, { "grpc-status": "7", "grpc-message": ascii(text) })),
  "grpc-status": (text) =>
    new Response(
      bodyOf(undefined, `grpc-status: ${"9".repeat(30)}${ascii(text)}\r\n`),
      withType(grpcWeb, 200),
    ),
  "a header": (text) =>
    new Response("", withType(grpcWeb, 200, { "grpc-status": "7", "x-echo": ascii(text) })),
  "a header in bytes": (text) =>
    new Response("", withType(grpcWeb, 200, { "grpc-status": "7", "x-echo-bin": base64(`\0\xff${text}`) })),
  "a trailer": (text) =>
    new Response(
      bodyOf(undefined, `grpc-status: 7\r\nx-echo: ${ascii(text)}\r\nx-e-bin: ${btoa(ascii(text))}\r\n`),
      withType(grpcWeb, 200),
    ),
  "the content type": (text) => new Response("x", withType(`text/x; token="${ascii(text)}"`, 200)),
  ErrorInfo: (text) =>
    details(
      detail("google.rpc.ErrorInfo", [
        ...field(1, text),
        ...field(2, text),
        ...field(3, [...field(1, text), ...field(2, "v")]),
        ...field(3, [...field(1, "k"), ...field(2, text)]),
      ]),
    ),
  BadRequest: (text) =>
    details(detail("google.rpc.BadRequest", field(1, [...field(1, "f"), ...field(2, text)]))),
  "a detail of another type": (text) => details(detail("acme.Debug", field(1, text))),
  "the type of a detail": (text) => details(detail(`acme.${ascii(text)}`, [])),
  "a refusal of the core": (text) => new Response(bodyOf([8, 2, ...field(2, text)]), withType(grpcWeb, 200)),
};
const details = (bytes) =>
  new Response("", withType(grpcWeb, 200, { "grpc-status": "3", "grpc-status-details-bin": base64(bytes) }));

describe("a call's error has nothing of what the core repeats in", () => {
  for (const [place, make] of Object.entries(places)) {
    test(place, async () => {
      for (const [encoding, write] of Object.entries(encodings)) {
        // The words before it move it to every place in a group of base64.
        for (const [words, token] of [
          ["", opaque],
          ["x", opaque],
          ["no: ", jwt],
        ]) {
          const { client } = scripted([() => make(words + write(token))], {
            accessToken: () => token,
            retry: false,
          });
          const error = await failure(client.upsertRegistration(request));
          clean(error, { token }, `${encoding} behind "${words}"`);
        }
      }
    });
  }

  test("the rest of the words stays", async () => {
    const page = () => new Response(`no good: ${opaque}, sorry`, withType("text/plain", 403));
    const { client } = scripted([page], {
      accessToken: () => opaque,
      headers: { "x-request-id": "0123456789abcdef0123" },
    });
    const error = await failure(client.upsertRegistration(request));
    assert.equal(error.bodyText, "no good: [removed], sorry");
    const echo = scripted([places.JSON.bind(null, "request 0123456789abcdef0123 failed")], {
      headers: { "x-request-id": "0123456789abcdef0123" },
    });
    assert.match((await failure(echo.client.upsertRegistration(request))).bodyText, /0123456789abcdef0123/);
  });
});

test("nor of other headers by which the caller is authorized, nor of a token that was refused before", async () => {
  const key = `key-${random(30)}`;
  const password = "the password of somebody";
  const bytes = Buffer.from("some secret bytes, in a header");
  const headers = {
    "x-api-key": key,
    "x-gateway-authorization": `Basic ${btoa(`somebody:${password}`)}`,
    "x-session-bin": bytes.toString("base64"),
  };
  const secrets = { key, password, bytes: bytes.toString() };
  for (const secret of Object.values(secrets)) {
    const { client } = scripted([() => places["an error page"](secret)], { headers });
    clean(await failure(client.upsertRegistration(request)), secrets);
    const one = scripted([() => places["grpc-message"](secret)]);
    clean(await failure(one.client.upsertRegistration(request, { headers })), secrets);
  }
  const tokens = [opaque, jwt];
  const renewed = scripted(
    [
      () => new Response("", withType(grpcWeb, 200, { "grpc-status": "16" })),
      () => places["an error page"](`${opaque} was revoked, and ${jwt} is no better`),
    ],
    { accessToken: () => tokens.shift() },
  );
  clean(await failure(renewed.client.upsertRegistration(request)), { opaque, jwt });
});

test("an error of fetch that quotes the request is no cause; any other one is", async () => {
  for (const write of Object.values(encodings)) {
    for (const fail of loudly(`could not send Bearer ${write(opaque)}`)) {
      const { client } = scripted([fail], { accessToken: () => opaque, retry: false });
      const error = await failure(client.upsertRegistration(request));
      clean(error, { opaque });
      assert.notEqual(error.cause, undefined, "something is left of it");
    }
  }
  const { client } = scripted([loudly(`Bearer ${opaque}`)[0]], { accessToken: () => opaque, retry: false });
  const { cause } = await failure(client.upsertRegistration(request));
  assert.deepEqual(
    [cause instanceof Error, cause.name, cause.message],
    [true, "TypeError", "Bearer [removed]"],
  );
  const thrown = Object.assign(new TypeError("no network"), { request: { url: "https://api.example.com" } });
  const other = scripted([() => Promise.reject(thrown)], { accessToken: () => opaque, retry: false });
  assert.equal((await failure(other.client.upsertRegistration(request))).cause, thrown);
});

test("however deep it lies, and though what was thrown has itself in it", async () => {
  const nested = (depth, last) => {
    const thrown = Object.assign(new Error("failed"), { respond: () => {} });
    let inner = thrown;
    for (let left = depth; left > 0; left -= 1) {
      inner.next = left % 2 ? { up: thrown, same: inner } : [thrown, inner];
      inner = inner.next;
    }
    inner.next = last;
    return thrown;
  };
  for (const depth of [1, 4, 5, 6, 12, 60]) {
    for (const [secret, options] of [
      [opaque, { accessToken: () => opaque, retry: false }],
      [`csrf-${opaque}`, { headers: { "x-csrf": `csrf-${opaque}` }, retry: false }],
    ]) {
      const { client } = scripted([() => Promise.reject(nested(depth, { headers: [secret] }))], options);
      const { cause } = await failure(client.upsertRegistration(request));
      assert.deepEqual([cause.name, cause.message, cause.next], ["Error", "failed", undefined]);
      const thrown = nested(depth, { headers: ["no secret of anybody's"] });
      const other = scripted([() => Promise.reject(thrown)], options);
      assert.equal((await failure(other.client.upsertRegistration(request))).cause, thrown);
    }
  }
});

test("what getters and token functions throw is not quoted", async () => {
  const thrower = (name) =>
    Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw new Error(opaque);
      },
    });
  const { client } = scripted([places["an error page"]], { accessToken: () => opaque });
  const withGetter = (name) =>
    Object.defineProperties({ ...request }, Object.getOwnPropertyDescriptors(thrower(name)));
  for (const name of ["phoneNumber", "sipUri", "routeType", "mobileOriginatingPrefix"]) {
    clean(await failure(client.upsertRegistration(withGetter(name))), { opaque }, name);
  }
  for (const name of ["headers", "timeoutMs", "signal", "retry", "cache", "fetch", "onHeader"]) {
    clean(await failure(client.upsertRegistration(request, thrower(name))), { opaque }, name);
  }
  for (const name of ["baseUrl", "accessToken", "auth", "headers", "keeping"]) {
    const options = thrower(name);
    clean(await failure((async () => createClient(options))()), { opaque }, name);
  }
  for (const name of [
    "clientId",
    "redirectUri",
    "scope",
    "issuer",
    "endpoints",
    "storage",
    "fetch",
    "name",
  ]) {
    clean(await failure((async () => createAuth(thrower(name)).createSignInUrl())()), { opaque }, name);
  }

  let asked = 0;
  const suppliers = [
    () => ({
      token: opaque,
      ...{},
      get expiresAt() {
        throw new Error(opaque);
      },
    }),
    () => ({
      get token() {
        throw new Error(opaque);
      },
    }),
    () => {
      asked += 1;
      if (asked % 2) return { token: opaque };
      throw new Error(`${opaque} is the last one that I have`);
    },
  ];
  for (const accessToken of suppliers) {
    const refused = () => new Response("", withType(grpcWeb, 200, { "grpc-status": "16" }));
    const { client: supplied } = scripted([refused], { accessToken });
    clean(await failure(supplied.upsertRegistration(request)), { opaque });
  }
});

test("nor of a password in the address of the wasm", async () => {
  const password = "a password that nobody knows".replaceAll(" ", "-");
  const [shown, next] = await inProcess(`
    const { inspect } = await import("node:util");
    const address = "https://somebody:${password}@127.0.0.1:1/sipbreakout.wasm";
    const error = await sdk.preload(address).catch((thrown) => thrown);
    return [inspect(error, { depth: 9 }), error.code];`);
  assert.ok(!shown.includes(password));
  assert.equal(next, "not_found");
});
