// `parsePhoneNumber`: what a person typed or pasted as the number that the core wants.

import { callsWasm } from "./core/calls-wasm.js";
import { invalidInput, toSdkError } from "./errors.js";
import { problemsOf } from "./given/problems.js";
import { peek } from "./given/read.js";
import { Reader } from "./given/reader.js";
import type { RegistrationRequest } from "./options.js";

/**
 * The number in `text` as it is sent to the core: a plus, the country code, digits (`+4799900001`). Blanks, dashes, dots,
 * slashes, brackets, invisible marks and `tel:` are dropped, full-width and Arabic digits become 0 to 9. Every method
 * that takes a number reads it the same way. It is a promise because the rule is in the wasm.
 * @throws InvalidRequestError, whose one problem says what is wrong and what to do: `missing`, `bad_number`,
 *   `zero_in_brackets` (`+44 (0)7700 900123`), `has_parameters` (`;ext=5`), `wrong_type`; LoadError
 */
export async function parsePhoneNumber(text: string): Promise<string> {
  try {
    const wasm = callsWasm.current() ?? (await callsWasm.loaded());
    const reader = new Reader({ phoneNumber: text }, "phoneNumber");
    const given = reader.string("phoneNumber") ?? "";
    const problems = reader.finish();
    if (problems.length > 0) throw invalidInput(problems);
    return callsWasm.ask(wasm, ({ parsePhoneNumber }) => parsePhoneNumber(given));
  } catch (thrown) {
    throw Array.isArray(thrown) ? invalidInput(problemsOf(thrown)) : toSdkError(thrown);
  }
}

/**
 * @internal The digits of a number, however it is written; what the core takes for the same number has the same. The digits
 * are those that `parsePhoneNumber` knows: the last four bits of each are its value.
 */
export function digitsOf(text: unknown): string {
  const digits = String(text).match(/[0-9\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g) ?? [];
  return digits.map((digit) => digit.charCodeAt(0) & 0xf).join("");
}

/** @internal Whether two requests are for the same number, as far as that can be told without Rust. */
export function isSameNumber(one: RegistrationRequest, other: RegistrationRequest): boolean {
  const [a, b] = [peek(one, "phoneNumber"), peek(other, "phoneNumber")];
  return a === undefined || b === undefined ? a === b : digitsOf(a) === digitsOf(b);
}
