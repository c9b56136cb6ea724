// Which registrations apply in a call that a phone places: it is outgoing for the caller and incoming for the callee.

/** @typedef {import("../core/registrations.js").Wanted} Registration */
/** @typedef {"mobileOriginating" | "mobileTerminating"} Prefix which of a registration's two */
/** @typedef {"loop" | "fork" | "fallback"} Manner how the PBX comes in */
/** @typedef {{ registration: Registration, manner: Manner, prefix: Prefix }} Applying */

/** @type {Map<string, Manner>} by route type */
const outgoing = new Map([
  ["LOOP", "loop"],
  ["LOOP_MO", "loop"],
  ["FORK", "fork"],
]);
/** @type {Map<string, Manner>} by route type */
const incoming = new Map([
  ["LOOP", "loop"],
  ["LOOP_MT", "loop"],
  ["FORK", "fork"],
  ["FALLBACK", "fallback"],
]);

/**
 * @param {Registration | undefined} registration the caller's
 * @returns {Applying | undefined}
 */
export function applyingOutgoing(registration) {
  const manner = registration && outgoing.get(registration.routeType);
  return manner && { registration, manner, prefix: "mobileOriginating" };
}

/**
 * @param {Registration | undefined} registration the callee's
 * @param {import("./request.js").Behavior} behavior
 * @returns {Applying | undefined}
 */
export function applyingIncoming(registration, behavior) {
  const manner = registration && incoming.get(registration.routeType);
  if (!manner) return undefined;
  // The callee is left to ring first, so most calls never come to it.
  if (manner === "fallback" && behavior !== "busy" && behavior !== "noAnswer") return undefined;
  return { registration, manner, prefix: "mobileTerminating" };
}
