// The server of the benchmarks answers as a core would: what it measures would be worth little otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  RouteType,
  StatusCode,
  UpsertRegistrationRequestSchema,
  UpsertRegistrationResponseSchema,
} from "../../sandbox/src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { answer } from "../server/grpc-web.mjs";

const path = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";
const headers = { authorization: "Bearer token" };
const registration = {
  sipUri: "sips:pbx.example.com",
  routeType: RouteType.LOOP,
  phoneNumber: { e164: "+4799900001" },
};

function requestOf(fields) {
  const request = create(UpsertRegistrationRequestSchema, fields);
  const message = toBinary(UpsertRegistrationRequestSchema, request);
  return Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
}

function read(body) {
  const frames = [];
  for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1)) {
    frames.push([body[at], body.subarray(at + 5, at + 5 + body.readUInt32BE(at + 1))]);
  }
  const message = frames.find(([flag]) => flag === 0)?.[1];
  const trailers = frames.at(-1)[1].toString();
  return {
    response: message && fromBinary(UpsertRegistrationResponseSchema, message),
    status: /^grpc-status: (\d+)\r\n/.exec(trailers)?.[1],
  };
}

test("a registration is taken, and lasts an hour", () => {
  const { response, status } = read(answer(path, headers, requestOf({ registration })));
  assert.equal(status, "0");
  assert.equal(response.statusCode, StatusCode.OK);
  assert.equal(response.timeToLive.seconds, 3600n);
});

test("a registration without a number is not acceptable", () => {
  const wrong = { registration: { ...registration, phoneNumber: undefined } };
  const { response, status } = read(answer(path, headers, requestOf(wrong)));
  assert.equal(status, "0");
  assert.equal(response.statusCode, StatusCode.NOT_ACCEPTABLE);
});

test("no token, no such method and a broken frame have their gRPC status", () => {
  assert.equal(read(answer(path, {}, requestOf({ registration }))).status, "16");
  assert.equal(read(answer("/other", headers, requestOf({ registration }))).status, "12");
  assert.equal(read(answer(path, headers, Buffer.from([0, 0, 0, 0, 9]))).status, "3");
});
