// Written from the Rust sources and proto/ by `UPDATE_GENERATED=1 cargo test --test generated`, which
// otherwise compares.

/** The scope that each version of the API demands of a token, as its definition says. */
export const requiredScopes = {
  v1: "call.routing:write",
  v0: "call.control:answer_and_initiate",
} as const;

/** @internal The path of each method, by the API's version. */
export const methods = {
  v1: {
    upsert: "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration",
    delete: "/wgtwo.sipbreakout.v1.SipBreakoutService/DeleteRegistration",
  },
  v0: {
    upsert: "/wgtwo.sipbreakout.v0.SipBreakoutService/UpsertRegistration",
    delete: "/wgtwo.sipbreakout.v0.SipBreakoutService/DeleteRegistration",
  },
} as const;

/** The version of this package. */
export const version = "0.1.0";

/** gRPC codes in lower snake case; `superseded`: a later call for the same registration took this one's place. */
export type RpcErrorCode =
  | "cancelled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated"
  | "superseded";

/** OAuth's own codes where the provider said them (`provider_error`: one that is in no standard), then ours. */
export type AuthErrorCode =
  | "access_denied"
  | "invalid_request"
  | "unauthorized_client"
  | "unsupported_response_type"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable"
  | "invalid_client"
  | "invalid_grant"
  | "token_inactive"
  | "invalid_token"
  | "expired_token"
  | "unsupported_grant_type"
  | "login_required"
  | "interaction_required"
  | "consent_required"
  | "account_selection_required"
  | "provider_error"
  | "invalid_config"
  | "sign_in_required"
  | "session_expired"
  | "refresh_reply_lost"
  | "stored_session_damaged"
  | "state_unknown"
  | "issuer_mismatch"
  | "sign_in_interrupted"
  | "not_a_callback"
  | "storage_unavailable"
  | "network"
  | "timeout"
  | "aborted"
  | "redirected"
  | "invalid_response"
  | "id_token_invalid"
  | "jwks_unreachable"
  | "popup_blocked"
  | "popup_closed"
  | "subject_mismatch"
  | "token_supplier_failed";

/** @internal The kind of an error of each code. */
export const authErrorKinds = {
  access_denied: "auth",
  invalid_request: "config",
  unauthorized_client: "config",
  unsupported_response_type: "config",
  invalid_scope: "config",
  server_error: "protocol",
  temporarily_unavailable: "protocol",
  invalid_client: "config",
  invalid_grant: "auth",
  token_inactive: "auth",
  invalid_token: "auth",
  expired_token: "auth",
  unsupported_grant_type: "config",
  login_required: "auth",
  interaction_required: "auth",
  consent_required: "auth",
  account_selection_required: "auth",
  provider_error: "protocol",
  invalid_config: "config",
  sign_in_required: "auth",
  session_expired: "auth",
  refresh_reply_lost: "auth",
  stored_session_damaged: "auth",
  state_unknown: "auth",
  issuer_mismatch: "protocol",
  sign_in_interrupted: "auth",
  not_a_callback: "invalid",
  storage_unavailable: "config",
  network: "network",
  timeout: "timeout",
  aborted: "aborted",
  redirected: "config",
  invalid_response: "protocol",
  id_token_invalid: "protocol",
  jwks_unreachable: "network",
  popup_blocked: "config",
  popup_closed: "aborted",
  subject_mismatch: "protocol",
  token_supplier_failed: "auth",
} as const;

/** @internal The codes of what may pass by itself. */
export const passingAuthErrors = "server_error temporarily_unavailable network timeout";
