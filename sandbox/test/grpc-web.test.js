// gRPC-Web on the wire, as a browser sees it: preflight, CORS headers, frames and trailers.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as v1 from "../src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { startSandbox } from "../src/index.js";
import { clientToken } from "./console.js";
import { freshNumber, loop } from "./core-client.js";

const path = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";
const origin = "http://localhost:5173";

/** @type {import("../src/index.js").Sandbox} */
let sandbox;
before(async () => {
  sandbox = await startSandbox({ port: 0, grpcPort: 0, quiet: true });
});
after(() => sandbox.close());

/**
 * @param {Uint8Array<ArrayBuffer>} body
 * @param {Record<string, string>} [headers]
 */
function call(body, headers = {}) {
  return fetch(new URL(path, sandbox.url), {
    method: "POST",
    headers: { origin, "content-type": "application/grpc-web+proto", "x-grpc-web": "1", ...headers },
    body,
  });
}

/** A message in its frame: a flag, the length, the bytes. */
function requestFrame() {
  const message = toBinary(
    v1.UpsertRegistrationRequestSchema,
    create(v1.UpsertRegistrationRequestSchema, loop(freshNumber())),
  );
  const frame = new Uint8Array(5 + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

/** @param {Response} response */
async function frames(response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    found.push({ flags: bytes[at], payload: bytes.subarray(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return found;
}

describe("gRPC-Web", () => {
  it("answers with a message frame and a trailer frame", async () => {
    const response = await call(requestFrame(), { authorization: `Bearer ${await clientToken(sandbox)}` });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/grpc-web+proto");
    const [message, trailers, ...more] = await frames(response);
    assert.equal(more.length, 0);
    assert.equal(message?.flags, 0);
    assert.equal(trailers?.flags, 0x80);
    assert.match(trailers?.payload.toString() ?? "", /grpc-status: ?0\r\n/);
    const reply = fromBinary(v1.UpsertRegistrationResponseSchema, message?.payload ?? new Uint8Array());
    assert.equal(reply.statusCode, v1.StatusCode.OK);
  });

  it("lets a page of this machine read status and message, also of a failure", async () => {
    const response = await call(requestFrame());
    assert.equal(response.headers.get("access-control-allow-origin"), origin);
    const exposed = response.headers.get("access-control-expose-headers")?.split(", ");
    assert.deepEqual(exposed, [
      "grpc-status",
      "grpc-message",
      "grpc-status-details-bin",
      "www-authenticate",
      "dpop-nonce",
    ]);
    const text = `grpc-status: ${response.headers.get("grpc-status")}\n${await response.text()}`;
    assert.match(text, /grpc-status: ?16/);
  });

  it("answers a preflight with every header a call may carry", async () => {
    const headers = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,grpc-timeout,x-grpc-web,x-request-id",
    };
    const response = await fetch(new URL(path, sandbox.url), { method: "OPTIONS", headers });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get("access-control-allow-origin"), origin);
    assert.match(response.headers.get("access-control-allow-methods") ?? "", /POST/);
    const allowed = response.headers.get("access-control-allow-headers")?.split(", ") ?? [];
    for (const name of [
      "authorization",
      "content-type",
      "x-grpc-web",
      "x-user-agent",
      "grpc-timeout",
      "x-request-id",
    ]) {
      assert.ok(allowed.includes(name), name);
    }
  });

  it("keeps pages of other origins out", async () => {
    const foreign = { origin: "https://example.com" };
    assert.equal((await call(requestFrame(), foreign)).headers.get("access-control-allow-origin"), null);
    const response = await fetch(new URL(path, sandbox.url), {
      method: "OPTIONS",
      headers: { ...foreign, "access-control-request-method": "POST" },
    });
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    assert.equal(response.headers.get("access-control-allow-headers"), null);
  });

  it("speaks no other protocol on this port", async () => {
    const response = await call(requestFrame(), { "content-type": "application/json" });
    assert.equal(response.status, 415);
    const unknown = await fetch(new URL("/wgtwo.sipbreakout.v1.SipBreakoutService/Nothing", sandbox.url), {
      method: "POST",
    });
    assert.equal(unknown.status, 404);
  });

  it("logs the gRPC status of a call", async () => {
    await (await call(requestFrame())).arrayBuffer();
    const entry = sandbox.requests.at(-1);
    assert.equal(entry?.path, path);
    assert.equal(entry?.method, "POST");
    assert.equal(entry?.origin, origin);
    assert.equal(entry?.grpcStatus, 16);
  });
});
