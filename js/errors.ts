// The one family of errors. Rust decides what went wrong and rejects with plain objects; here they become real
// errors, with a stack and `instanceof`.
import type { AuthErrorCode, RpcErrorCode } from "./generated.js";
import { bare, peek } from "./given/read.js";
import type { RegistrationProblem, RpcErrorDetail } from "./options.js";

/** What went wrong in the coarsest words. */
export type ErrorKind =
  | "network"
  | "timeout"
  | "aborted"
  | "protocol"
  | "auth"
  | "rejected"
  | "invalid"
  | "config"
  | "crashed";

/** Why the wasm is not there. `network` is worth another try. */
export type LoadErrorCode =
  | "not_found"
  | "not_wasm"
  | "blocked_by_csp"
  | "network"
  | "unsupported"
  | "crashed";

/** @internal An error as it leaves the wasm. */
export interface RawError {
  family: "rpc" | "auth" | "rejected" | "invalid" | "load";
  code: string;
  kind: ErrorKind;
  retryable: boolean;
  message: string;
  cause?: unknown;
  grpcStatus?: number;
  httpStatus?: number;
  retryAfterMs?: number;
  method?: string;
  bodyText?: string;
  attempts?: number;
  details?: RpcErrorDetail[];
  metadata?: [string, string][];
  description?: string;
  uri?: string;
  appState?: unknown;
  problems?: RegistrationProblem[];
  hint?: string;
  reloadMayHelp?: boolean;
}

// Two copies of the package in one page know each other's errors by this mark, and so does `instanceof`.
const FAMILY = Symbol.for("sipbreakout-web.error");

function isOfFamily(value: unknown, family: string): boolean {
  // Not by `instanceof Error`: a frame's copy has another Error.
  return typeof value === "object" && String(peek(value, FAMILY) ?? "").startsWith(family);
}

/** A class's name, as its errors show it. Assigning it fails where a page has frozen Error.prototype. */
function named(class_: { prototype: Error }, name: string): void {
  const common = { writable: true, configurable: true };
  Object.defineProperty(class_.prototype, "name", bare({ value: name, ...common }));
}

/** What every error of this package has. */
export abstract class SdkError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** Whether the same call may succeed later without anything else being changed. */
  readonly retryable: boolean;
  override readonly cause: unknown;

  /** @internal */
  constructor(raw: RawError) {
    super(raw.message);
    this.code = raw.code;
    this.kind = raw.kind;
    this.retryable = raw.retryable;
    this.cause = raw.cause;
    Object.defineProperty(this, FAMILY, bare({ value: `sdk.${raw.family}` }));
  }

  static {
    named(SdkError, "SdkError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.");
  }

  /** For logs: no secrets, no metadata, no cause. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      kind: this.kind,
      retryable: this.retryable,
      message: this.message,
    };
  }
}

/**
 * A call of the core failed. `code` is the gRPC code in lower snake case, or `superseded`: a later call for the same
 * registration took the place of this one, which was not sent.
 */
export class RpcError extends SdkError {
  declare readonly code: RpcErrorCode;
  /** The gRPC code as a number, 1 to 16. */
  readonly grpcStatus: number;
  /** The method's path. */
  readonly method: string;
  /** The HTTP status, where there was a reply. */
  readonly httpStatus: number | undefined;
  /**
   * How long the server asks to wait; or how long the next attempt would have waited, when it would have come after the
   * deadline.
   */
  readonly retryAfterMs: number | undefined;
  /** How often the call was sent. */
  readonly attempts: number;
  /** The beginning of a reply that was text instead of gRPC-Web: usually a proxy's page. */
  readonly bodyText: string | undefined;
  /** What more the server said, as `google.rpc.Status` carries it. */
  readonly details: readonly RpcErrorDetail[];
  /** Headers and trailers of the reply. */
  readonly metadata: Headers;

  /** @internal */
  constructor(raw: RawError) {
    super(raw);
    this.grpcStatus = raw.grpcStatus ?? 2;
    this.method = raw.method ?? "";
    this.httpStatus = raw.httpStatus;
    this.retryAfterMs = raw.retryAfterMs;
    this.bodyText = raw.bodyText;
    this.attempts = raw.attempts ?? 0;
    this.details = raw.details ?? [];
    this.metadata = headersOf(raw.metadata ?? []);
  }

  static {
    named(RpcError, "RpcError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.rpc");
  }

  override toJSON(): Record<string, unknown> {
    const { grpcStatus, method, httpStatus, retryAfterMs, attempts } = this;
    return { ...super.toJSON(), grpcStatus, method, httpStatus, retryAfterMs, attempts };
  }
}

/** Signing in, or getting a token, failed. `code` is OAuth's own where the provider said it. */
export class AuthError extends SdkError {
  declare readonly code: AuthErrorCode;
  /** The provider's `error_description`. */
  readonly description: string | undefined;
  /** The provider's `error_uri`. */
  readonly uri: string | undefined;
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** What was given to `signIn`, so that a failed sign-in can go back where it began. */
  readonly appState: unknown;

  /** @internal */
  constructor(raw: RawError) {
    super(raw);
    this.description = raw.description;
    this.uri = raw.uri;
    this.httpStatus = raw.httpStatus;
    this.retryAfterMs = raw.retryAfterMs;
    this.appState = raw.appState;
  }

