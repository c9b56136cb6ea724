// What a client, or one call, may choose about how calls are made, and what comes of it. The fetch is a script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, InvalidRequestError, RpcError } from "../../dist/index.js";

const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP", phoneNumber: "+4799900001" };
const type = "application/grpc-web+proto";

function frame(flags, bytes) {
  return [flags, 0, 0, bytes.length >> 8, bytes.length & 255, ...bytes];
}

function reply(message, trailers, headers = {}) {
  const body = [...(message ? frame(0, message) : []), ...frame(0x80, new TextEncoder().encode(trailers))];
  return new Response(new Uint8Array(body), { headers: { "content-type": type, ...headers } });
}

const ok = (headers) => reply([8, 1], "grpc-status: 0\r\nx-trailer: t\r\n", headers);
const down = (headers) => new Response("", { status: 503, headers });

/** A client whose fetch answers with these, in turn; `sent` has what it was called with. */
function scripted(replies, options) {
  const sent = [];
  const fetch = async (url, init) => {
    sent.push({ url, ...init, at: performance.now() });
    const next = replies.shift();
    if (next === undefined) return new Promise((_, no) => init.signal.addEventListener("abort", no));
    return typeof next === "function" ? next() : next;
  };
  const client = createClient({
    baseUrl: "https://api.example.com",
    accessToken: () => "a-token",
    fetch,
    retry: { initialDelayMs: 10 },
    ...options,
  });
  return { client, sent, fetch };
}

const failure = (promise) =>
  promise.then(
    () => assert.fail("succeeded"),
    (error) => error,
  );

test("what may pass is tried again, and the error of the last attempt says how often", async () => {
  const good = scripted([down(), () => Promise.reject(new TypeError("no network")), ok()]);
  assert.equal((await good.client.upsertRegistration(request)).status, "OK");
  assert.equal(good.sent.length, 3);
  const bad = scripted([1, 2, 3, 4, 5].map(() => down()));
  const error = await failure(bad.client.upsertRegistration(request));
  assert.ok(error instanceof RpcError);
  assert.deepEqual([error.code, error.attempts, bad.sent.length], ["unavailable", 5, 5]);
  assert.equal(error.toJSON().attempts, 5);
});

test("only false is a policy without another attempt: what merely counts as false is refused", async () => {
  for (const retry of [0, "", Number.NaN]) {
    for (const [ofClient, ofCall] of [[retry], [undefined, retry]]) {
      const call = async () =>
        scripted([ok], { retry: ofClient }).client.upsertRegistration(request, { retry: ofCall });
      const { code, problems } = await failure(call());
      assert.equal(code, "invalid_input");
      assert.deepEqual(
        problems.map(({ field, code }) => [field, code]),
        [["retry", "wrong_type"]],
      );
    }
  }
});

test("retry: false, maxAttempts, and a call's own policy", async () => {
  for (const [ofClient, ofCall, expected] of [
    [false, undefined, 1],
    [{ maxAttempts: 2, initialDelayMs: 1 }, undefined, 2],
    [{ maxAttempts: 2, initialDelayMs: 1 }, { maxAttempts: 3 }, 3],
    [{ initialDelayMs: 1 }, false, 1],
    [false, { maxAttempts: 2, initialDelayMs: 1 }, 2],
  ]) {
    const { client, sent } = scripted(
      [1, 2, 3].map(() => down()),
      { retry: ofClient },
    );
    const error = await failure(client.upsertRegistration(request, { retry: ofCall }));
    assert.deepEqual([error.attempts, sent.length], [expected, expected]);
  }
});

test("the server says when", async () => {
  const pushback = (ms) => reply(undefined, `grpc-status: 14\r\ngrpc-retry-pushback-ms: ${ms}\r\n`);
  const { client, sent } = scripted([pushback(120), ok()], { retry: { initialDelayMs: 1 } });
  await client.upsertRegistration(request);
  assert.ok(sent[1].at - sent[0].at >= 118, `${sent[1].at - sent[0].at} ms`);
  const stopped = scripted([pushback(-1)]);
  assert.equal((await failure(stopped.client.upsertRegistration(request))).attempts, 1);
  const late = scripted([down({ "retry-after": "60" })]);
  const error = await failure(late.client.upsertRegistration(request));
  assert.deepEqual([error.code, error.retryAfterMs, error.attempts], ["unavailable", 60_000, 1]);
});

