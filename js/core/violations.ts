// What the page's Content-Security-Policy forbade, as far as the page is told.
import { bare } from "../given/read.js";

/** @internal */
export interface Violation {
  directive: string;
  /** An address, or a scheme without one: `blob`, `data`. */
  blocked: string;
}

/** @internal What is forbidden from now on, until `stop`. A browser tells of it shortly after the request has failed. */
export function listenForViolations(onViolation?: () => void) {
  const seen: Violation[] = [];
  const listen = (event: Event) => {
    const { effectiveDirective, blockedURI, disposition } = event as SecurityPolicyViolationEvent;
    // A policy that only reports blocks nothing.
    if (disposition !== "enforce") return;
    seen.push(bare({ directive: effectiveDirective, blocked: blockedURI }));
    onViolation?.();
  };
  // A page's window hears its document; a worker has no document.
  globalThis.addEventListener?.("securitypolicyviolation", listen);
  return { seen, stop: () => globalThis.removeEventListener?.("securitypolicyviolation", listen) };
}

/** @internal Whether `connect-src` forbade requests to the origin of this address. */
export function isForbidden({ protocol, origin }: URL, { directive, blocked }: Violation): boolean {
  if (directive !== "connect-src") return false;
  return /^https?:$/.test(protocol)
    ? URL.canParse(blocked) && new URL(blocked).origin === origin
    : `${blocked}:`.startsWith(protocol);
}
