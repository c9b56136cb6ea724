// The legs of a call, in the operator's numbering: by when they are made.

/** @typedef {"caller" | "core" | "pbx" | "callee"} Party */
/** @typedef {"call" | "route" | "returned" | "fork" | "busy" | "noAnswer"} Reason why the leg is made */
/** @typedef {import("./request.js").Behavior} Behavior */

/**
 * @typedef {object} Leg
 * @property {number} leg its number
 * @property {Party} from
 * @property {Party} to
 * @property {number} step legs with the same one are made at once, the others one after the other
 * @property {Reason} reason
 * @property {number} [afterSeconds] how long the core waits before it makes the leg
 */

const noAnswerSeconds = 30;

/** @returns {Leg[]} */
export function ordinaryLegs() {
  return [
    { leg: 1, from: "caller", to: "core", step: 1, reason: "call" },
    { leg: 2, from: "core", to: "callee", step: 2, reason: "route" },
  ];
}

/** @returns {Leg[]} */
export function ingressLegs() {
  return [
    { leg: 1, from: "pbx", to: "core", step: 1, reason: "call" },
    { leg: 2, from: "core", to: "callee", step: 2, reason: "route" },
  ];
}

/** @type {Record<import("./applying.js").Manner, (behavior: Behavior) => Leg[]>} */
export const legsWithPbx = {
  loop(behavior) {
    /** @type {Leg[]} */
    const out = [
      { leg: 1, from: "caller", to: "core", step: 1, reason: "call" },
      { leg: 2, from: "core", to: "pbx", step: 2, reason: "route" },
    ];
    // Nothing obliges the PBX to give the call back.
    if (behavior === "pbxAnswers" || behavior === "pbxRejects") return out;
    return [
      ...out,
      { leg: 3, from: "pbx", to: "core", step: 3, reason: "returned" },
      { leg: 4, from: "core", to: "callee", step: 4, reason: "returned" },
    ];
  },
  fork: () => [...ordinaryLegs(), { leg: 3, from: "core", to: "pbx", step: 2, reason: "fork" }],
  fallback: (behavior) => [
    ...ordinaryLegs(),
    behavior === "busy"
      ? { leg: 3, from: "core", to: "pbx", step: 3, reason: "busy" }
      : {
          leg: 3,
          from: "core",
          to: "pbx",
          step: 3,
          reason: "noAnswer",
          afterSeconds: noAnswerSeconds,
        },
  ],
};
