// The fields of public objects, and how they are copied. Readers check what they are (reader.ts).
import type {
  CallOptions,
  FleetOptions,
  KeepOptions,
  RegistrationRequest,
  RetryOptions,
  TransportOptions,
} from "../options.js";
import { asIs, type Fields, headers, nested } from "./snapshot.js";

/** @internal */
export const REGISTRATION: Fields<RegistrationRequest> = {
  sipUri: asIs,
  routeType: asIs,
  phoneNumber: asIs,
  mobileOriginatingPrefix: asIs,
  mobileTerminatingPrefix: asIs,
};

const RETRY: Fields<RetryOptions> = {
  maxAttempts: asIs,
  initialDelayMs: asIs,
  maxDelayMs: asIs,
  sendPreviousAttempts: asIs,
};

/** @internal Of all calls of a client, or of one. */
export const TRANSPORT: Fields<TransportOptions> = {
  timeoutMs: asIs,
  headers,
  retry: /* @__PURE__ */ nested(RETRY),
  fetch: asIs,
  credentials: asIs,
  cache: asIs,
  keepalive: asIs,
  onHeader: asIs,
  onTrailer: asIs,
};

/** @internal Of one call. */
export const CALL: Fields<CallOptions> = { ...TRANSPORT, signal: asIs };

/** @internal */
export const FLEET: Fields<FleetOptions> = {
  concurrency: asIs,
  maxPerSecond: asIs,
  onProgress: asIs,
  signal: asIs,
  timeoutMs: asIs,
  headers,
  retry: /* @__PURE__ */ nested(RETRY),
};

/** @internal Of `keepRegistered`. */
export const KEEP: Fields<KeepOptions> = { deleteOnPageHide: asIs };

/** @internal Of `validateRegistration`. */
export const VALIDATION: Fields<{ apiVersion: string }> = { apiVersion: asIs };

/** @internal Of `diagnose`: its options, and addresses as its target. */
export const DIAGNOSIS: Fields<{ signal: unknown; timeoutMs: number }> = { signal: asIs, timeoutMs: asIs };
/** @internal */
export const ADDRESSES: Fields<{ baseUrl: string; issuer: string }> = { baseUrl: asIs, issuer: asIs };
