// protobuf-ts with its gRPC-Web transport, and oidc-client-ts.
import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { UserManager } from "oidc-client-ts";
import { baseUrl, getToken, provider, sipUri, start, timeoutMs } from "./page.mjs";
import { RouteType, SipBreakoutServiceClient, StatusCode } from "./protobuf-ts-messages.mjs";

globalThis.session = new UserManager({
  authority: provider.issuer,
  client_id: provider.clientId,
  redirect_uri: provider.redirectUri,
  scope: "openid offline_access phone call.routing:write",
});

const transport = new GrpcWebFetchTransport({ baseUrl, format: "binary", timeout: timeoutMs });
const client = new SipBreakoutServiceClient(transport);

const registration = (phoneNumber) => ({
  registration: {
    mobileOriginatingPrefix: "",
    mobileTerminatingPrefix: "",
    sipUri,
    routeType: RouteType.LOOP,
    phoneNumber: { e164: phoneNumber },
  },
});

async function options() {
  return { meta: { authorization: `Bearer ${await getToken()}` } };
}

function check(response) {
  if (response.statusCode !== StatusCode.OK) throw new Error(response.errorMessage);
  return response;
}

start({
  upsert: async (phoneNumber) => {
    const { response } = await client.upsertRegistration(registration(phoneNumber), await options());
    return Number(check(response).timeToLive?.seconds);
  },
  remove: async (phoneNumber) => {
    const { response } = await client.deleteRegistration(registration(phoneNumber), await options());
    check(response);
  },
});
