// A registration that may be sent, as the keeper in Rust takes it.
import type { Wasm } from "../core/calls-wasm.js";
import { invalidInput } from "../errors.js";
import { merged } from "../given/problems.js";
import { Reader } from "../given/reader.js";
import type { ApiVersion, RegistrationProblem } from "../options.js";
import { encode, textOf } from "./encode.js";
import { readRegistration } from "./registration-fields.js";
import { Asked } from "./request.js";

/**
 * @internal The text of a registration that may be sent, with its number as the core has it, and what tells it from others of
 * its owner: the number, or `own`. `found` is what is wrong with its options.
 * @throws InvalidRequestError with all that is wrong
 */
export function registrationTexts(
  wasm: Wasm,
  apiVersion: ApiVersion,
  request: unknown,
  found: readonly RegistrationProblem[] = [],
): { readonly key: string; readonly text: string } {
  const read: RegistrationProblem[] = [];
  const fields = readRegistration(read, new Reader(request, "request"));
  const encoded = encode(wasm, Asked.upsert, apiVersion, fields);
  const problems = merged([...read, ...found], encoded.problems);
  if (problems.length > 0) throw invalidInput(problems);
  const { phoneNumber } = encoded;
  return { key: phoneNumber ?? "own", text: textOf({ ...fields, phoneNumber }) };
}
