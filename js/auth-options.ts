// The public option and result types of a session. Durations end in `Ms` or `Seconds`; times are `Date`. What an option accepts at
// run time is decided in js/given/ and js/auth/settings.ts.

/** Addresses of the provider, each overriding what discovery or the preset says. */
export interface AuthEndpoints {
  authorization?: string | undefined;
  token?: string | undefined;
  revocation?: string | undefined;
  endSession?: string | undefined;
  userInfo?: string | undefined;
  /** The keys that ID tokens are signed with. */
  jwks?: string | undefined;
}

/**
 * Where a session is kept, by an application's own means: a database, an encrypted store. Strings by name; shared by all
 * tabs. What `set` was given must come back unchanged.
 */
export interface StorageAdapter {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
}

export interface AuthOptions {
  clientId: string;
  /**
   * Where the provider sends the browser back to; registered with the provider, character for character. Give each issuer
   * one of its own: two issuers on one are refused, unless the metadata of both promise `iss` in their answers.
   */
  redirectUri: string;
  /** Default: `openid offline_access phone` and the API's scope (`requiredScopes.v1`). */
  scope?: string | readonly string[] | undefined;
  /** The provider, by its issuer; its endpoints are discovered. Give `issuer` or `preset`. */
  issuer?: string | undefined;
  /** A provider known by name: `wgtwo`. */
  preset?: "wgtwo" | undefined;
  endpoints?: AuthEndpoints | undefined;
  /** Sent with every authorization request, e.g. `{ ui_locales: "nb" }`. Reserved names are refused. */
  authorizationParams?: Readonly<Record<string, string>> | undefined;
  /**
   * Where the tokens are.
   * - `memory` (default): a session for each tab, lost on reload.
   * - `session`: sessionStorage; a session for each tab, survives a reload. A tab that is a copy of another has no
   *   refresh token.
   * - `local`: localStorage; one session for all tabs, survives a restart of the browser.
   * - an adapter: one session for all tabs, where the application says.
   *
   * Two stores are two sessions: two adapter objects share no token. On a server (no `document`) each `Auth` with
   * `memory` is a session of its own.
   */
  storage?: "memory" | "session" | "local" | StorageAdapter | undefined;
  /**
   * Renew the access token before it ends, also when nobody asks for it, and again when the network is back or the page
   * was asleep. Default true.
   */
  autoRefresh?: boolean | undefined;
  /**
   * Bind the tokens to a key that never leaves this browser (DPoP, RFC 9449). The provider must support it. Default
   * false.
   */
  dpop?: boolean | undefined;
  /**
   * Take ID tokens without checking their signature, for providers whose keys a browser can't read. All else is checked,
   * and the token came over TLS (OpenID Connect Core 3.1.3.7). Default false.
   */
  dangerouslySkipIdTokenSignature?: boolean | undefined;
  /** Tells several sessions in one page apart. Default `default`. */
  name?: string | undefined;
  /** Each request to the provider. Default 10000. */
  timeoutMs?: number | undefined;
  /**
   * Used instead of the global `fetch`, for requests to the provider. It must not wait for a token of this session
   * (`getAccessToken()`, a call): that may wait for the very request.
   */
  fetch?: typeof globalThis.fetch | undefined;
  /** Cookies for the provider, or a gateway before it. Default `same-origin`: only to the page's own origin. */
  credentials?: RequestCredentials | undefined;
}

/** Of methods that wait. */
export interface WaitOptions {
  /** Ends the wait with `aborted`. What was begun goes on. */
  signal?: AbortSignal | undefined;
}

export interface SignInOptions<AppState = unknown> extends WaitOptions {
  /** Comes back from `handleRedirectCallback`. Anything JSON can say. */
  appState?: AppState | undefined;
  /**
   * What the provider is to show: `login` asks for the password again, `select_account` offers another account, `consent`
   * asks for consent again; `none` shows nothing, and fails with `login_required` where it would have to.
   */
  prompt?: "none" | "login" | "consent" | "select_account" | undefined;
  loginHint?: string | undefined;
  /** Further parameters of this authorization request. Reserved names are refused. */
  authorizationParams?: Readonly<Record<string, string>> | undefined;
}

export interface PopupOptions {
  /**
   * Ends the sign-in with `aborted`, and closes the window. While the code is exchanged already, a session may come of it
   * all the same (`signedIn`).
   */
  signal?: AbortSignal | undefined;
  /** How long the person may take, from the click on. Default 300000 (5 minutes). */
  popupTimeoutMs?: number | undefined;
}

/** Asks the application's back end for the address of the provider's page, which needs a client token. */
export type ConsentRevocationLink = (context: { state: string }) => string | URL | Promise<string | URL>;

export interface SignInResult<AppState = unknown> {
  appState: AppState | undefined;
}

export interface SignOutOptions extends WaitOptions {
  /** Where the provider sends the browser after its log-out. Registered with the provider. */
  returnTo?: string | undefined;
  /** Only forget and revoke the tokens; do not go to the provider's log-out page. Default false. */
  localOnly?: boolean | undefined;
  /**
   * Delete the person's registrations at the core first: those that a client of this page keeps. Default false: they are
   * kept no more, and end when their time is over.
   */
  deleteRegistrations?: boolean | undefined;
}

export interface SignOutResult {
  /**
   * Whether the provider confirmed that the tokens are revoked. If false, they are forgotten here, but live on until
   * they expire. False also if the storage could not be read, so that nobody knows which tokens there were.
   */
  revoked: boolean;
  /** With `deleteRegistrations`: whether the core confirmed that all are deleted. */
  registrationsDeleted?: boolean | undefined;
}

export interface GetAccessTokenOptions extends WaitOptions {
  /** Ask the provider for a new one even if the one at hand is good. */
  forceRefresh?: boolean | undefined;
}

/** What was granted, and until when. */
export interface SessionInfo {
  /** What the provider granted; it may be less than what was asked for. */
  scopes: readonly string[];
  /** When the access token ends. With a refresh token the session goes on after that. */
  expiresAt: Date;
  /** What the ID token says of the person and the sign-in; undefined without one. `getUser()` asks the provider anew. */
  claims: Readonly<Record<string, unknown>> | undefined;
}

/** Who is signed in, as the provider's user info says. */
export interface User {
  sub: string;
  phoneNumber?: string | undefined;
  phoneNumberVerified?: boolean | undefined;
  /** All claims as they came. */
  claims: Readonly<Record<string, unknown>>;
}
