// A `fetch` of the application's own that asks for a token of the session whose request it is to make: the two would wait for
// each other. Where it asks in the turn in which it is called, that can be seen.
import type { AuthOptions } from "../auth-options.js";
import { authError } from "./auth-error.js";

type Fetch = NonNullable<AuthOptions["fetch"]>;

/** The namespace whose `fetch` is being called. */
let calling: string | undefined;

/** @internal */
export const isCallingFetch = (namespace: string): boolean => calling === namespace;

/** @internal The same function, which is seen while it is called. */
export function seen(fetch: Fetch | undefined, namespace: string): Fetch | undefined {
  if (!fetch) return undefined;
  return (...given) => {
    const before = calling;
    calling = namespace;
    try {
      return fetch(...given);
    } finally {
      calling = before;
    }
  };
}

/** @internal */
export const waitsForItself = () =>
  authError(
    "invalid_config",
    "`fetch`, as given to createAuth, asks for a token of the very session whose request it is to make: both would wait.",
  );