  static {
    named(AuthError, "AuthError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.auth");
  }

  override toJSON(): Record<string, unknown> {
    const { description, uri, httpStatus, retryAfterMs } = this;
    return { ...super.toJSON(), description, uri, httpStatus, retryAfterMs };
  }
}

/** The core answered NOT_ACCEPTABLE: nothing is registered (or deleted). The message is the core's. */
export class RegistrationRejectedError extends SdkError {
  declare readonly code: "not_acceptable";

  static {
    named(RegistrationRejectedError, "RegistrationRejectedError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.rejected");
  }
}

/** The input is wrong. Nothing was sent. */
export class InvalidRequestError extends SdkError {
  declare readonly code: "invalid_input";
  /** One for each field. */
  readonly problems: readonly RegistrationProblem[];

  /** @internal */
  constructor(raw: RawError) {
    super(raw);
    this.problems = raw.problems ?? [];
  }

  static {
    named(InvalidRequestError, "InvalidRequestError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.invalid");
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** The wasm could not be loaded, or it crashed. */
export class LoadError extends SdkError {
  declare readonly code: LoadErrorCode;
  /** What to change. */
  readonly hint: string;
  /** The HTTP status, where a server answered with another one than 200. */
  readonly httpStatus: number | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /**
   * Whether reloading the page may help: a newer version of it may have been deployed since it was opened, or a proxy wants
   * the person to sign in again. Offer it then, with what was typed kept.
   */
  readonly reloadMayHelp: boolean;

  /** @internal */
  constructor(raw: RawError) {
    super(raw);
    this.hint = raw.hint ?? "";
    this.httpStatus = raw.httpStatus;
    this.retryAfterMs = raw.retryAfterMs;
    this.reloadMayHelp = raw.reloadMayHelp === true;
  }

  static {
    named(LoadError, "LoadError");
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfFamily(value, "sdk.load");
  }

  override toJSON(): Record<string, unknown> {
    const { hint, httpStatus, retryAfterMs, reloadMayHelp } = this;
    return { ...super.toJSON(), hint, httpStatus, retryAfterMs, reloadMayHelp };
  }
}

/** Whether `value` is an error of this package (of any copy of it). */
export function isSdkError(value: unknown): value is SdkError {
  return isOfFamily(value, "sdk.");
}

/** @internal What came out of the wasm as one of our errors. */
export function toSdkError(thrown: unknown): SdkError {
  if (isSdkError(thrown)) return thrown;
  if (isRaw(thrown)) {
    // What it does not say must not come from `Object.prototype`.
    const raw = bare(thrown);
    switch (raw.family) {
      case "rpc":
        return new RpcError(raw);
      case "auth":
        return new AuthError(raw);
      case "rejected":
        return new RegistrationRejectedError(raw);
      case "invalid":
        return new InvalidRequestError(raw);
      case "load":
        return new LoadError(raw);
    }
  }
  return loadError(
    "crashed",
    "The SDK's wasm stopped unexpectedly; what became of the call is not known.",
    "Call again, which starts it anew, and report this.",
    thrown,
  );
}

/** @internal What the keeper in Rust asks about an error, and the error itself, in the order in which Rust reads it. */
export function flatError(thrown: unknown): unknown[] {
  const error = toSdkError(thrown);
  const family = String(peek(error, FAMILY)).slice("sdk.".length);
  const { code, kind, retryable, message } = error;
  return [family, code, kind, retryable, peek(error, "retryAfterMs"), message, error];
}

/** @internal The error of a keeper, which may be another tab's. */
export function toldError(error: unknown): SdkError {
  return isSdkError(error) ? error : toSdkError(error);
}

/** @internal */
export function loadError(
  code: LoadErrorCode,
  message: string,
  hint: string,
  cause?: unknown,
  more?: { httpStatus?: number; retryAfterMs?: number; reloadMayHelp?: boolean },
): LoadError {
  const kind: ErrorKind = code === "crashed" || code === "network" ? code : "config";
  const retryable = code === "network";
  const text = `${message} ${hint}`;
  return new LoadError(bare({ family: "load", code, kind, retryable, message: text, hint, cause, ...more }));
}

/** @internal */
export function authError(code: AuthErrorCode, kind: ErrorKind, message: string, cause?: unknown): AuthError {
  const raw = { code, kind, retryable: code === "timeout", message, cause };
  return new AuthError(bare({ family: "auth", ...raw }));
}

/** @internal All that is wrong with what was given. */
export function invalidInput(problems: readonly RegistrationProblem[]): InvalidRequestError {
  const text = problems.map(({ field, message }) => `${field}: ${message}`).join(" ");
  const raw = { code: "invalid_input", retryable: false, message: text, problems: [...problems] };
  return new InvalidRequestError(bare({ family: "invalid", kind: "invalid", ...raw }));
}

/** @internal One option that is wrong, found before Rust checks the others. */
export function invalidOption(field: string, code: string, message: string): InvalidRequestError {
  return invalidInput([{ field, code, message }]);
}

function isRaw(value: unknown): value is RawError {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, "family") &&
    Object.hasOwn(value, "code")
  );
}

function headersOf(pairs: [string, string][]): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    try {
      headers.append(name, value);
    } catch {
      // A trailer that HTTP itself would not carry can't be shown this way.
    }
  }
  return headers;
}
