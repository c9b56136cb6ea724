// `validateRegistration`: all that is wrong with a registration, for a form.
import { callsWasm } from "../core/calls-wasm.js";
import { toSdkError } from "../errors.js";
import { merged } from "../given/problems.js";
import { Reader } from "../given/reader.js";
import type { RegistrationProblem } from "../options.js";
import { encode } from "./encode.js";
import { readApiVersion, readRegistration } from "./registration-fields.js";
import { Asked } from "./request.js";

/** @internal */
export async function validate(request: unknown, options: unknown): Promise<RegistrationProblem[]> {
  try {
    const wasm = callsWasm.current() ?? (await callsWasm.loaded());
    const version = readApiVersion(options);
    const found: RegistrationProblem[] = [];
    const fields = readRegistration(found, new Reader(request, "request"));
    return merged(found, encode(wasm, Asked.upsert, version, fields).problems);
  } catch (thrown) {
    throw toSdkError(thrown);
  }
}
