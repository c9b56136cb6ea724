// What the core of the benchmarks answers: OK, and a registration that lasts an hour.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  DeleteRegistrationRequestSchema,
  DeleteRegistrationResponseSchema,
  StatusCode,
  UpsertRegistrationRequestSchema,
  UpsertRegistrationResponseSchema,
} from "../../sandbox/src/gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";

export const timeToLiveSeconds = 3600;

const refused = (errorMessage) => ({ statusCode: StatusCode.NOT_ACCEPTABLE, errorMessage });

function judge({ registration }) {
  if (registration === undefined) return refused("There is no registration.");
  if (!registration.sipUri.startsWith("sips:")) return refused("The SIP URI must begin with sips:.");
  if (!/^\+\d+$/.test(registration.phoneNumber?.e164 ?? "")) return refused("There is no phone number.");
  return { statusCode: StatusCode.OK };
}

const methods = {
  UpsertRegistration: (bytes) => {
    const answer = judge(fromBinary(UpsertRegistrationRequestSchema, bytes));
    const timeToLive = { seconds: BigInt(timeToLiveSeconds), nanos: 0 };
    const full = answer.statusCode === StatusCode.OK ? { ...answer, timeToLive } : answer;
    return toBinary(UpsertRegistrationResponseSchema, create(UpsertRegistrationResponseSchema, full));
  },
  DeleteRegistration: (bytes) => {
    const answer = judge(fromBinary(DeleteRegistrationRequestSchema, bytes));
    return toBinary(DeleteRegistrationResponseSchema, create(DeleteRegistrationResponseSchema, answer));
  },
};

const service = "/wgtwo.sipbreakout.v1.SipBreakoutService/";

/** The function that answers at this path, or undefined. */
export function methodAt(path) {
  const name = path.startsWith(service) ? path.slice(service.length) : "";
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}
