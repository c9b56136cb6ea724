// What can be observed from within a page, as plain values: what is concluded from it is in conclude.ts.

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
  /** The body did not end in time: what is not in it may still come. */
  isBodyLate?: boolean;
  /** It was given up. */
  isLate?: boolean;
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

/** All that was observed. */
export interface Evidence {
  isOnline?: boolean | undefined;
  isSecureContext?: boolean | undefined;
  isHttpsPage?: boolean;
  hasServiceWorker?: boolean;
  isStorageBlocked?: boolean;
  /** Why the wasm does not load. */
  load?: { code: string; message: string } | undefined;
  /** Violations of the page's Content-Security-Policy while probing. */
  violations: { directive: string; blocked: string }[];
  core?: Place | undefined;
  issuer?: Place | undefined;
}
