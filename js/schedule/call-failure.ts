// What a failed call is to the schedule: its family, code and kind, and for how long the server asks to be left alone.
import { type ErrorKind, flatError, isSdkError } from "../errors.js";
import { peek } from "../given/read.js";

/**
 * Why a call failed. Every error of sipbreakout-web is one, also as JSON. With another client of the core: NOT_ACCEPTABLE is of
 * kind `rejected`, a call that the caller gave up of kind `aborted`, a token that could not be had of kind `auth`.
 */
export interface CallFailure {
  readonly kind?: ErrorKind | undefined;
  /** The gRPC code in lower snake case, or what the error has instead. */
  readonly code?: string | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Those of kind `auth` that the core said. */
const OF_CORE = ["unauthenticated", "permission_denied"];

function familyOf(code: string, kind: string): string {
  if (kind === "rejected" || kind === "invalid") return kind;
  return kind === "auth" && !OF_CORE.includes(code) ? "auth" : "rpc";
}

/** @internal Family, code, kind, and the wait or NaN. Whatever was thrown is a failure. */
export function flatFailure(thrown: unknown): [string, string, string, number] {
  const text = (name: string) => {
    const value = peek(thrown, name);
    return typeof value === "string" ? value : "";
  };
  const [code, kind, asked] = [text("code"), text("kind"), peek(thrown, "retryAfterMs")];
  const family = isSdkError(thrown) ? String(flatError(thrown)[0]) : familyOf(code, kind);
  const isWait = typeof asked === "number" && asked >= 0;
  return [family, code, kind, isWait ? asked : Number.NaN];
}
