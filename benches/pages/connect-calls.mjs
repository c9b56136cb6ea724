// Calls with connect-web, as its documentation shows them: a generated service, a transport, an interceptor for the token.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  RouteType,
  SipBreakoutService,
  StatusCode,
} from "../../sandbox/src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { baseUrl, getToken, sipUri, timeoutMs } from "./page.mjs";

const authorize = (next) => async (request) => {
  request.header.set("authorization", `Bearer ${await getToken()}`);
  return next(request);
};

const transport = createGrpcWebTransport({ baseUrl, interceptors: [authorize], defaultTimeoutMs: timeoutMs });
const client = createClient(SipBreakoutService, transport);

const registration = (phoneNumber) => ({
  registration: { sipUri, routeType: RouteType.LOOP, phoneNumber: { e164: phoneNumber } },
});

function check(response) {
  if (response.statusCode !== StatusCode.OK) throw new Error(response.errorMessage);
  return response;
}

export const calls = {
  upsert: async (phoneNumber) =>
    Number(check(await client.upsertRegistration(registration(phoneNumber))).timeToLive?.seconds),
  remove: async (phoneNumber) => {
    check(await client.deleteRegistration(registration(phoneNumber)));
  },
};
