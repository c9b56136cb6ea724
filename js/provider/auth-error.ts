// Errors of the session that TypeScript makes, with the kind that their code has.
import { AuthError, type RawError } from "../errors.js";
import { type AuthErrorCode, authErrorKinds, passingAuthErrors } from "../generated.js";
import { bare } from "../given/read.js";

/** @internal */
export function authError(code: AuthErrorCode, message: string, cause?: unknown): AuthError {
  const kind = authErrorKinds[code];
  const retryable = passingAuthErrors.split(" ").includes(code);
  return new AuthError(bare({ family: "auth", code, kind, retryable, message, cause }));
}

/** @internal An option is not what is wanted. */
export const invalidConfig = (option: string, wanted: string, cause?: unknown) =>
  authError("invalid_config", `\`${option}\` ${wanted}`, cause);

type Changes = { [Field in Exclude<keyof RawError, "family">]?: RawError[Field] | undefined };

/** @internal A copy of an error that says something else in these. */
export function changed(error: AuthError, fields: Changes): AuthError {
  const { code, kind, retryable, message, cause, description, uri, httpStatus, retryAfterMs, appState } =
    error;
  const same = {
    code,
    kind,
    retryable,
    message,
    cause,
    description,
    uri,
    httpStatus,
    retryAfterMs,
    appState,
  };
  return new AuthError(bare({ family: "auth", ...same, ...fields } as RawError));
}
