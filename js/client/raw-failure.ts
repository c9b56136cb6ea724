// A failed call as it leaves the wasm: an array, whose places src/bindings/flat.rs fills.
import type { ErrorKind, RawError } from "../errors.js";
import { bare } from "../given/read.js";
import type { RpcErrorDetail } from "../options.js";
import type { Head } from "../platform/response.js";

/** @internal A reply that has an answer, beside that. */
export interface AnswerReply {
  head: Head;
  /** Each name with its value behind it. */
  trailers: readonly string[];
}

/** @internal A failed call, with what the next attempt depends on. */
export interface CallFailure extends RawError {
  /** 0: is not made again; 1: may be; 2: may be, if the attempt did not have all the time there was. */
  repeatable: number;
  /** How long the server asks to wait; -1: it wants no other attempt; NaN: it says nothing. */
  wishMs: number;
  /** The reply's headers and trailers, each name with its value behind it. */
  headers: readonly string[];
  trailers: readonly string[];
  /** The core did answer, and this is what the answer means: it refuses the registration, or makes no sense. */
  answered?: AnswerReply;
  /** What only the build for tests tells: the server's own words, and the bytes of `google.rpc.Status`. */
  more: readonly unknown[];
}

/** @internal Each name with its value. */
export function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] as string, flat[at + 1] as string]);
  return pairs;
}

function detailOf([type, ...fields]: [string, ...unknown[]]): RpcErrorDetail {
  switch (type) {
    case "google.rpc.RetryInfo":
      return { type, retryDelayMs: fields[0] as number };
    case "google.rpc.ErrorInfo": {
      const [reason, domain, metadata] = fields as [string, string, string[]];
      return { type, reason, domain, metadata: Object.fromEntries(pairsOf(metadata)) };
    }
    case "google.rpc.BadRequest": {
      const violations = pairsOf(fields[0] as string[]);
      return { type, fieldViolations: violations.map(([field, description]) => ({ field, description })) };
    }
    default:
      return { type, value: fields[0] as Uint8Array };
  }
}

/** @internal */
export function failureOf(flat: readonly unknown[]): CallFailure {
  if (flat[0] === "rejected") {
    const raw = { family: "rejected", code: "not_acceptable", kind: "rejected", retryable: false } as const;
    const nothing = { repeatable: 0, wishMs: Number.NaN, headers: [], trailers: [], more: [] };
    return bare({ ...raw, message: flat[1] as string, ...nothing });
  }
  const [headers, trailers] = [flat[11], flat[12]] as [string[], string[]];
  return bare({
    family: "rpc",
    code: flat[1] as string,
    kind: flat[2] as ErrorKind,
    retryable: flat[3] as boolean,
    message: flat[4] as string,
    grpcStatus: flat[5] as number,
    method: flat[6] as string,
    httpStatus: flat[7] as number,
    retryAfterMs: flat[8] as number,
    bodyText: flat[9] as string,
    details: (flat[10] as [string, ...unknown[]][]).map(detailOf),
    metadata: pairsOf([...headers, ...trailers]),
    attempts: 0,
    headers,
    trailers,
    repeatable: flat[13] as number,
    wishMs: flat[14] as number,
    more: flat.slice(15),
  });
}
