// One call at a time for each registration. Two that overlap could reach the core in either order, and it would keep what
// the earlier one wanted.

/** @internal A later call took the place of this one, which had not been sent. */
export class Superseded extends Error {}

/** @internal Lets the next call go. To call it again does nothing. */
export type Leave = () => void;

/** @internal */
export class Lanes {
  /** The registrations with a call under way, and how the call that is to follow, if there is one, learns what becomes of it. */
  readonly next = new Map<string, ((leave?: Leave) => void) | undefined>();
  /** The only registration with a call under way, while no other has one: a Map would be made anew every few calls. */
  #only: string | undefined;

  /** Whether `enter` would return at once. */
  isFree(key: string): boolean {
    return key !== this.#only && !(this.next.size > 0 && this.next.has(key));
  }

  /**
   * Returns at once when no call for `key` is under way; else resolves when that is over. The call that was let in has to
   * `leave()` in the end. A call that comes while another waits takes that one's place, which rejects with `Superseded`:
   * the last wish is the one that counts. A call that is aborted while it waits rejects with the signal's reason; a later
   * abort is for the caller to heed.
   */
  enter(key: string, signal?: AbortSignal): Leave | Promise<Leave> {
    if (this.isFree(key)) {
      if (this.#only === undefined && this.next.size === 0) this.#only = key;
      else this.next.set(key, undefined);
      return this.#leave(key);
    }
    if (key === this.#only) {
      this.next.set(key, undefined);
      this.#only = undefined;
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.next.set(key, undefined);
        reject(signal?.reason);
      };
      const overtaken = this.next.get(key);
      this.next.set(key, (leave) => {
        signal?.removeEventListener("abort", abort);
        if (leave) resolve(leave);
        else reject(new Superseded());
      });
      signal?.addEventListener("abort", abort);
      overtaken?.();
    });
  }

  #leave(key: string): Leave {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      if (key === this.#only) {
        this.#only = undefined;
        return;
      }
      const next = this.next.get(key);
      if (!next) this.next.delete(key);
      else {
        this.next.set(key, undefined);
        next(this.#leave(key));
      }
    };
  }
}
