// Whose registrations a client keeps, and when that may change: by this `createClient` asks what `createAuth` returned, and neither
// knows the other's class.
import type { AuthOptions } from "./auth-options.js";
import type { SessionWasm } from "./core/session-wasm.js";
import type { AuthError } from "./errors.js";

/** @internal Whose registrations may be kept with the tokens. */
export type Owner =
  /** Nobody is signed in. */
  | { readonly kind: "nobody" }
  /** Somebody, of whom nothing is known but that it is the same as before for as long as it is not nobody. */
  | { readonly kind: "nameless" }
  /** It can't be told now: the store does not answer. */
  | { readonly kind: "unknown" }
  /** In every tab and at every time. */
  | { readonly kind: "named"; readonly name: string }
  /** Another sign-in is another session, also by the same person, who may become known later. */
  | {
      readonly kind: "session";
      readonly session: string;
      /** It outlives the page. */
      readonly isLasting: boolean;
      readonly person: string | undefined;
    };

/** @internal Listening returns how to stop. */
export interface Owners {
  owner(): Promise<Owner>;
  onChanged(listener: () => void): () => void;
  /** Told whether the person has signed out. */
  onEnded(listener: (isLeft: boolean) => void): () => void;
  /** Why the session can't be renewed for now, if it can't. */
  doubt(): AuthError | undefined;
  onDoubted(listener: (doubt: AuthError | undefined) => void): () => void;
}

/** @internal */
export const OWNERS = Symbol("owners");

/** @internal */
export const OPTIONS = Symbol("options");

/** @internal What a session has for a client that keeps registrations. */
export interface HasOwners {
  /** Whose registrations may be kept. With the wasm the session's options are checked. @throws InvalidRequestError, AuthError */
  [OWNERS](wasm?: SessionWasm): Owners;
  /** As they were given. */
  readonly [OPTIONS]: AuthOptions;
}
