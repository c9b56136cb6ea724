// What a fleet tells of each request.
import type { SdkError } from "./errors.js";
import type { RegistrationRequest, RegistrationResponse } from "./options.js";

/**
 * What became of one request of a fleet.
 * - `failed`: with the error that the single call would have thrown.
 * - `unknown`: it was under way when the fleet was aborted. The core may have carried it out; make it again.
 * - `notSent`: it was taken, and not sent, because the fleet was aborted or the session ended.
 */
export type FleetResult<Request = RegistrationRequest, Response = RegistrationResponse> = {
  /** Which one: 0 for the first that was taken. */
  index: number;
  /** A copy of what was given, as it was when it was taken; to know which one it was, use `index`. */
  request: Request;
} & (
  | { status: "ok"; response: Response }
  | { status: "failed" | "unknown"; error: SdkError }
  | { status: "notSent" }
);
