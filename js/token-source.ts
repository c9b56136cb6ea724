// Where a call gets its token: the application's function, or a session.
import type { Pairs } from "./platform/fetching.js";

/** @internal A token, and the headers by which a request is authorized with it. */
export interface Authorization {
  readonly token: string;
  readonly headers: Pairs;
}

/** @internal The call that a token is for. */
export interface Caller {
  /** The call has ended, and waits for no token. */
  readonly isEnded: boolean;
  readonly reason: unknown;
  /** Calls `listener` when it ends. Returns how to stop listening. */
  onEnd(listener: () => void): () => void;
}

/** @internal What fails throws, or rejects with, an error of this package. */
export interface TokenSource {
  /** A token that is good for a POST to `url`, and another one than `refused`. Synchronous where it is at hand. */
  authorize(url: string, refused: string | undefined, caller: Caller): Authorization | Promise<Authorization>;
  /** Whose tokens they are (`sub`), where that is known. */
  subject(): Promise<string | undefined> | undefined;
  /** Learns from the headers of a reply of `url`; true if the same token is worth another try (a DPoP nonce is known now). */
  heed(url: string, get: (name: string) => string | undefined): boolean;
  /** Calls `listener` when the tokens are no longer to be used. Returns how to stop listening. */
  onEnded(listener: (error: unknown) => void): () => void;
}

/** @internal By this `createClient` gets the tokens of what `createAuth` returned: neither knows the other's class. */
export const TOKENS = Symbol("tokens");

/** @internal What has tokens for a client. */
export interface HasTokens {
  [TOKENS](): TokenSource;
}
