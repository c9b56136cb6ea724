// A gateway that ends a call by itself says so in the header, often under its own content type and with HTTP 200. An error
// status there counts, whatever comes with it. An OK there is none: without frames there is no message.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, failure, grpcWeb, ok, okBody, okMessage, request, scripted } from "./grpc-web.mjs";

const foreignTypes = [
  "application/grpc",
  "application/grpc+proto",
  "application/grpc-web+json",
  "application/json",
  "application/octet-stream",
  "text/html; charset=utf-8",
  "text/plain",
  undefined,
];

/** Replies with these headers, under any content type or none. */
const head = (status, type, headers, body = "") => {
  const init = { status, headers: { ...headers, ...(type && { "content-type": type }) } };
  // Bytes, because a text would bring a type of its own.
  return () => new Response(status === 204 ? null : new TextEncoder().encode(body), init);
};

for (const type of foreignTypes) {
  describe(`under ${type ?? "no content type"}`, () => {
    for (const status of [200, 204, 400, 503]) {
      test(`an error status counts with HTTP ${status}`, async () => {
        const headers = { "grpc-status": "7", "grpc-message": "not%20for%20you", "x-from": "gateway" };
        const { client, sent } = scripted([head(status, type, headers, "<p>a page</p>")]);
        const error = await failure(client.upsertRegistration(request));
        assert.deepEqual(
          [error.name, error.code, error.kind, error.message, error.httpStatus],
          ["RpcError", "permission_denied", "auth", "not for you", status],
        );
        assert.deepEqual([error.metadata.get("x-from"), sent.length], ["gateway", 1]);
      });
    }

    test("16 renews the token once, and the call is made again", async () => {
      const asked = [];
      const accessToken = ({ forceRefresh }) => `token-${asked.push(forceRefresh)}`;
      const refused = head(200, type, { "grpc-status": "16" });
      const good = scripted([refused, ok], { accessToken });
      assert.equal((await good.client.upsertRegistration(request)).status, "OK");
      assert.deepEqual(asked, [false, true]);
      const tokens = good.sent.map(({ headers }) => new Headers(headers).get("authorization"));
      assert.deepEqual(tokens, ["Bearer token-1", "Bearer token-2"]);

      const bad = scripted([refused]);
      const error = await failure(bad.client.upsertRegistration(request));
      assert.deepEqual([error.code, bad.sent.length], ["unauthenticated", 2]);
    });

    test("14 is tried again", async () => {
      const { client, sent } = scripted([head(200, type, { "grpc-status": "14" }), ok]);
      assert.equal((await client.upsertRegistration(request)).status, "OK");
      assert.equal(sent.length, 2);
      const down = scripted([head(200, type, { "grpc-status": "14, 14" })]);
      const error = await failure(down.client.upsertRegistration(request));
      assert.deepEqual([error.code, error.retryable, error.attempts], ["unavailable", true, 5]);
    });

    test("what the server says of retries is heeded", async () => {
      const never = scripted([head(200, type, { "grpc-status": "14", "grpc-retry-pushback-ms": "-1" })]);
      assert.equal((await failure(never.client.upsertRegistration(request))).attempts, 1);
      const later = scripted([head(200, type, { "grpc-status": "14", "grpc-retry-pushback-ms": "60000" })]);
      const error = await failure(later.client.upsertRegistration(request));
      assert.deepEqual([error.attempts, error.retryAfterMs], [1, 60_000]);
      const after = scripted([head(200, type, { "grpc-status": "14", "retry-after": "90" })]);
      assert.equal((await failure(after.client.upsertRegistration(request))).retryAfterMs, 90_000);
    });

    test("details are read", async () => {
      const details = btoa(
        "\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x02",
      );
      const headers = { "grpc-status": "3", "grpc-status-details-bin": details };
      const { client } = scripted([head(200, type, headers)]);
      const error = await failure(client.upsertRegistration(request));
      assert.deepEqual(
        [error.code, { ...error.details[0] }],
        ["invalid_argument", { type: "google.rpc.RetryInfo", retryDelayMs: 2000 }],
      );
    });

    for (const raw of ["x", "17", "-1", "", "0, 13", "14, 13", "1.0", "99999999999"]) {
      test(`"${raw}" is no status: UNKNOWN, with the raw text`, async () => {
        const { client, sent } = scripted([head(200, type, { "grpc-status": raw })]);
        const error = await failure(client.upsertRegistration(request));
        assert.deepEqual([error.code, error.grpcStatus, sent.length], ["unknown", 2, 1]);
        assert.ok(error.message.includes(`"${raw}"`), error.message);
      });
    }

    for (const raw of ["0", "00", "0, 0"]) {
      test(`an OK (${raw}) never is one, not even with a body that would be good`, async () => {
        const { client } = scripted([
          () =>
            new Response(okBody(), {
              headers: { "grpc-status": raw, ...(type && { "content-type": type }) },
            }),
        ]);
        const error = await failure(client.upsertRegistration(request));
        assert.equal(error.code, "unknown");
        if (type?.startsWith("application/grpc") && !type.includes("web"))
          assert.match(error.message, /gRPC-Web proxy/);
        const down = scripted([head(503, type, { "grpc-status": raw })], { retry: false });
        assert.equal((await failure(down.client.upsertRegistration(request))).code, "unavailable");
      });
    }
  });
}

test("native gRPC without a status still says that a proxy is missing", async () => {
  const { client } = scripted([head(200, "application/grpc", {})]);
  const error = await failure(client.upsertRegistration(request));
  assert.deepEqual([error.code, error.kind], ["unknown", "config"]);
  assert.match(error.message, /gRPC-Web proxy/);
});

describe("under a gRPC-Web content type the frames decide", () => {
  const answer = (headers, body) => () =>
    new Response(body, { headers: { "content-type": grpcWeb, ...headers } });

  test("an OK in the trailers beats an error in the header", async () => {
    const { client } = scripted([answer({ "grpc-status": "14" }, okBody())]);
    assert.equal((await client.upsertRegistration(request)).status, "OK");
  });

  test("an error in the trailers beats an OK in the header", async () => {
    const { client } = scripted([answer({ "grpc-status": "0" }, bodyOf(okMessage, "grpc-status: 7\r\n"))]);
    assert.equal((await failure(client.upsertRegistration(request))).code, "permission_denied");
  });

  test("without trailers the header's counts", async () => {
    const { client } = scripted([answer({ "grpc-status": "5" }, new Uint8Array())]);
    assert.equal((await failure(client.upsertRegistration(request))).code, "not_found");
  });
});
