// Which issuers this page signs in with at one redirect URI. A hostile one could get the other's codes there
// (`src/oauth/mix_up.rs` says how, and decides).

import type { AuthOptions } from "../auth-options.js";
import { isOnePlace } from "../flows/place.js";
import { issuerPart } from "./ownership.js";

interface Known {
  issuer: string;
  redirectUri: string;
  /** Whether it promises to name itself in its answers; undefined if nobody can tell. */
  promises: () => Promise<boolean | undefined>;
}

/** By document: the next page may be another application. */
const pages = new WeakMap<object, Known[]>();

/** Two spellings that differ in a slash at the end are one provider's. */
const issuerOf = (options: AuthOptions) => issuerPart(options).replace(/(?:%2F)+$/, "");

/** @internal An `Auth` is made. It counts from here on: its provider answers at that redirect URI whoever asked. */
export function knowIssuer(options: AuthOptions, promises: Known["promises"]): void {
  const { redirectUri } = options;
  const issuer = issuerOf(options);
  const { document } = globalThis;
  if (!document) return;
  const others = pages.get(document) ?? [];
  const known = others.filter((one) => one.issuer !== issuer || one.redirectUri !== redirectUri);
  pages.set(document, [...known, { issuer, redirectUri, promises }]);
}

/** @internal The other issuers at this redirect URI. */
export function othersAt(options: AuthOptions): Known[] {
  const issuer = issuerOf(options);
  const known = pages.get(globalThis.document) ?? [];
  return known.filter((one) => one.issuer !== issuer && isOnePlace(one.redirectUri, options.redirectUri));
}

/** @internal Whether none of them is known not to name itself; undefined if there are none. */
export async function allPromise(others: Known[]): Promise<boolean | undefined> {
  if (others.length === 0) return undefined;
  const promises = await Promise.all(others.map((one) => one.promises().catch(() => undefined)));
  return !promises.includes(false);
}
