// Which fields each public object has, and how they are copied. Readers check what they are (reader.ts).
import type { CallFlowInput, CallParty } from "../call-flow.js";
import type {
  CallOptions,
  ClientOptions,
  FleetOptions,
  KeepingOptions,
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

const TRANSPORT: Fields<TransportOptions> = {
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

const KEEPING: Fields<KeepingOptions> = { owner: asIs, maxPerSecond: asIs };

/** @internal */
export const CLIENT: Fields<ClientOptions> = {
  ...TRANSPORT,
  baseUrl: asIs,
  apiVersion: asIs,
  maxMessageBytes: asIs,
  keeping: /* @__PURE__ */ nested(KEEPING),
  auth: asIs,
  accessToken: asIs,
};

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

const PARTY: Fields<CallParty> = { phoneNumber: asIs, registration: /* @__PURE__ */ nested(REGISTRATION) };

/** @internal */
export const CALL_FLOW: Fields<CallFlowInput> = {
  caller: /* @__PURE__ */ nested(PARTY),
  callee: /* @__PURE__ */ nested(PARTY),
  behavior: asIs,
  placedBy: asIs,
};

/** @internal Of `diagnose`: its options, and addresses as its target. */
export const DIAGNOSIS: Fields<{ signal: unknown; timeoutMs: number }> = { signal: asIs, timeoutMs: asIs };
/** @internal */
export const ADDRESSES: Fields<{ baseUrl: string; issuer: string }> = { baseUrl: asIs, issuer: asIs };
