// Which fields the objects have that a session is given. A page without a session does not load them.
import type {
  AuthEndpoints,
  AuthOptions,
  GetAccessTokenOptions,
  PopupOptions,
  SignInOptions,
  SignOutOptions,
  WaitOptions,
} from "../auth-options.js";
import { json } from "./json.js";
import { asIs, type Fields, list, nested, record } from "./snapshot.js";

const ENDPOINTS: Fields<AuthEndpoints> = {
  authorization: asIs,
  token: asIs,
  revocation: asIs,
  endSession: asIs,
  userInfo: asIs,
  jwks: asIs,
};

/** @internal */
export const AUTH: Fields<AuthOptions> = {
  clientId: asIs,
  redirectUri: asIs,
  scope: list,
  issuer: asIs,
  preset: asIs,
  endpoints: nested(ENDPOINTS),
  authorizationParams: record,
  storage: asIs,
  autoRefresh: asIs,
  dpop: asIs,
  dangerouslySkipIdTokenSignature: asIs,
  name: asIs,
  timeoutMs: asIs,
  fetch: asIs,
  credentials: asIs,
};

/** @internal */
export const SIGN_IN: Fields<SignInOptions> = {
  appState: json,
  prompt: asIs,
  loginHint: asIs,
  authorizationParams: record,
  signal: asIs,
};

/** @internal */
export const POPUP: Fields<SignInOptions & PopupOptions> = { ...SIGN_IN, popupTimeoutMs: asIs };

/** @internal Of methods that have no other options. */
export const WAIT: Fields<WaitOptions> = { signal: asIs };

/** @internal */
export const SIGN_OUT: Fields<SignOutOptions> = {
  returnTo: asIs,
  localOnly: asIs,
  deleteRegistrations: asIs,
  signal: asIs,
};

/** @internal Of `getAccessToken`. */
export const ACCESS_TOKEN: Fields<GetAccessTokenOptions> = { forceRefresh: asIs, signal: asIs };
