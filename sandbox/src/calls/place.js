// A call as it would go now, by what is registered in the core. It goes nowhere: no SIP is spoken.
import { flowFromPbx, flowFromPhone } from "./flow.js";
import { readCall } from "./request.js";

/** @typedef {import("./request.js").CallRequest} CallRequest */

/**
 * @typedef {object} PbxSide what a leg to or from a PBX has beside
 * @property {string} [inviteUri] of a leg to the PBX: whom its INVITE is for
 * @property {string} [prefix] the digits in it that are not the callee's; may be empty
 * @property {string} [sipUri] the PBX
 */

/** @typedef {import("./legs.js").Leg & PbxSide} PlacedLeg */

/**
 * @typedef {object} Placed
 * @property {string | null} route the route type that applied; null: the call went its ordinary way
 * @property {import("./applying.js").Prefix | null} prefix which of the prefixes the leg to the PBX carries
 * @property {PlacedLeg[]} legs
 */

/** @typedef {Required<CallRequest> & (Placed | import("./flow.js").Unspecified)} Call */

/**
 * @param {import("../core/registrations.js").Registrations} registrations
 * @returns {(wanted: CallRequest) => Call}
 */
export function createCalls(registrations) {
  return (wanted) => {
    const call = readCall(wanted);
    const situation = {
      caller: registrations.find(call.caller),
      callee: registrations.find(call.callee),
      behavior: call.behavior,
    };
    const flow = call.placedBy === "pbx" ? flowFromPbx(situation) : flowFromPhone(situation);
    if ("unspecified" in flow) return { ...call, ...flow };
    const { registration, prefix, legs } = flow;
    if (!registration) return { ...call, route: null, prefix, legs };
    const digits = prefix && registration[`${prefix}Prefix`];
    return {
      ...call,
      route: registration.routeType,
      prefix,
      legs: legs.map((leg) => withPbx(leg, registration.sipUri, digits ?? "", call.callee)),
    };
  };
}

/**
 * @param {import("./legs.js").Leg} leg
 * @param {string} sipUri
 * @param {string} prefix
 * @param {string} callee
 * @returns {PlacedLeg}
 */
function withPbx(leg, sipUri, prefix, callee) {
  if (leg.to === "pbx") return { ...leg, inviteUri: `sip:+${prefix}${callee.slice(1)}`, prefix, sipUri };
  return leg.from === "pbx" ? { ...leg, sipUri } : leg;
}
