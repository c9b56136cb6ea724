// What the operator refuses to register, with the reason it gives.
import { isOwnNumber } from "../numbers.js";
import { sipUriProblem } from "./sip-uri.js";

/**
 * @typedef {object} WireRegistration a Registration of either version, as it came
 * @property {string} mobileOriginatingPrefix
 * @property {string} mobileTerminatingPrefix
 * @property {string} sipUri
 * @property {number} routeType
 */

/**
 * @param {string} phoneNumber
 * @returns {string | undefined}
 */
export function numberProblem(phoneNumber) {
  if (!/^\+\d+$/.test(phoneNumber)) return "phone_number is not a plus sign and digits";
  if (!isOwnNumber(phoneNumber)) return `${phoneNumber} is not a number of this operator`;
  return undefined;
}

/**
 * @param {WireRegistration} registration
 * @param {import("@bufbuild/protobuf").DescEnum} routeTypes the version's RouteType
 * @returns {string | undefined}
 */
export function registrationProblem(registration, routeTypes) {
  return (
    sipUriProblem(registration.sipUri) ??
    routeTypeProblem(registration.routeType, routeTypes) ??
    prefixProblem("mobile_originating_prefix", registration.mobileOriginatingPrefix) ??
    prefixProblem("mobile_terminating_prefix", registration.mobileTerminatingPrefix)
  );
}

/**
 * @param {number} routeType
 * @param {import("@bufbuild/protobuf").DescEnum} routeTypes
 */
function routeTypeProblem(routeType, routeTypes) {
  if (routeType === 0) return "route_type is missing";
  return routeTypes.value[routeType]
    ? undefined
    : `route_type ${routeType} is not known in this version of the API`;
}

/**
 * @param {string} field
 * @param {string} prefix
 */
function prefixProblem(field, prefix) {
  return /^\d*$/.test(prefix) ? undefined : `${field} must be digits`;
}
