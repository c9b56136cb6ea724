// SipBreakoutService in both versions over one store. A refusal by the operator's rules is an answer with status
// NOT_ACCEPTABLE; what is wrong with the call or its token is a gRPC status.
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import * as v0 from "../gen/wgtwo/sipbreakout/v0/sipbreakout_pb.js";
import * as v1 from "../gen/wgtwo/sipbreakout/v1/sipbreakout_pb.js";
import { callerKey, numberFor } from "./access.js";
import { noteKey } from "./call-log.js";
import { numberProblem, registrationProblem } from "./rules.js";

/** @typedef {import("./rules.js").WireRegistration & { phoneNumber?: { e164: string } | undefined }} Wire */
/** @typedef {{ registrations: import("./registrations.js").Registrations, deleteMissing: "ok" | "not-acceptable" }} CoreState */

// Both versions share these numbers.
const { OK, NOT_ACCEPTABLE } = v1.StatusCode;

/**
 * @param {import("@connectrpc/connect").ConnectRouter} router
 * @param {CoreState} state
 */
export function addServices(router, state) {
  router.service(v1.SipBreakoutService, methods(state, "v1", v1.RouteTypeSchema));
  router.service(v0.SipBreakoutService, methods(state, "v0", v0.RouteTypeSchema));
}

/**
 * @param {CoreState} state
 * @param {"v1" | "v0"} apiVersion
 * @param {import("@bufbuild/protobuf").DescEnum} routeTypes
 */
function methods(state, apiVersion, routeTypes) {
  return {
    /**
     * @param {{ registration?: Wire | undefined }} request
     * @param {import("@connectrpc/connect").HandlerContext} context
     */
    upsertRegistration(request, context) {
      const { registration, caller, phoneNumber } = read(request, context);
      const problem = numberProblem(phoneNumber) ?? registrationProblem(registration, routeTypes);
      if (problem !== undefined) return refuse(context, problem);
      state.registrations.upsert(
        phoneNumber,
        {
          sipUri: registration.sipUri,
          routeType: routeTypes.value[registration.routeType]?.localName ?? "",
          mobileOriginatingPrefix: registration.mobileOriginatingPrefix,
          mobileTerminatingPrefix: registration.mobileTerminatingPrefix,
        },
        { apiVersion, tokenKind: caller.kind, clientId: caller.clientId },
      );
      context.values.get(noteKey)({ outcome: "ok" });
      return { statusCode: OK, timeToLive: durationFromMs(state.registrations.ttlMs) };
    },

    /**
     * @param {{ registration?: Wire | undefined }} request
     * @param {import("@connectrpc/connect").HandlerContext} context
     */
    deleteRegistration(request, context) {
      const { registration, phoneNumber } = read(request, context);
      const problem = numberProblem(phoneNumber) ?? deleteProblem(state, phoneNumber, registration.sipUri);
      if (problem !== undefined) return refuse(context, problem);
      state.registrations.delete(phoneNumber);
      context.values.get(noteKey)({ outcome: "ok" });
      return { statusCode: OK };
    },
  };
}

/**
 * @param {{ registration?: Wire | undefined }} request
 * @param {import("@connectrpc/connect").HandlerContext} context
 */
function read({ registration }, context) {
  const caller = context.values.get(callerKey);
  if (!caller) throw new ConnectError("the call was not checked for its access token", Code.Internal);
  if (!registration) throw new ConnectError("registration is missing", Code.InvalidArgument);
  const phoneNumber = numberFor(caller, registration.phoneNumber?.e164);
  context.values.get(noteKey)({ phoneNumber, sipUri: registration.sipUri });
  return { registration, caller, phoneNumber };
}

/**
 * @param {import("@connectrpc/connect").HandlerContext} context
 * @param {string} errorMessage
 */
function refuse(context, errorMessage) {
  context.values.get(noteKey)({ outcome: "refused" });
  return { statusCode: NOT_ACCEPTABLE, errorMessage };
}

/**
 * @param {CoreState} state
 * @param {string} phoneNumber
 * @param {string} sipUri
 */
function deleteProblem(state, phoneNumber, sipUri) {
  if (sipUri === "") return "sip_uri is missing";
  const registered = state.registrations.sipUriOf(phoneNumber);
  if (registered === undefined) {
    return state.deleteMissing === "ok" ? undefined : `${phoneNumber} has no registration`;
  }
  return registered === sipUri ? undefined : "sip_uri is not the one that is registered";
}
