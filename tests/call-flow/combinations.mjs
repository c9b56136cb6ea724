// All combinations of the table's dimensions, each with the flow that its one row expects.
import { readFileSync } from "node:fs";

/**
 * @typedef {{ placedBy: string, caller: string, callee: string, pbx: string, behavior: string }} Combination
 * @typedef {{ mobileOriginating: string, mobileTerminating: string }} Prefixes of one registration, digits
 * @typedef {{ caller: string, callee: string }} Numbers with a leading plus
 * @typedef {{ leg: number, from: string, to: string, step: number, reason: string, afterSeconds?: number }} Leg
 * @typedef {{ unspecified: string }} Unspecified
 * @typedef {{ route: string | null, prefix: keyof Prefixes | null, legs: Leg[] } | Unspecified} Expect
 * @typedef {{ cite: string, when: Partial<Record<keyof Combination, string[]>>, expect: Expect }} Row
 * @typedef {Leg & { inviteUri?: string, prefix?: string }} InvitedLeg
 * @typedef {{ route: string | null, prefix: keyof Prefixes | null, legs: InvitedLeg[] } | Unspecified} Flow
 */

/** @type {Row[]} */
const table = JSON.parse(readFileSync(new URL("table.json", import.meta.url), "utf8"));

const routes = ["none", "LOOP", "FORK", "FALLBACK", "LOOP_MO", "LOOP_MT", "INGRESS"];
/** @type {Record<keyof Combination, string[]>} */
const dimensions = {
  placedBy: ["caller", "pbx"],
  caller: routes,
  callee: routes,
  pbx: ["same", "different"],
  behavior: ["answered", "busy", "noAnswer", "pbxAnswers", "pbxRejects"],
};
const names = /** @type {(keyof Combination)[]} */ (Object.keys(dimensions));

/**
 * @param {{ numbers: Numbers, prefixes: { caller: Prefixes, callee: Prefixes } }} given
 * @returns {{ combination: Combination, cite: string, expected: Flow }[]}
 * @throws {Error} if a combination has no row or several, or a row has a value that no combination has
 */
export function combinations({ numbers, prefixes }) {
  for (const row of table) checkWhen(row);
  return list().map((combination) => {
    const { cite, expect } = rowFor(combination);
    return { combination, cite, expected: complete(expect, numbers, prefixes) };
  });
}

/** @returns {Combination[]} */
function list() {
  /** @type {any[]} */
  let all = [{}];
  for (const name of names) {
    all = all.flatMap((some) => dimensions[name].map((value) => ({ ...some, [name]: value })));
  }
  return all.filter(({ caller, callee, pbx }) => pbx === "same" || (caller !== "none" && callee !== "none"));
}

/** @param {Combination} combination */
function rowFor(combination) {
  const [row, ...others] = table.filter(({ when }) =>
    names.every((name) => when[name]?.includes(combination[name]) ?? true),
  );
  if (row && others.length === 0) return row;
  throw new Error(`${row ? "several rows fit" : "no row fits"} ${JSON.stringify(combination)}`);
}

/**
 * A misspelt value would fit nothing, and a misspelt dimension anything.
 * @param {Row} row
 */
function checkWhen({ cite, when }) {
  for (const [name, values] of Object.entries(when)) {
    const known = Object.entries(dimensions).find(([dimension]) => dimension === name)?.[1];
    const stray = values.find((value) => !known?.includes(value));
    if (stray !== undefined) throw new Error(`there is no ${name} ${stray}: ${cite}`);
  }
}

/**
 * @param {Expect} expect
 * @param {Numbers} numbers
 * @param {{ caller: Prefixes, callee: Prefixes }} prefixes
 * @returns {Flow}
 */
function complete(expect, numbers, prefixes) {
  if ("unspecified" in expect) return expect;
  const { prefix: which } = expect;
  if (which === null) return expect;
  const digits = (which === "mobileOriginating" ? prefixes.caller : prefixes.callee)[which];
  const invited = { inviteUri: `sip:+${digits}${numbers.callee.slice(1)}`, prefix: digits };
  return { ...expect, legs: expect.legs.map((leg) => (leg.to === "pbx" ? { ...leg, ...invited } : leg)) };
}
