// What a fetch of the application, a proxy of it, or a server may do: each call ends with one error that names the fault, and
// no secret is told.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { bodyOf, failure, grpcWeb, ok, okBody, request, scripted } from "./grpc-web.mjs";
import { inProcess } from "./in-process.mjs";
import { leaksIn } from "./leaks.mjs";

const headers = { "content-type": grpcWeb };
const once = { retry: false };
const streamed = (source) => new Response(new ReadableStream(source), { headers });
const refused = (trailers) => new Response(bodyOf(undefined, trailers), { headers });

/** `object`, whose property `name` throws when it is read more than `times`. */
function fragile(object, name, times) {
  let reads = 0;
  return new Proxy(object, {
    get(target, property) {
      reads += property === name ? 1 : 0;
      if (property === name && reads > times) throw new Error("read too often, with a-token");
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a reply that", () => {
  test("lets its `then` be read once only is read", async () => {
    const { client } = scripted([() => fragile(ok(), "then", 1)], once);
    assert.equal((await client.upsertRegistration(request)).status, "OK");
  });

  test("has an odd result of its reader is read", async () => {
    const results = [{ done: false, value: okBody() }, { done: true }].map((result) =>
      fragile(result, "then", 1),
    );
    const body = { getReader: () => ({ read: async () => results.shift(), cancel() {} }) };
    const { client } = scripted([() => ({ status: 200, headers: new Headers(headers), body })], once);
    assert.equal((await client.upsertRegistration(request)).status, "OK");
  });

  test("throws when its headers are listed is judged without them", async () => {
    for (const entries of [() => assert.fail("with a-token"), () => 5]) {
      const reply = () => {
        const response = new Response("no", { status: 500, headers });
        return Object.defineProperty(response, "headers", {
          value: Object.defineProperty(new Headers(headers), "entries", { value: entries }),
        });
      };
      const { client } = scripted([reply], once);
      const { code, httpStatus } = await failure(client.upsertRegistration(request));
      assert.deepEqual([code, httpStatus], ["unknown", 500]);
    }
  });

  test("has entries that are none among its headers keeps the others", async () => {
    const reply = () => {
      const response = new Response("no", { status: 500, headers });
      const entries = () => [null, 1, ["x-good", "first"], undefined, ["x-bad"], ["X-Good", "second"]];
      return Object.defineProperty(response, "headers", {
        value: Object.defineProperty(new Headers(headers), "entries", { value: entries }),
      });
    };
    const { client } = scripted([reply], once);
    const { httpStatus, metadata } = await failure(client.upsertRegistration(request));
    assert.deepEqual([httpStatus, [...metadata]], [500, [["x-good", "first, second"]]]);
  });

  test("is none, because fetch rejects with a proxy that throws at everything, has an error that says so", async () => {
    const refuse = () => {
      throw new Error("not even that");
    };
    const traps = { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse };
    const { client } = scripted([() => Promise.reject(new Proxy({}, traps))], once);
    const { code, kind } = await failure(client.upsertRegistration(request));
    assert.deepEqual([code, kind], ["unavailable", "network"]);
  });

  test("has frames of no length without end is given up soon", async () => {
    const bytes = new Uint8Array(5 * 64);
    const endless = () => streamed({ pull: (controller) => controller.enqueue(bytes) });
    const { client } = scripted([endless], { ...once, maxMessageBytes: 2 ** 21 });
    const began = performance.now();
    const { code } = await failure(client.upsertRegistration(request));
    assert.equal(code, "unimplemented");
    assert.ok(performance.now() - began < 5000, `${performance.now() - began} ms`);
  });

  test("comes after the call has ended is not read, and its body is canceled", async () => {
    const late = [];
    const streaming = () =>
      new Response(new ReadableStream({ cancel: () => void late.push("canceled") }), { headers });
    const whole = () => ({
      status: 200,
      headers: new Headers(headers),
      arrayBuffer: async () => void late.push("read"),
    });
    const iterable = () => ({
      status: 200,
      headers: new Headers(headers),
      body: {
        [Symbol.asyncIterator]: () => ({
          next: async () => void late.push("read"),
          return: async () => void late.push("returned"),
        }),
      },
    });
    for (const reply of [streaming, whole, iterable]) {
      let answer;
      const deaf = () => new Promise((resolve) => (answer = () => resolve(reply())));
      const { client } = scripted([deaf], once);
      const { code } = await failure(client.upsertRegistration(request, { timeoutMs: 50 }));
      assert.equal(code, "deadline_exceeded");
      answer();
      await wait(20);
    }
    assert.deepEqual(late, ["canceled", "returned"]);
  });

  test("is of a proxy that does not reach its origin is waited for again", async () => {
    for (const status of [520, 521, 522, 523, 524, 525, 526, 527, 530]) {
      const { client, sent } = scripted([() => new Response("error", { status }), ok]);
      assert.equal((await client.upsertRegistration(request)).status, "OK");
      assert.equal(sent.length, 2, `${status}`);
      const { client: given } = scripted([() => new Response("error", { status })], once);
      const { code, retryable, message } = await failure(given.upsertRegistration(request));
      assert.deepEqual([code, retryable], ["unavailable", true], `${status}`);
      assert.match(message, /try again later/);
    }
  });

  test("has a header that is no text does not stop the wasm", async () => {
    const odd = Object.defineProperty(new Headers(headers), "get", { value: () => ({}) });
    const { client } = scripted(
      [() => ({ status: 200, headers: odd, body: new Response(okBody()).body })],
      once,
    );
    assert.notEqual((await client.upsertRegistration(request).catch((error) => error)).code, "crashed");
  });

  test("has a status that is none is the fault of fetch", async () => {
    for (const status of [Number.NaN, 65_736, -65_336, 200.5, Number.POSITIVE_INFINITY]) {
      const { client } = scripted([() => ({ status, headers: new Headers(headers), body: null })], once);
      assert.equal((await failure(client.upsertRegistration(request))).code, "internal", String(status));
    }
  });

  test("has empty chunks for ever leaves the page alive, and ends with the deadline", async () => {
    // A page that is not alive could not end this test.
    const codes = await inProcess(`
      const headers = new Headers({ "content-type": "application/grpc-web" });
      const empty = new Uint8Array();
      const bodies = [
        () => new ReadableStream({ pull: (controller) => controller.enqueue(empty) }),
        () => ({ async *[Symbol.asyncIterator]() { for (;;) yield empty; } }),
      ];
      const codes = [];
      for (const body of bodies) {
        const fetch = async () => ({ status: 200, headers, body: body() });
        const client = sdk.createClient({ baseUrl: "https://api.example.com", accessToken: () => "t", fetch, retry: false });
        const call = client.upsertRegistration(${JSON.stringify(request)}, { timeoutMs: 50 });
        codes.push((await caught(call)).code);
      }
      return codes;`);
    assert.deepEqual(codes, ["deadline_exceeded", "deadline_exceeded"]);
  });

  test("does not heed the signal is ended all the same", async () => {
    const ended = [];
    const hanging = (first) => (name) =>
      streamed({
        start: (controller) => first && controller.enqueue(first),
        cancel() {
          ended.push(name);
          throw new Error("not mine");
        },
      });
    const { client } = scripted([() => hanging()("late"), () => hanging(okBody())("drained")], once);
    await failure(client.upsertRegistration(request, { timeoutMs: 30 }));
    await client.upsertRegistration(request);
    await wait(1200);
    assert.deepEqual(ended, ["late", "drained"]);
  });

  test("comes after the deadline is ended", async () => {
    let isEnded = false;
    const late = async () => {
      await wait(60);
      return streamed({
        cancel() {
          isEnded = true;
        },
      });
    };
    const { client } = scripted([late], once);
    await failure(client.upsertRegistration(request, { timeoutMs: 30 }));
    await wait(100);
    assert.equal(isEnded, true);
  });
});

test("what fetch throws may have a message that is no text", async () => {
  const message = {
    toString() {
      throw new Error("with a-token");
    },
  };
  for (const thrown of [
    { name: "TypeError", message },
    { name: "TypeError", message: Object.create(null) },
  ]) {
    const { client } = scripted([() => Promise.reject(thrown)], once);
    assert.equal((await failure(client.upsertRegistration(request))).code, "unavailable");
  }
});

describe("with another token for each attempt", () => {
  const tokens = Array.from({ length: 6 }, (_, at) =>
    createHash("sha512").update(`${at}`).digest("base64url"),
  );
  const secrets = Object.fromEntries(tokens.entries());

  /** A client whose server answers `reply(tokens sent so far)`. */
  function serving(reply) {
    let asked = 0;
    const accessToken = () => tokens[asked++];
    return scripted([() => reply(tokens.slice(0, asked))], { accessToken }).client;
  }

  const echoes = {
    "in its message": (sent) => refused(`grpc-status: 14\r\ngrpc-message: ${sent.join(" ")}\r\n`),
    "in a trailer": (sent) => refused(`grpc-status: 14\r\nx-sent: ${sent.join(" ")}\r\n`),
    "after one was refused": (sent) =>
      refused(`grpc-status: ${sent.length === 1 ? 16 : 14}\r\ngrpc-message: ${sent.join(" ")}\r\n`),
    "on a page": (sent) =>
      new Response(sent.join(" "), { status: 503, headers: { "content-type": "text/html" } }),
    "in what fetch throws": (sent) => Promise.reject(new Error(sent.join(" "))),
  };
  for (const [place, reply] of Object.entries(echoes)) {
    test(`none of them is told that the server repeats ${place}`, async () => {
      const error = await failure(serving(reply).upsertRegistration(request));
      assert.ok(error.attempts >= 5);
      assert.deepEqual(leaksIn(error, secrets), []);
    });
  }

  test("nor one that accessToken quotes when it fails", async () => {
    let asked = 0;
    const accessToken = () => {
      if (asked < 3) return tokens[asked++];
      throw new Error(tokens.slice(0, 3).join(" "));
    };
    const { client } = scripted([() => refused("grpc-status: 14\r\n")], { accessToken });
    const error = await failure(client.upsertRegistration(request));
    assert.equal(error.code, "token_supplier_failed");
    assert.deepEqual(leaksIn(error, secrets), []);
  });
});
