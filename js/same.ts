// Values that are read again and again: the same object for as long as nothing has changed, because views compare by
// identity (React's `useSyncExternalStore` renders for ever otherwise). What a caller does to such an object changes
// nothing here.
import { type SdkError, toldError } from "./errors.js";
import { peek } from "./given/read.js";
import { REGISTRATION } from "./given/shapes.js";
import type { RegistrationRequest } from "./options.js";

const { getTime } = Date.prototype;

/** @internal `ms` as a Date: `known`, if it says the same. A frozen Date can still be set, so the time is compared. */
export function sameDate(known: Date | undefined, ms: number | undefined): Date | undefined {
  if (ms === undefined) return undefined;
  return known && getTime.call(known) === Math.trunc(ms) ? known : Object.freeze(new Date(ms));
}

const fields = Object.keys(REGISTRATION);

/** @internal `request`, frozen: `known`, if that is one that says the same. */
export function sameRequest(
  known: RegistrationRequest | undefined,
  request: RegistrationRequest,
): RegistrationRequest {
  // What is not frozen is the caller's own.
  const isSame =
    known && Object.isFrozen(known) && fields.every((field) => peek(known, field) === peek(request, field));
  return isSame ? known : Object.freeze({ ...request });
}

/** @internal What came in the way as an error: `known`, if it was that already. */
export function sameError(known: SdkError | undefined, thrown: unknown): SdkError | undefined {
  if (thrown === undefined || thrown === known) return thrown as SdkError | undefined;
  const error = toldError(thrown);
  const isSame = known?.cause === error.cause && JSON.stringify(known) === JSON.stringify(error);
  return isSame ? known : error;
}
