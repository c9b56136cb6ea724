// The call that somebody wants to see, checked.

/** @typedef {"caller" | "pbx"} PlacedBy */
/** @typedef {"answered" | "busy" | "noAnswer" | "pbxAnswers" | "pbxRejects"} Behavior */

/**
 * @typedef {object} CallRequest
 * @property {string} caller the number that calls
 * @property {string} callee the number that is called
 * @property {PlacedBy} [placedBy] `caller`: the caller's phone; `pbx`: the callee's PBX. Default "caller"
 * @property {Behavior} [behavior] what the callee does, or what the PBX does with the leg that reaches it. Default "answered"
 */

/** @type {PlacedBy[]} */
const placers = ["caller", "pbx"];
/** @type {Behavior[]} */
const behaviors = ["answered", "busy", "noAnswer", "pbxAnswers", "pbxRejects"];

/**
 * @param {CallRequest} wanted
 * @returns {Required<CallRequest>}
 * @throws {TypeError}
 */
export function readCall({ caller, callee, placedBy = "caller", behavior = "answered", ...rest }) {
  const [stray] = Object.keys(rest);
  if (stray !== undefined) throw new TypeError(`there is no field ${stray}`);
  checkNumber("caller", caller);
  checkNumber("callee", callee);
  if (caller === callee) throw new TypeError("caller and callee must be two numbers");
  checkChoice("placedBy", placedBy, placers);
  checkChoice("behavior", behavior, behaviors);
  return { caller, callee, placedBy, behavior };
}

/**
 * Anybody's number, not only this operator's: the other end of a call may be anywhere.
 * @param {string} name
 * @param {unknown} value
 */
function checkNumber(name, value) {
  if (value === undefined) throw new TypeError(`${name} is missing`);
  if (typeof value !== "string" || !/^\+[1-9]\d{3,31}$/.test(value)) {
    throw new TypeError(`${name} must be a number: a plus sign and 4 to 32 digits, the first not 0`);
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string[]} choices
 */
function checkChoice(name, value, choices) {
  if (typeof value === "string" && choices.includes(value)) return;
  throw new TypeError(`${name} can't be ${JSON.stringify(value)}: it must be one of ${choices.join(", ")}`);
}
