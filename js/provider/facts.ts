// The options of a session that are about its provider. Rust checks them.

import type { AuthOptions } from "../auth-options.js";
import { flatAuthError } from "../core/decide.js";
import type { SessionWasm } from "../core/session-wasm.js";
import { isArray } from "../given/read.js";
import { type Endpoints, flatEndpoints, type Issuer } from "./endpoints.js";

/** @internal The options that are the provider's, as the application gave them. */
export interface ProviderSettings {
  readonly clientId: string | undefined;
  readonly redirectUri: string | undefined;
  readonly issuer: string | undefined;
  readonly preset: string | undefined;
  readonly name: string | undefined;
  /** Authorization, token, revocation, log-out, user info, keys. */
  readonly endpoints: readonly (string | undefined)[];
  readonly scope: readonly string[] | undefined;
  /** Names and values in turn. */
  readonly params: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly isDpop: boolean;
  readonly isAutoRefresh: boolean;
  readonly isSignatureSkipped: boolean;
  readonly fetch: AuthOptions["fetch"];
  /** Cookies go to the page's own origin only, unless something else is given: a gateway there may need them. */
  readonly credentials: RequestCredentials;
}

/** @internal What the options mean. */
export interface Facts {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  /** Undefined only if all endpoints were given by hand. */
  readonly issuer: Issuer | undefined;
  /** The issuer as a part of names; an authorization endpoint stands for a missing one. */
  readonly issuerPart: string;
  /** Of each request to the provider. */
  readonly timeoutMs: number;
  readonly wantsIdToken: boolean;
  /** Undefined if they are in the issuer's discovery document. */
  readonly known: Endpoints | undefined;
}

/** @internal Asks Rust, where it is at hand. `namespace` is the session's. @throws AuthError */
export function factsOf(wasm: SessionWasm, settings: ProviderSettings, namespace: string): Facts {
  const { clientId = "", redirectUri = "", issuer, preset, name } = settings;
  const { scope: scopes, params, timeoutMs: limitMs } = settings;
  let flat: unknown[];
  try {
    const texts = [clientId, redirectUri, issuer, preset, name, ...settings.endpoints];
    flat = wasm.checkAuthOptions(texts, scopes && [...scopes], [...params], limitMs);
  } catch (thrown) {
    throw isArray(thrown) ? flatAuthError(thrown) : thrown;
  }
  const [scope, timeoutMs, text, isSlashOptional, ...endpoints] = flat as [
    ...[string, number, string | undefined, boolean, ...unknown[]],
  ];
  return {
    ...{ clientId, redirectUri, scope, timeoutMs },
    issuer: text === undefined ? undefined : { text, isSlashOptional },
    issuerPart: namespace.split("/")[0] as string,
    wantsIdToken: scope.split(" ").includes("openid"),
    known: endpoints.length > 0 ? flatEndpoints(endpoints) : undefined,
  };
}
