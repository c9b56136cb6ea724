// The calls of the core that a keeper makes.
import type { CoreCalls } from "../client/core-calls.js";
import { bare } from "../given/read.js";
import type { CallOptions, RegistrationRequest } from "../options.js";

/** @internal */
export interface CallLimits {
  /** The deadline; the client's without it. */
  readonly timeoutMs?: number;
  /** Otherwise it is sent once. */
  readonly isRetried: boolean;
  readonly outlivesPage?: boolean;
  readonly signal?: AbortSignal;
}

/** The application's own functions hear of its own calls. */
const silent = () => {};

const optionsOf = ({ timeoutMs, isRetried, outlivesPage, signal }: CallLimits): CallOptions =>
  bare({
    timeoutMs,
    signal,
    onHeader: silent,
    onTrailer: silent,
    ...(!isRetried && { retry: false as const }),
    ...(outlivesPage && { keepalive: true }),
  }) as CallOptions;

/** @internal `close()` of the client does not end it. */
export const upsert = (calls: CoreCalls, request: RegistrationRequest, limits: CallLimits) =>
  calls.upsert(bare(request), optionsOf(limits), false);

/** @internal The same. */
export const remove = (calls: CoreCalls, { sipUri, phoneNumber }: RegistrationRequest, limits: CallLimits) =>
  calls.delete(bare({ sipUri, phoneNumber }), optionsOf(limits), false);
