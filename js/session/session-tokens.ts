// A `TokenSource` for calls that takes its tokens from a session.

import type { AuthError } from "../errors.js";
import type { Provider } from "../provider/provider.js";
import { authClosed, signInRequired } from "../stores/session-errors.js";
import { keyOf, type StoredSession } from "../stores/stored-session.js";
import type { Authorization, TokenSource } from "../token-source.js";

/** What it asks of a session. */
interface Session {
  readonly provider: Provider;
  readonly isClosed: boolean;
  load(): Promise<StoredSession | undefined>;
  accessToken(isForced: boolean): Promise<string>;
  refuse(token: string): Promise<boolean>;
  subject(): Promise<string | undefined>;
  onEnded(listener: (error: AuthError) => void): () => void;
}

/** @internal */
export class SessionTokens implements TokenSource {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * A session that turns out to have ended meanwhile, because another person is signed in now, gives none: the call began with
   * the one before.
   */
  async authorize(url: string, refused: string | undefined): Promise<Authorization> {
    const session = this.#session;
    if (session.isClosed) throw authClosed();
    let ended: AuthError | undefined;
    const stop = session.onEnded((error) => {
      ended = error;
    });
    try {
      const token = await this.#token(refused);
      // The store says how, and not the options: the session goes on as it began.
      const stored = await session.load();
      if (!stored) throw signInRequired();
      const headers = await session.provider.authorization(url, token, keyOf(stored));
      if (ended) throw ended;
      return { token, headers };
    } finally {
      stop();
    }
  }

  /** Who comes with a token that was replaced since gets the new one; nobody asks for a newer one on its account. */
  async #token(refused: string | undefined): Promise<string> {
    const isForced = refused !== undefined && (await this.#session.refuse(refused));
    return this.#session.accessToken(isForced);
  }

  subject(): Promise<string | undefined> {
    return this.#session.subject();
  }

  heed(url: string, get: (name: string) => string | undefined): boolean {
    return this.#session.provider.heed(url, get);
  }

  onEnded(listener: (error: unknown) => void): () => void {
    return this.#session.onEnded(listener);
  }
}
