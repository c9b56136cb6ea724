// A registration as the keeper in Rust takes it: the texts of its fields.
import type { Wasm } from "../core/load.js";
import { invalidInput } from "../errors.js";
import { Reader } from "../given/reader.js";
import type { ApiVersion, RegistrationProblem } from "../options.js";
import { Asked } from "./attempt.js";
import { encode } from "./encode.js";
import { merged, readRegistration } from "./registration-fields.js";

/**
 * @internal The texts of a registration that may be sent. `found` is what is wrong with its options.
 * @throws InvalidRequestError with all that is wrong
 */
export function registrationTexts(
  wasm: Wasm,
  apiVersion: ApiVersion,
  request: unknown,
  found: readonly RegistrationProblem[] = [],
): (string | undefined)[] {
  const read: RegistrationProblem[] = [];
  const fields = readRegistration(read, new Reader(request, "request"));
  const problems = merged([...read, ...found], encode(wasm, Asked.upsert, apiVersion, fields).problems);
  if (problems.length > 0) throw invalidInput(problems);
  return [
    fields.sipUri,
    fields.routeType,
    fields.phoneNumber,
    fields.mobileOriginatingPrefix,
    fields.mobileTerminatingPrefix,
  ];
}
