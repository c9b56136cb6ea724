// Which scope a method demands: read from the API definitions, where each method carries it as an option.
import { getOption } from "@bufbuild/protobuf";
import { scope } from "../gen/wgtwo/annotations/annotations_pb.js";
import { SipBreakoutService as ServiceV0 } from "../gen/wgtwo/sipbreakout/v0/sipbreakout_pb.js";
import { SipBreakoutService as ServiceV1 } from "../gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";

/** The operator's documentation has written the v0 scope both ways. @type {Record<string, string[]>} */
const aliases = { "call.control:answer_and_initiate": ["call.control.answer_and_initiate"] };

/**
 * The scopes of which a token must carry one to call the method.
 * @param {import("@bufbuild/protobuf").DescMethod} method
 * @returns {string[]}
 */
export function acceptedScopes(method) {
  const demanded = getOption(method, scope);
  return [demanded, ...(aliases[demanded] ?? [])];
}

/** Every scope of the API, the current version's first. */
export const apiScopes = [
  ...new Set([ServiceV1, ServiceV0].flatMap((service) => service.methods.flatMap(acceptedScopes))),
];
