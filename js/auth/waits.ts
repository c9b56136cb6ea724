// Waiting no longer, by the caller's signal or because the `Auth` is closed. What was begun goes on: for others, and because a
// code, or a refresh token, that was sent is spent.

import type { WaitOptions } from "../auth-options.js";
import { peek } from "../given/read.js";
import { WAIT } from "../given/session-shapes.js";
import { optionsOf } from "../given/snapshot.js";
import { aborted } from "../platform/waiting.js";
import { authError } from "../provider/auth-error.js";
import type { Session } from "../session/session.js";
import { authClosed } from "../stores/session-errors.js";
import { readWait } from "./settings.js";

const gaveUp = (reason: unknown) => authError("aborted", "The caller gave up waiting.", reason);

/** @internal The waits of one `Auth`. */
export class Waits {
  readonly #open: () => Session;
  readonly #closing = new AbortController();

  constructor(open: () => Session) {
    this.#open = open;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  close(): void {
    this.#closing.abort();
  }

  /** What `work` comes to, unless it ends before. Then it was not begun, or goes on alone. */
  async until<T>(signal: AbortSignal | undefined, work: (session: Session) => T | Promise<T>): Promise<T> {
    const ends = [
      [this.#closing.signal, authClosed] as const,
      ...(signal ? [[signal, gaveUp] as const] : []),
    ];
    for (const [signal, error] of ends)
      if (peek(signal, "aborted") === true) throw error(peek(signal, "reason"));
    // In this turn, and before anything has to be cleared up.
    const working = (async () => work(this.#open()))();
    const waiting = new AbortController();
    try {
      return await new Promise<T>((resolve, reject) => {
        for (const [signal, error] of ends) {
          void aborted(signal, waiting.signal).then((reason) => {
            // Where the work came to its end nothing was given up.
            if (!waiting.signal.aborted) reject(error(reason));
          });
        }
        working.then(resolve, reject);
      });
    } finally {
      waiting.abort();
    }
  }

  /** The same by options that have a signal only. @throws InvalidRequestError */
  async by<T>(options: WaitOptions | undefined, work: (session: Session) => T | Promise<T>): Promise<T> {
    return this.until(readWait(optionsOf(options, WAIT)).signal, work);
  }

  /** The same; without options the promise itself, which others have, too. */
  shared<T>(options: WaitOptions | undefined, work: () => Promise<T>): Promise<T> {
    return options === undefined && !this.isClosed ? work() : this.by(options, work);
  }
}
