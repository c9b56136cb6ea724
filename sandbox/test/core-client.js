// What the tests of the core share: clients of both versions over both protocols, and a number for each test.
import assert from "node:assert/strict";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import * as v0 from "../src/gen/wgtwo/sipbreakout/v0/sipbreakout_pb.js";
import * as v1 from "../src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";

/** @typedef {import("../src/index.js").Sandbox} Sandbox */
/** @typedef {"grpc-web" | "grpc"} Protocol */
/** @typedef {import("@connectrpc/connect").Client<typeof v1.SipBreakoutService>} Client */

export const OK = v1.StatusCode.OK;
export const REFUSED = v1.StatusCode.NOT_ACCEPTABLE;

/**
 * @param {Sandbox} sandbox
 * @param {Protocol} protocol
 */
function transport(sandbox, protocol) {
  return protocol === "grpc"
    ? createGrpcTransport({ baseUrl: sandbox.grpcUrl })
    : createGrpcWebTransport({ baseUrl: sandbox.url, httpVersion: "1.1" });
}

/**
 * @param {Sandbox} sandbox
 * @param {Protocol} [protocol]
 */
export function clientV1(sandbox, protocol = "grpc-web") {
  return createClient(v1.SipBreakoutService, transport(sandbox, protocol));
}

/**
 * The messages of v0 have the fields of v1, so tests can treat both clients alike.
 * @param {Sandbox} sandbox
 * @param {Protocol} [protocol]
 */
export function clientV0(sandbox, protocol = "grpc-web") {
  const client = createClient(v0.SipBreakoutService, transport(sandbox, protocol));
  return /** @type {Client} */ (/** @type {unknown} */ (client));
}

/** @param {string | undefined} token */
export const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });

let lastNumber = 10_000;

/** A number that no other test uses. */
export function freshNumber() {
  lastNumber += 1;
  return `+47999${lastNumber}`;
}

/**
 * @param {string | undefined} e164
 * @param {{ sipUri?: string, routeType?: number, mobileOriginatingPrefix?: string, mobileTerminatingPrefix?: string }} [changes]
 */
export function loop(e164, changes = {}) {
  const phoneNumber = e164 === undefined ? {} : { phoneNumber: { e164 } };
  return {
    registration: {
      sipUri: "sips:pbx.example.com",
      routeType: v1.RouteType.LOOP,
      ...phoneNumber,
      ...changes,
    },
  };
}

/**
 * @param {Promise<unknown>} call
 * @param {Code} code
 */
export async function failsWith(call, code) {
  const error = await call.then(() => assert.fail("the call succeeded"), ConnectError.from);
  assert.equal(Code[error.code], Code[code], error.rawMessage);
  assert.notEqual(error.rawMessage, "");
}

/**
 * @param {Sandbox} sandbox
 * @param {string} number
 */
export function registered(sandbox, number) {
  return sandbox.registrations().find(({ phoneNumber }) => phoneNumber === number);
}
