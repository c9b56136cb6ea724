// The public option, request and result types of calls and keepers. Durations end in `Ms` or `Seconds`; times are `Date`.
// What an option accepts at run time is decided in js/given/, js/client/settings.ts and src/bindings/: an unknown name or a wrong type is one
// InvalidRequestError that names the field.

/** Where the wasm may come from. Omitted: the file in the package. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** The version of the operator's API. `v1` is the one to use; `v0` knows only LOOP, FORK and FALLBACK. */
export type ApiVersion = "v1" | "v0";

/**
 * How the core treats the number's calls.
 * - `LOOP`: every call from and to the number goes through the PBX first.
 * - `FORK`: callee and PBX are called at the same time.
 * - `FALLBACK`: the PBX is called when the number is busy or does not answer within 30 seconds.
 * - `LOOP_MO`: as LOOP, but only calls the number makes (v1).
 * - `LOOP_MT`: as LOOP, but only calls the number receives (v1).
 * - `INGRESS`: ordinary calls are left alone; the PBX may place calls to the number (v1).
 */
export type RouteType = "LOOP" | "FORK" | "FALLBACK" | "LOOP_MO" | "LOOP_MT" | "INGRESS";

/** What to register: the PBX, whose calls, and how they are treated. */
export interface RegistrationRequest {
  /** `sips:pbx.example.com` (SRV records decide the port) or `sips:pbx.example.com:5061`. */
  sipUri: string;
  routeType: RouteType;
  /**
   * E.164 with a leading plus: `+4799900001`, read as `parsePhoneNumber` does. Required with a client access token; may
   * be left out with a user's token, which is bound to one number.
   */
  phoneNumber?: string | undefined;
  /** 0 to 15 digits put before the number in the INVITE when the caller is the registered number. */
  mobileOriginatingPrefix?: string | undefined;
  /** 0 to 15 digits put before the number in the INVITE when the answerer is the registered number. */
  mobileTerminatingPrefix?: string | undefined;
}

/**
 * What to delete. The core wants the `sipUri` it was registered with. The other fields of a registration may be given
 * too: they are checked for their type and otherwise ignored.
 */
export interface DeleteRegistrationRequest {
  sipUri: string;
  phoneNumber?: string | undefined;
  routeType?: RouteType | undefined;
  mobileOriginatingPrefix?: string | undefined;
  mobileTerminatingPrefix?: string | undefined;
}

/** The core took the registration. A refusal is not a response: it is thrown as `RegistrationRejectedError`. */
export interface RegistrationResponse {
  status: "OK";
  /** How long the core remembers the registration, counted from when the request was sent. */
  timeToLiveSeconds: number;
  /** When the core forgets it, unless it is upserted again. */
  expiresAt: Date;
}

/** The core forgot the registration. */
export interface DeleteRegistrationResponse {
  status: "OK";
}

/** One thing wrong with a request, for the form field it belongs to. */
export interface RegistrationProblem {
  /** The property: `sipUri`, `phoneNumber`, … */
  field: string;
  /** Stable: `missing`, `wrong_type`, `unknown_field`, `conflict`, `bad_scheme`, `bad_port`, `not_in_version`, … */
  code: string;
  /** What is wrong and what is wanted, for a person. */
  message: string;
}

/** When a call is made again: after UNAVAILABLE, and after an attempt that hung while there is time for another. */
export interface RetryOptions {
  /** Attempts in all, from 1 (no retry) to 5. Default 5. */
  maxAttempts?: number | undefined;
  /**
   * The wait before the second attempt, give or take a fifth; each further one is twice as long. Default 1000. What the
   * server asks for (`grpc-retry-pushback-ms`, RetryInfo, `Retry-After`) takes its place.
   */
  initialDelayMs?: number | undefined;
  /** The longest wait that the server did not ask for. Default 30000. */
  maxDelayMs?: number | undefined;
  /**
   * Tell the server how many attempts there were before (`grpc-previous-rpc-attempts`). Default: only where page and core
   * have the same origin, because most servers' CORS settings do not allow that header.
   */
  sendPreviousAttempts?: boolean | undefined;
}

