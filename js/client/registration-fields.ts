// Registrations as they were given: each field a string or none. What belongs in the fields is for Rust to say.
import { invalidInput } from "../errors.js";
import { Reader } from "../given/reader.js";
import type { ApiVersion, RegistrationProblem } from "../options.js";

/** @internal */
export interface RegistrationFields {
  readonly sipUri: string | undefined;
  readonly routeType: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly mobileOriginatingPrefix: string | undefined;
  readonly mobileTerminatingPrefix: string | undefined;
}

/** @internal Reads all of the registration; adds to `problems` what is wrong with how it is given. */
export function readRegistration(problems: RegistrationProblem[], reader: Reader): RegistrationFields {
  const fields = {
    sipUri: reader.string("sipUri"),
    routeType: reader.string("routeType"),
    phoneNumber: reader.string("phoneNumber"),
    mobileOriginatingPrefix: reader.string("mobileOriginatingPrefix"),
    mobileTerminatingPrefix: reader.string("mobileTerminatingPrefix"),
  };
  problems.push(...reader.finish());
  return fields;
}

/** @internal The options of `validateRegistration`. @throws InvalidRequestError */
export function readApiVersion(options: unknown): ApiVersion {
  const reader = new Reader(options, "options");
  const version = reader.choice("apiVersion", ["v1", "v0"]) ?? "v1";
  const problems = reader.finish();
  if (problems.length > 0) throw invalidInput(problems);
  return version;
}
