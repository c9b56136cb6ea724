// What can be observed from within a page, as plain values: what is concluded from it is in conclude.ts.
import type { Violation } from "../core/violations.js";

/** What came of one probe. */
export interface Probe {
  /** Undefined: no reply, or none that the page may see. */
  status?: number;
  /** A reply that the page may not look into: the server is there. */
  isOpaque?: boolean;
  isRedirect?: boolean;
  contentType?: string | undefined;
  /** Whether a gRPC status was found, in the header or behind the body. */
  hasStatus?: boolean;
  /** Local clock minus the server's `date`, where that can be read, less half the time the probe took. */
  skewMs?: number | undefined;
  /** `issuer` of a discovery document. */
  issuer?: string | undefined;
  /** `token_endpoint` of one. */
  tokenEndpoint?: string | undefined;
  /** The body did not end in time: what is not in it may still come. */
  isBodyLate?: boolean;
  /** It was given up. */
  isLate?: boolean;
}

/** @internal Whether a reply came, readable or not. */
export function hasReply({ status, isRedirect, isOpaque }: Probe): boolean {
  return status !== undefined || Boolean(isRedirect || isOpaque);
}

/** @internal Where redirects are not followed a browser hides them; Node, and a `fetch` of the application, may not. */
export function isRedirected({ status, isRedirect }: Probe): boolean {
  return isRedirect === true || [301, 302, 303, 307, 308].includes(status ?? 0);
}

/** An address that the SDK must reach. */
export interface Place {
  url: string;
  isSameOrigin: boolean;
  /** As the SDK would ask. */
  asked: Probe;
  /** Without anything that needs the server's leave: only after `asked` failed. */
  simple?: Probe;
  /** The same, without a look at the reply. */
  blind?: Probe;
}

/** States of the permissions. */
export interface LocalAccess {
  loopback?: PermissionState | undefined;
  local?: PermissionState | undefined;
}

/** All that was observed. */
export interface Evidence {
  isOnline?: boolean | undefined;
  isSecureContext?: boolean | undefined;
  isHttpsPage?: boolean;
  hasServiceWorker?: boolean;
  isStorageBlocked?: boolean;
  /** Why the wasm does not load, as the LoadError has it. */
  load?:
    | {
        code: string;
        message: string;
        hint: string;
        httpStatus?: number | undefined;
        cause?: string | undefined;
      }
    | undefined;
  /** The host of the page. */
  pageHost?: string | undefined;
  /** Whether the page may call addresses of this machine and of this network, in browsers that ask for it. */
  access?: LocalAccess | undefined;
  /** Violations of the page's Content-Security-Policy while probing. */
  violations: Violation[];
  core?: Place | undefined;
  issuer?: Place | undefined;
  /** The token endpoint, which was asked for nothing. */
  token?: Place | undefined;
}
