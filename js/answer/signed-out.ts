// Back from the provider's log-out page: the person brings the `state` that was sent along. It leaves the address, if it is
// that of this tab's sign-out; all others are somebody else's.

import type { AuthOptions } from "../auth-options.js";
import { read } from "../given/read.js";
import { addressOf, rewriteQuery } from "./address.js";
import { namespaceOf } from "./ownership.js";

const keyOf = (namespace: string) => `sipbreakout/signed-out/${namespace}`;

/** Throws at its use where the page has none. */
const strings = () => read(globalThis, "sessionStorage") as Storage;

/** @internal Remembers `state` until the person is back. @throws where the page has no storage */
export function rememberSignOut(namespace: string, state: string): void {
  strings().setItem(keyOf(namespace), state);
}

/** @internal */
export function tidyAfterSignOut(options: AuthOptions): void {
  try {
    const states = new URL(addressOf()).searchParams.getAll("state");
    if (states.length === 0) return;
    const key = keyOf(namespaceOf(options));
    const state = strings().getItem(key);
    if (!state || !states.includes(state)) return;
    strings().removeItem(key);
    rewriteQuery(({ name, value }) => name !== "state" || value !== state);
  } catch {
    // No storage, no address bar, or options that can't be read; Rust says so.
  }
}
