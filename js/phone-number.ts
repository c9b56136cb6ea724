// `parsePhoneNumber`: what a person typed or pasted as the number that the core wants.
import { enter } from "./load.js";

/**
 * The number in `text` as it is sent to the core: a plus, the country code, digits (`+4799900001`). Blanks, dashes, dots,
 * slashes, brackets, invisible marks and `tel:` are dropped, full-width and Arabic digits become 0 to 9. Every method
 * that takes a number reads it the same way. It is a promise because the rule is in the wasm.
 * @throws InvalidRequestError, whose one problem says what is wrong and what to do: `missing`, `bad_number`,
 *   `zero_in_brackets` (`+44 (0)7700 900123`), `has_parameters` (`;ext=5`), `wrong_type`; LoadError
 */
export function parsePhoneNumber(text: string): Promise<string> {
  return enter((wasm) => wasm.parsePhoneNumber({ phoneNumber: text }));
}