test("previous attempts are told only if wanted, or where nobody's leave is needed", async () => {
  const told = ({ sent }) => sent.map(({ headers }) => new Map(headers).get("grpc-previous-rpc-attempts"));
  const quiet = scripted([down(), ok()]);
  await quiet.client.upsertRegistration(request);
  assert.deepEqual(told(quiet), [undefined, undefined]);
  const asked = scripted([down(), ok()], { retry: { initialDelayMs: 1, sendPreviousAttempts: true } });
  await asked.client.upsertRegistration(request);
  assert.deepEqual(told(asked), [undefined, "1"]);
  for (const [origin, expected] of [
    ["https://api.example.com", "1"],
    ["https://api.example.co", undefined],
    ["http://api.example.com", undefined],
  ]) {
    Object.defineProperty(globalThis, "location", { value: { origin }, configurable: true });
    try {
      const at = scripted([down(), ok()]);
      await at.client.upsertRegistration(request);
      assert.deepEqual(told(at), [undefined, expected], origin);
    } finally {
      delete globalThis.location;
    }
  }
});

test("credentials, cache, keepalive and fetch: the call's before the client's before ours", async () => {
  const { client, sent, fetch } = scripted([ok(), ok(), ok()], { credentials: "include", keepalive: true });
  await client.upsertRegistration(request);
  await client.deleteRegistration(request, { credentials: "same-origin", cache: "reload", keepalive: false });
  const seen = sent.map(({ credentials, cache, keepalive }) => [credentials, cache, keepalive]);
  assert.deepEqual(seen, [
    ["include", undefined, true],
    ["same-origin", "reload", false],
  ]);
  let called = 0;
  await client.upsertRegistration(request, {
    fetch: (...args) => {
      called += 1;
      return fetch(...args);
    },
  });
  assert.deepEqual([called, sent.length], [1, 3]);
  const plain = scripted([ok()]);
  await plain.client.upsertRegistration(request);
  assert.deepEqual([plain.sent[0].credentials, plain.sent[0].keepalive], ["same-origin", false]);
  assert.ok(!("cache" in plain.sent[0]), "a cache mode costs a preflight for each call");
});

test("onHeader and onTrailer are told of the reply that decided, before the call ends", async () => {
  const told = [];
  const note = (name) => (headers) => {
    assert.ok(headers instanceof Headers);
    told.push([name, headers.get("x-h"), headers.get("x-trailer")]);
  };
  const { client } = scripted([down({ "x-h": "first" }), ok({ "x-h": "second" })], {
    onHeader: note("header"),
    onTrailer: note("trailer"),
  });
  await client.upsertRegistration(request).then(() => told.push("done"));
  assert.deepEqual(told, [["header", "second", null], ["trailer", null, "t"], "done"]);
  told.length = 0;
  const failing = scripted([reply(undefined, "grpc-status: 5\r\nx-trailer: e\r\n")]);
  await failure(failing.client.upsertRegistration(request, { onTrailer: note("of the call") }));
  assert.deepEqual(told, [["of the call", null, "e"]]);
  told.length = 0;
  const refusing = scripted([reply([8, 2], "grpc-status: 0\r\nx-trailer: r\r\n", { "x-h": "refused" })]);
  const both = { onHeader: note("header"), onTrailer: note("trailer") };
  assert.equal((await failure(refusing.client.upsertRegistration(request, both))).code, "not_acceptable");
  assert.deepEqual(told, [
    ["header", "refused", null],
    ["trailer", null, "r"],
  ]);
  told.length = 0;
  const silent = scripted([() => Promise.reject(new TypeError())], {
    onHeader: note("header"),
    retry: false,
  });
  await failure(silent.client.upsertRegistration(request));
  assert.deepEqual(told, []);
});

