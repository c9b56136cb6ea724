// What the core does with a call, given the registrations of both ends. What the operator's documentation does not say is
// unspecified: a made-up answer would look like the operator's.
import { applyingIncoming, applyingOutgoing } from "./applying.js";
import { ingressLegs, legsWithPbx, ordinaryLegs } from "./legs.js";

/** @typedef {import("../core/registrations.js").Wanted} Registration */
/** @typedef {import("./request.js").Behavior} Behavior */

/**
 * @typedef {object} Flow
 * @property {Registration | undefined} registration whose PBX is in the call
 * @property {import("./applying.js").Prefix | null} prefix which of its prefixes the leg to the PBX carries
 * @property {import("./legs.js").Leg[]} legs
 */

/** @typedef {{ unspecified: string }} Unspecified why nothing can be said */

/** @typedef {{ caller: Registration | undefined, callee: Registration | undefined, behavior: Behavior }} Situation */

/**
 * Names of hosts, and schemes, are the same in any case.
 *
 * @param {string} one
 * @param {string} other
 */
const isSamePbx = (one, other) => one.toLowerCase() === other.toLowerCase();

/**
 * @param {Situation} situation
 * @returns {Flow | Unspecified}
 */
export function flowFromPhone({ caller, callee, behavior }) {
  const outgoing = applyingOutgoing(caller);
  const incoming = applyingIncoming(callee, behavior);
  if (outgoing && incoming) {
    if (!isSamePbx(outgoing.registration.sipUri, incoming.registration.sipUri)) {
      return { unspecified: "the registrations of both apply, with different PBXes" };
    }
    if (outgoing.manner !== incoming.manner) {
      return {
        unspecified: `a ${outgoing.manner} of the caller and a ${incoming.manner} of the callee apply`,
      };
    }
  }
  // The caller's wins: there is one leg to the PBX, and it carries the caller's prefix.
  const applying = outgoing ?? incoming;
  if (applying) {
    const { registration, prefix, manner } = applying;
    return { registration, prefix, legs: legsWithPbx[manner](behavior) };
  }
  if (needsPbx(behavior)) return { unspecified: "no leg of this call reaches a PBX" };
  return { registration: undefined, prefix: null, legs: ordinaryLegs() };
}

/**
 * The caller's registration is not asked: no phone of the caller's is in this call.
 * @param {Situation} situation
 * @returns {Flow | Unspecified}
 */
export function flowFromPbx({ callee, behavior }) {
  if (!callee) return { unspecified: "the callee has no registration, so no PBX that could call" };
  if (callee.routeType !== "INGRESS") {
    return { unspecified: `a PBX that calls is only in INGRESS, and the callee has ${callee.routeType}` };
  }
  if (needsPbx(behavior)) return { unspecified: "no leg of this call reaches a PBX" };
  return { registration: callee, prefix: null, legs: ingressLegs() };
}

/** @param {Behavior} behavior */
function needsPbx(behavior) {
  return behavior === "pbxAnswers" || behavior === "pbxRejects";
}
