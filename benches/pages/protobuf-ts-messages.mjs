// proto/wgtwo/sipbreakout/v1 for protobuf-ts, with its reflection: what its generator writes for `optimize_for = CODE_SIZE`.
// The generator itself would bring an old TypeScript along.
import { MessageType, ScalarType } from "@protobuf-ts/runtime";
import { ServiceType, stackIntercept } from "@protobuf-ts/runtime-rpc";

export const StatusCode = { UNSPECIFIED: 0, OK: 1, NOT_ACCEPTABLE: 2 };
export const RouteType = {
  UNSPECIFIED: 0,
  LOOP: 1,
  FORK: 2,
  FALLBACK: 3,
  LOOP_MO: 4,
  LOOP_MT: 5,
  INGRESS: 6,
};

/** protobuf-ts wants both directions, as TypeScript's enums have them. */
const bothWays = (numbers) => ({
  ...numbers,
  ...Object.fromEntries(Object.entries(numbers).map(([name, number]) => [number, name])),
});

const text = (no, name) => ({ no, name, kind: "scalar", T: ScalarType.STRING });
const nested = (no, name, type) => ({ no, name, kind: "message", T: () => type });
const chosen = (no, name, typeName, numbers, prefix) => ({
  ...{ no, name, kind: "enum" },
  T: () => [`wgtwo.sipbreakout.v1.${typeName}`, bothWays(numbers), prefix],
});

const Duration = new MessageType("google.protobuf.Duration", [
  { no: 1, name: "seconds", kind: "scalar", T: ScalarType.INT64, L: 0 },
  { no: 2, name: "nanos", kind: "scalar", T: ScalarType.INT32 },
]);
const E164 = new MessageType("wgtwo.common.v1.E164", [text(1, "e164")]);

const message = (name, fields) => new MessageType(`wgtwo.sipbreakout.v1.${name}`, fields);

const Registration = message("Registration", [
  text(1, "mobile_originating_prefix"),
  text(2, "mobile_terminating_prefix"),
  text(3, "sip_uri"),
  chosen(4, "route_type", "RouteType", RouteType, "ROUTE_TYPE_"),
  nested(5, "phone_number", E164),
]);
const answer = [chosen(1, "status_code", "StatusCode", StatusCode, "STATUS_CODE_"), text(2, "error_message")];

const UpsertRegistrationRequest = message("UpsertRegistrationRequest", [
  nested(1, "registration", Registration),
]);
const UpsertRegistrationResponse = message("UpsertRegistrationResponse", [
  ...answer,
  nested(3, "time_to_live", Duration),
]);
const DeleteRegistrationRequest = message("DeleteRegistrationRequest", [
  nested(1, "registration", Registration),
]);
const DeleteRegistrationResponse = message("DeleteRegistrationResponse", answer);

const service = new ServiceType("wgtwo.sipbreakout.v1.SipBreakoutService", [
  { name: "UpsertRegistration", options: {}, I: UpsertRegistrationRequest, O: UpsertRegistrationResponse },
  { name: "DeleteRegistration", options: {}, I: DeleteRegistrationRequest, O: DeleteRegistrationResponse },
]);

export class SipBreakoutServiceClient {
  constructor(transport) {
    this.transport = transport;
  }

  upsertRegistration(input, options) {
    return this.#call(service.methods[0], input, options);
  }

  deleteRegistration(input, options) {
    return this.#call(service.methods[1], input, options);
  }

  #call(method, input, options) {
    return stackIntercept("unary", this.transport, method, this.transport.mergeOptions(options), input);
  }
}
