// Objects of another realm: an iframe's fetch, Node's own where a test runner has a context for each test, a polyfill's
// Response. What they have counts, and not which class made them.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { createAuth, createClient, InvalidRequestError, isSdkError, SdkError } from "../../dist/index.js";
import { failure, grpcWeb, ok, okBody, request, scripted } from "./grpc-web.mjs";
import { entry } from "./in-process.mjs";
import { closePage, openPage } from "./page.mjs";
import { createProvider } from "./provider.mjs";

const there = vm.createContext({});
const foreign = (code) => vm.runInContext(code, there);

/** A copy of these bytes that another realm made. */
const foreignBytes = (bytes) => foreign("(numbers) => Uint8Array.from(numbers)")([...bytes]);
const foreignBuffer = (bytes) => foreignBytes(bytes).buffer;

/** A native Response whose stream yields these chunks as they are. */
function streaming(chunks, init = { headers: { "content-type": grpcWeb } }) {
  const start = (controller) => {
    for (const chunk of chunks) controller.enqueue(chunk);
    controller.close();
  };
  return new Response(new ReadableStream({ start }), init);
}

describe("a body's chunks", () => {
  const shared = (bytes) => {
    const buffer = new SharedArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  };
  const kinds = {
    "Uint8Array of another realm": foreignBytes,
    "ArrayBuffer of another realm": foreignBuffer,
    "DataView of another realm": (bytes) => foreign("(buffer) => new DataView(buffer)")(foreignBuffer(bytes)),
    ArrayBuffer: (bytes) => bytes.slice().buffer,
    SharedArrayBuffer: shared,
    "Uint8Array on shared memory": (bytes) => new Uint8Array(shared(bytes)),
    "Buffer of Node's pool": (bytes) => Buffer.from(bytes),
    Uint8ClampedArray: (bytes) => new Uint8ClampedArray(bytes),
    Int8Array: (bytes) => new Int8Array(bytes),
    "DataView with an offset": (bytes) =>
      new DataView(new Uint8Array([1, 2, 3, ...bytes, 4]).buffer, 3, bytes.length),
    "Uint16Array, if it comes out even": (bytes) =>
      bytes.length % 2 ? bytes : new Uint16Array(bytes.slice().buffer),
  };
  for (const [name, make] of Object.entries(kinds)) {
    test(`as ${name}`, async () => {
      for (const size of [1, 2, 6, 1000]) {
        const bytes = okBody();
        const count = Math.ceil(bytes.length / size);
        const chunks = Array.from({ length: count }, (_, i) => make(bytes.slice(i * size, (i + 1) * size)));
        const { client, sent } = scripted([() => streaming(chunks)]);
        const response = await client.upsertRegistration(request);
        assert.deepEqual([response.status, response.timeToLiveSeconds, sent.length], ["OK", 300, 1]);
      }
    });
  }

  const others = ["text", 7, null, undefined, {}, [1, 2], { length: 5 }, new Blob(["x"]), new Map()];
  for (const chunk of others) {
    test(`that are no bytes (${typeof chunk}, ${Object.prototype.toString.call(chunk)}) are the fault of fetch`, async () => {
      const { client, sent } = scripted([() => streaming([chunk])]);
      const error = await failure(client.upsertRegistration(request));
      assert.deepEqual([error.code, error.kind, error.retryable], ["internal", "config", false]);
      assert.match(error.message, /fetch/);
      assert.equal(error.cause, undefined, "no part of a body is a cause");
      assert.equal(sent.length, 1);
    });
  }
});