/** How calls are made: for all calls of a client, or for one. */
export interface TransportOptions {
  /**
   * The deadline, sent to the server and kept locally. It covers everything: waiting while the wasm loads, for a turn, for
   * a token, and all attempts. Default 30000, or the client's.
   */
  timeoutMs?: number | undefined;
  /**
   * Metadata; a call's is added to the client's. Names that belong to the transport or to the browser are ignored;
   * `authorization` and `dpop` are refused, because the client adds them itself: give `accessToken`, or `auth`.
   */
  headers?: HeadersInit | undefined;
  /** `false`: make each call once. What a call's policy leaves out is the client's. */
  retry?: false | RetryOptions | undefined;
  /** Used instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Cookies for the core, or a gateway before it. Default `same-origin`: only to the page's own origin. */
  credentials?: RequestCredentials | undefined;
  /**
   * How the browser's HTTP cache is used. Default: not said. The answer to a POST is not cached anyway, and with a mode such
   * as `no-store` browsers make a CORS preflight before every single call.
   */
  cache?: Exclude<RequestCache, "only-if-cached"> | undefined;
  /** Let the request outlive the page; its answer is then lost. Default false. */
  keepalive?: boolean | undefined;
  /** Told the headers of the reply that decided the call, just before the call ends; not called without a reply. */
  onHeader?: ((headers: Headers) => void) | undefined;
  /** Told the trailers of the same reply, without the status. */
  onTrailer?: ((trailers: Headers) => void) | undefined;
}

/** Options of one call; what is left out is the client's. */
export interface CallOptions extends TransportOptions {
  /** Ends the call with an `RpcError` of code `cancelled`. */
  signal?: AbortSignal | undefined;
}

/** How a fleet's calls are made. `timeoutMs`, `headers` and `retry` hold for each of them. */
export interface FleetOptions extends Pick<CallOptions, "timeoutMs" | "headers" | "retry"> {
  /** How many requests may be under way, or have a result that was not read yet: 1 to 100. Default 8. */
  concurrency?: number | undefined;
  /** How many calls may begin in a second, evenly spaced; further attempts are not counted. Default: no limit. */
  maxPerSecond?: number | undefined;
  /** Nothing more is taken, the calls under way are ended; after their results the iteration throws `cancelled`. */
  signal?: AbortSignal | undefined;
  /** Told how far it is: at most ten times a second, and at the end. */
  onProgress?: ((progress: FleetProgress) => void) | undefined;
}

/** How many requests were taken, and what became of them. */
export interface FleetProgress {
  taken: number;
  ok: number;
  failed: number;
  unknown: number;
  notSent: number;
  /** Said once, at the end, however that came. */
  isDone: boolean;
}

/**
 * What more a server said about an error: a message in `google.rpc.Status`. Servers' stack traces are left out. Ask for a
 * property to know which it is: `if ("retryDelayMs" in detail) …`.
 */
export type RpcErrorDetail =
  | { type: "google.rpc.RetryInfo"; retryDelayMs: number }
  | {
      type: "google.rpc.ErrorInfo";
      reason: string;
      domain: string;
      metadata: Readonly<Record<string, string>>;
    }
  | {
      type: "google.rpc.BadRequest";
      fieldViolations: readonly { field: string; description: string }[];
    }
  /** Any other type, or a damaged one of the above: `value` is the message, encoded. */
  | { type: string; value: Uint8Array };

/** A token from your own back end: the bare string, or with when it ends. */
export type SuppliedToken = string | { token: string; expiresAt?: Date | number | undefined };

/**
 * Returns an access token. `forceRefresh` is true when the core refused the last one; `signal` is aborted when no call
 * waits for the answer any more, and after ten seconds.
 */
export type AccessTokenSource = (context: {
  forceRefresh: boolean;
  signal: AbortSignal;
}) => SuppliedToken | Promise<SuppliedToken>;

/** How a client keeps registrations. */
export interface KeepingOptions {
  /**
   * With `accessToken`: whose registrations these are, for example the id of your own user or tenant. Tabs with the same
   * owner keep them together, one for all, and they survive a reload. Without it they are this page's own. With `auth` it
   * is who is signed in.
   */
  owner?: string | undefined;
  /** How many registrations the core is told of in a second, at most: after a sleep thousands may be due. Default 50. */
  maxPerSecond?: number | undefined;
}

/** How one registration is kept. */
export interface KeepOptions {
  /**
   * Delete it when the last page that keeps it is closed or left, as far as a browser lets a page that goes; nobody learns
   * what came of it. A reload is leaving, too. Default false: it ends at the core when its time is over.
   */
  deleteOnPageHide?: boolean | undefined;
}
