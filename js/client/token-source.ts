// Where a call gets its token: the application's function, or a session.

/** @internal Names and values of headers. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** @internal What fails throws, or rejects with, an error of this package. */
export interface TokenSource {
  /**
   * A token that is good for a call, and another one than `refused`. Synchronous where it is at hand. `signal` says that the
   * caller waits no longer: then it rejects with the signal's reason.
   */
  token(refused?: string, signal?: AbortSignal): string | Promise<string>;
  /** Whose tokens they are (`sub`), where that is known. */
  subject(): Promise<string | undefined> | undefined;
  /** The headers by which a POST to `url` is authorized with `token`. */
  headers(token: string, url: string): Pairs | Promise<Pairs>;
  /** Learns from a reply of `url`; true if the same token is worth another try (a DPoP nonce is known now). */
  heed(url: string, headers: Pairs): boolean;
  /** Calls `listener` when the tokens are no longer to be used. Returns how to stop listening. */
  onEnded(listener: (error: unknown) => void): () => void;
}
