// Turns the machine's error numbers into errors.
import { authError, type SdkError, toSdkError } from "../errors.js";

/** As calls end. */
const rpcError = (code: string, message: string): SdkError =>
  toSdkError({ family: "rpc", code, kind: "aborted", retryable: false, message });

/** @internal */
export const closed = (): SdkError => rpcError("cancelled", "The client was closed.");

const keptAgain = (): SdkError =>
  rpcError("superseded", "The registration was not deleted, because it is to be kept again.");

/** @internal */
export const nobody = (): SdkError =>
  authError(
    "sign_in_required",
    "auth",
    "Nobody is signed in who could delete it. It ends by itself when its time is over.",
  );

const TROUBLES = [undefined, keptAgain, closed, nobody];

/** @internal The error that the machine gives: one of those that it was given, or a number. */
export const errorOf = (trouble: unknown): unknown =>
  typeof trouble === "number" ? TROUBLES[trouble]?.() : trouble;
