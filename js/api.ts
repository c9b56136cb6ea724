// The public names, whichever way the wasm arrives.
export { type Auth, type AuthEventMap, createAuth } from "./auth.js";
export { createClient, type SipBreakoutClient, validateRegistration } from "./client.js";
export {
  AuthError,
  type ErrorKind,
  InvalidRequestError,
  isSdkError,
  LoadError,
  RegistrationRejectedError,
  RpcError,
  SdkError,
} from "./errors.js";
export { type AuthErrorCode, requiredScopes, type RpcErrorCode, version } from "./generated.js";
export { preload } from "./load.js";
export type {
  AccessTokenSource,
  ApiVersion,
  AuthEndpoints,
  AuthOptions,
  CallOptions,
  ClientOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  GetAccessTokenOptions,
  RegistrationProblem,
  RegistrationRequest,
  RegistrationResponse,
  RouteType,
  SignInOptions,
  SignInResult,
  SignOutOptions,
  SuppliedToken,
  User,
  WasmSource,
} from "./options.js";
