// Errors: one guard, and classes that narrow to their own fields.

import {
  AuthError,
  InvalidRequestError,
  isSdkError,
  LoadError,
  type LoadErrorCode,
  type RegistrationProblem,
  RegistrationRejectedError,
  RpcError,
  type SdkError,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

export function explain(error: unknown): string {
  if (!isSdkError(error)) return "unknown";
  const code: string = error.code;
  equal<typeof error.retryable, boolean>(true);
  const plain: object = error.toJSON();
  const sdkError: SdkError = error;
  const realError: Error = error;
  if (error instanceof RpcError) {
    equal<typeof error.grpcStatus, number>(true);
    equal<typeof error.httpStatus, number | undefined>(true);
  }
  if (error instanceof AuthError) equal<typeof error.description, string | undefined>(true);
  if (error instanceof InvalidRequestError) {
    equal<typeof error.code, "invalid_input">(true);
    const problems: readonly RegistrationProblem[] = error.problems;
    return problems.map(({ field, message }) => `${field}: ${message}`).join("\n");
  }
  if (error instanceof LoadError) {
    const advice: Record<LoadErrorCode, boolean> = {
      not_found: false,
      not_wasm: false,
      blocked_by_csp: false,
      network: true,
      unsupported: false,
      crashed: false,
    };
    return `${error.hint} ${advice[error.code]}`;
  }
  if (error instanceof RegistrationRejectedError) return error.message;
  // @ts-expect-error: only an RpcError has a gRPC status
  error.grpcStatus;
  return [code, sdkError.kind, realError.name, Object.keys(plain).join()].join(" ");
}
