// The public names, whichever way the wasm arrives.
export { type Auth, createAuth } from "./auth/auth.js";
export type {
  AuthEndpoints,
  AuthOptions,
  ConsentRevocationLink,
  GetAccessTokenOptions,
  PopupOptions,
  SessionInfo,
  SignInOptions,
  SignInResult,
  SignOutOptions,
  SignOutResult,
  StorageAdapter,
  User,
  WaitOptions,
} from "./auth-options.js";
export {
  type CallEnd,
  type CallFlow,
  type CallFlowInput,
  type CallLeg,
  type CallParty,
  describeCallFlow,
  type SpecifiedCallFlow,
  type UnspecifiedCallFlow,
} from "./call-flow.js";
export type { ClientOptions } from "./client-options.js";
export { preload } from "./core/calls-wasm.js";
export { preloadSession } from "./core/session-wasm.js";
export type { Finding, FindingCode } from "./diagnose/finding.js";
export { type DiagnoseOptions, type DiagnoseTarget, diagnose } from "./diagnose/index.js";
export {
  AuthError,
  type ErrorKind,
  InvalidRequestError,
  isSdkError,
  LoadError,
  type LoadErrorCode,
  RegistrationRejectedError,
  RpcError,
  SdkError,
} from "./errors.js";
export type {
  AuthEventListener,
  AuthEventMap,
  ClientEventMap,
  KeeperEventDetail,
  KeeperEventMap,
  KeeperState,
  SessionState,
} from "./events.js";
export type { FleetResult } from "./fleet-result.js";
export { type AuthErrorCode, type RpcErrorCode, requiredScopes, version } from "./generated.js";
export type { RegistrationKeeper } from "./keeper-face/registration-keeper.js";
export type {
  AccessTokenSource,
  ApiVersion,
  CallOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  FleetOptions,
  FleetProgress,
  KeepingOptions,
  KeepOptions,
  RegistrationProblem,
  RegistrationRequest,
  RegistrationResponse,
  RetryOptions,
  RouteType,
  RpcErrorDetail,
  SuppliedToken,
  TransportOptions,
  WasmSource,
} from "./options.js";
export { parsePhoneNumber } from "./phone-number.js";
export { createClient, type SipBreakoutClient, validateRegistration } from "./sip-breakout-client.js";