/** Responses as others make them; each takes a body's bytes, and a status and headers. */
const responses = {
  "of another realm": (bytes, status, headers) =>
    foreign(`(chunks, status, pairs) => ({
      status, ok: status < 300, type: "basic", bodyUsed: false,
      headers: { entries: () => pairs[Symbol.iterator](), get: () => null },
      body: { getReader: () => ({ read: () => Promise.resolve(
        chunks.length ? { done: false, value: Uint8Array.from(chunks.shift()) } : { done: true }) }) },
    })`)([[...bytes]], status, foreign("(pairs) => pairs.map(([n, v]) => [n, v])")(Object.entries(headers))),
  "of whatwg-fetch, without a stream": (bytes, status, headers) => ({
    ...{ status, type: "default", bodyUsed: false, headers: new Headers(headers) },
    arrayBuffer: async () => bytes.slice().buffer,
  }),
  "with body: null and an ArrayBuffer of another realm": (bytes, status, headers) => ({
    ...{ status, type: "default", bodyUsed: false, headers: new Headers(headers), body: null },
    arrayBuffer: () => foreign("(buffer) => Promise.resolve(buffer)")(foreignBuffer(bytes)),
  }),
  "of node-fetch, with Node's stream": (bytes, status, headers) => ({
    ...{ status, type: "default", bodyUsed: false, headers: new Map(Object.entries(headers)) },
    body: Readable.from([Buffer.from(bytes)]),
    arrayBuffer: async () => bytes.slice().buffer,
  }),
  "that comes with a thenable": (bytes, status, headers) => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what a promise of another kind is.
    then: (resolve) => resolve(streaming([foreignBytes(bytes)], { status, headers })),
  }),
};

describe("a Response", () => {
  for (const [name, make] of Object.entries(responses)) {
    test(`${name}: a call`, async () => {
      const { client, sent } = scripted([() => make(okBody(), 200, { "content-type": grpcWeb })]);
      const response = await client.upsertRegistration(request);
      assert.deepEqual([response.timeToLiveSeconds, sent.length], [300, 1]);
      const down = scripted(
        [() => make(new TextEncoder().encode("down"), 503, { "content-type": "text/plain" })],
        {
          retry: false,
        },
      );
      const error = await failure(down.client.upsertRegistration(request));
      assert.deepEqual([error.code, error.httpStatus, error.bodyText], ["unavailable", 503, "down"]);
    });

    test(`${name}: a session`, async () => {
      openPage("https://console.example/back");
      const provider = createProvider();
      const fetch = async (...given) => {
        const { status, headers, ...response } = await provider.fetch(...given).then(async (answer) => ({
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          bytes: new Uint8Array(await answer.arrayBuffer()),
        }));
        return make(response.bytes, status, headers);
      };
      const auth = createAuth({
        ...{ clientId: "c", redirectUri: "https://console.example/back", issuer: provider.issuer },
        ...{ fetch, name: `realm ${name}` },
      });
      try {
        globalThis.location.href = provider.answer(await auth.createSignInUrl({ appState: 7 }));
        assert.deepEqual(await auth.handleRedirectCallback(), { appState: 7 });
        assert.equal(await auth.getAccessToken({ forceRefresh: true }), "access");
        assert.equal((await auth.getUser()).phoneNumber, "+4799900001");
        assert.equal((await auth.signOut({ localOnly: true })).revoked, true);
        const counts = ["openid-configuration", "keys", "token", "userinfo"].map(
          (name) => provider.requests.filter((one) => one === name).length,
        );
        assert.deepEqual(counts, [1, 1, 2, 1]);
      } finally {
        closePage();
      }
    });
  }

  test("whose body was read already, or can't be read, is the fault of fetch", async () => {
    const base = { status: 200, headers: new Headers({ "content-type": grpcWeb }) };
    const odd = [
      { ...base, bodyUsed: true, arrayBuffer: () => Promise.reject(new TypeError("used")) },
      { ...base, body: {} },
      { ...base, body: "text" },
    ];
    for (const response of odd) {
      const { client, sent } = scripted([() => response]);
      const error = await failure(client.upsertRegistration(request));
      assert.deepEqual(
        [error.code, error.kind, error.cause, sent.length],
        ["internal", "config", undefined, 1],
      );
    }
  });

  test("with a body that is an async iterable, as node-fetch has it, is read", async () => {
    const base = { status: 200, headers: new Headers({ "content-type": grpcWeb }), bodyUsed: false };
    for (const size of [1, 4, 1000]) {
      const bytes = okBody();
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
      const { client } = scripted([() => ({ ...base, body: Readable.from(chunks) })]);
      assert.equal((await client.upsertRegistration(request)).status, "OK");
    }
  });

  test("that breaks off while it is read whole is tried again", async () => {
    const base = { status: 200, headers: new Headers({ "content-type": grpcWeb }), bodyUsed: false };
    const broken = { ...base, arrayBuffer: () => Promise.reject(new TypeError("terminated")) };
    const { client, sent } = scripted([() => broken, ok]);
    assert.equal((await client.upsertRegistration(request)).status, "OK");
    assert.equal(sent.length, 2);
  });

  test("is no cause, nor are bytes, if fetch rejects with them", async () => {
    for (const thrown of [
      new Response("x"),
      responses["of whatwg-fetch, without a stream"](okBody(), 500, {}),
      okBody(),
    ]) {
      const { client } = scripted([() => Promise.reject(thrown)], { retry: false });
      const error = await failure(client.upsertRegistration(request));
      assert.deepEqual([error.code, error.cause], ["unavailable", undefined]);
    }
  });
});