test("a callback that throws is reported, and costs the call nothing", async () => {
  const reported = [];
  Object.defineProperty(globalThis, "reportError", { value: (e) => reported.push(e), configurable: true });
  const oops = new Error("oops");
  const { client } = scripted([ok()]);
  const onHeader = () => {
    throw oops;
  };
  assert.equal((await client.upsertRegistration(request, { onHeader })).status, "OK");
  assert.deepEqual(reported, [oops]);
  delete globalThis.reportError;
});

test("details are read", async () => {
  const any = (name, value) => {
    const url = new TextEncoder().encode(`type.googleapis.com/${name}`);
    return [0x1a, url.length + value.length + 4, 0x0a, url.length, ...url, 0x12, value.length, ...value];
  };
  const text = (value) => [...new TextEncoder().encode(value)];
  const status = [
    ...any("google.rpc.RetryInfo", [0x0a, 2, 8, 2]),
    ...any("google.rpc.BadRequest", [0x0a, 10, 0x0a, 3, ...text("uri"), 0x12, 3, ...text("bad")]),
    ...any("google.rpc.ErrorInfo", [
      0x0a,
      1,
      ...text("R"),
      0x12,
      1,
      ...text("d"),
      0x1a,
      6,
      0x0a,
      1,
      107,
      0x12,
      1,
      118,
    ]),
    ...any("google.rpc.Help", [1, 2]),
  ];
  const base64 = btoa(String.fromCharCode(...status));
  const { client } = scripted([reply(undefined, `grpc-status: 3\r\ngrpc-status-details-bin: ${base64}\r\n`)]);
  const error = await failure(client.upsertRegistration(request));
  assert.deepEqual(error.details, [
    { type: "google.rpc.RetryInfo", retryDelayMs: 2000 },
    { type: "google.rpc.BadRequest", fieldViolations: [{ field: "uri", description: "bad" }] },
    { type: "google.rpc.ErrorInfo", reason: "R", domain: "d", metadata: { k: "v" } },
    { type: "google.rpc.Help", value: Uint8Array.of(1, 2) },
  ]);
  assert.equal(error.retryAfterMs, 2000);
});

test("of calls for one registration the one under way and the last one are made", async () => {
  const { client, sent } = scripted([ok(), ok()]);
  const outcomes = await Promise.all(
    [1, 2, 3].map(() =>
      client.upsertRegistration(request).then(
        () => "ok",
        (error) => [error.code, error.kind, error.retryable, error.attempts],
      ),
    ),
  );
  assert.deepEqual(outcomes, ["ok", ["superseded", "aborted", false, 0], "ok"]);
  assert.equal(sent.length, 2);
});

test("maxMessageBytes", async () => {
  const { client } = scripted([ok(), ok()], { maxMessageBytes: 1 });
  assert.equal((await failure(client.upsertRegistration(request))).code, "resource_exhausted");
});

test("what is wrong with the options is said, all of it", async () => {
  const wrong = {
    retry: { maxAttempts: 6, initialDelayMs: -1, maxDelayMs: "long", sendPreviousAttempts: 1, tries: 3 },
    credentials: "always",
    cache: "only-if-cached",
    keepalive: "yes",
    onHeader: 1,
    maxMessageBytes: -1,
  };
  const error = await failure((async () => scripted([], wrong))());
  assert.ok(error instanceof InvalidRequestError);
  assert.deepEqual(error.problems.map(({ field }) => field).sort(), [
    "cache",
    "credentials",
    "keepalive",
    "maxMessageBytes",
    "onHeader",
    "retry.initialDelayMs",
    "retry.maxAttempts",
    "retry.maxDelayMs",
    "retry.sendPreviousAttempts",
    "retry.tries",
  ]);
  const ofCall = await failure(
    scripted([ok()]).client.upsertRegistration(request, { retry: 3, credentials: "x" }),
  );
  assert.deepEqual(ofCall.problems.map(({ field }) => field).sort(), ["credentials", "retry"]);
});