describe("what a caller gives", () => {
  test("an error of another realm stays the cause", async () => {
    const thrown = foreign('new TypeError("no network")');
    const { client } = scripted([() => Promise.reject(thrown)], { retry: false });
    assert.equal((await failure(client.upsertRegistration(request))).cause, thrown);
  });

  test("tokens, dates, headers and signals", async () => {
    const asked = foreign("[]");
    const accessToken = foreign(`(asked) => ({ forceRefresh }) => {
      asked.push(forceRefresh);
      return Promise.resolve({ token: "a-token", expiresAt: new Date(Date.now() + 3600000) });
    }`)(asked);
    const { client, sent } = scripted([ok], { accessToken });
    const headers = foreign('new Map([["x-one", "1"], ["x-two", "2"]])');
    await client.upsertRegistration(foreign(`(${JSON.stringify(request)})`), { headers });
    await client.deleteRegistration(request, { headers: foreign('({ "x-three": "3" })') });
    assert.deepEqual([...asked], [false]);
    const names = sent.map(({ headers: pairs }) =>
      pairs.map(([name]) => name).filter((name) => /^x-[ot]/.test(name)),
    );
    assert.deepEqual(names, [["x-one", "x-two"], ["x-three"]]);

    const signal = foreign(`({ aborted: false, reason: undefined, heard: [],
      addEventListener(_, listener) { this.heard.push(listener); }, removeEventListener() {},
      abort(reason) { this.aborted = true; this.reason = reason; for (const listener of this.heard) listener(); } })`);
    const hanging = createClient({
      ...{ baseUrl: "https://api.example.com", accessToken: () => "t" },
      fetch: () => new Promise(() => {}),
    });
    const call = failure(hanging.upsertRegistration(request, { signal }));
    setTimeout(() => signal.abort("enough"), 20);
    const error = await call;
    assert.deepEqual([error.code, error.cause], ["cancelled", "enough"]);
  });

  test("requests for a fleet", async () => {
    const { client } = scripted([ok]);
    for (const kind of ["function*", "async function*"]) {
      const requests = foreign(
        `(${kind} (request) { yield request; yield { ...request, phoneNumber: "+4799900002" }; })`,
      );
      const seen = [];
      for await (const { status } of client.upsertRegistrations(requests(request))) seen.push(status);
      assert.deepEqual(seen, ["ok", "ok"]);
    }
  });
});

describe("two copies of the package", () => {
  const folder = mkdtempSync(join(tmpdir(), "sipbreakout-copy-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(fileURLToPath(new URL(".", entry)), folder, { recursive: true });
  const copy = () => import(pathToFileURL(join(folder, "index.js")).href);

  test("an Auth of the other one is refused in words that help", async () => {
    const auth = (await copy()).createAuth({
      clientId: "c",
      redirectUri: "https://a.example/",
      preset: "wgtwo",
    });
    const error = await failure((async () => createClient({ baseUrl: "https://api.example.com", auth }))());
    assert.ok(error instanceof InvalidRequestError);
    assert.deepEqual(
      error.problems.map(({ field, code }) => [field, code]),
      [["auth", "wrong_type"]],
    );
    assert.match(error.message, /another copy/);
  });

  test("know each other's errors, also those of a frame", async () => {
    const sdk = await copy();
    const error = await failure((async () => sdk.createClient({}))());
    assert.ok(isSdkError(error) && error instanceof SdkError && error instanceof InvalidRequestError);
    // As a frame's: nothing of this realm is in its prototypes.
    const framed = foreign("(own) => Object.defineProperties(new Error('x'), own)")(
      Object.getOwnPropertyDescriptors(error),
    );
    assert.ok(isSdkError(framed) && framed instanceof InvalidRequestError);
    for (const other of [null, undefined, 5, "x", new Error("x"), {}]) assert.equal(isSdkError(other), false);
  });
});
