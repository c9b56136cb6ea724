// What is to go wrong. Faults are armed, hit a number of requests, and are gone.
import { checkedFault } from "./fields.js";

/**
 * @typedef {object} Fault
 * @property {"token" | "token.code" | "token.refresh" | "revocation" | "userinfo" | "jwks" | "discovery" | "authorization" | "idToken" | "core"} on
 * @property {number | "always"} [times] how many requests it hits. Default 1
 * @property {number} [probability] that it hits a request that it could. Default 1
 * @property {number} [seed] of the draws
 * @property {number} [delayMs] waits before anything else
 * @property {number} [status] answers with it, instead of processing the request
 * @property {number} [retryAfterSeconds] with `status`
 * @property {Record<string, unknown> | string} [body] with `status`: an object (sent as JSON) or text
 * @property {string} [error] an OAuth error (`status` 400) instead of processing; on `authorization` instead of the code
 * @property {string} [errorDescription] with `error`
 * @property {"request" | "reply"} [lose] the connection breaks before the request is processed, or in the middle of the reply
 * @property {string} [redirectTo] answers with a redirect (`status` 307)
 * @property {string | null} [iss] on `authorization`: instead of the issuer; null leaves it out
 * @property {string} [state] on `authorization`
 * @property {Record<string, unknown>} [claims] on `idToken`: over the real ones; null leaves one out
 * @property {"broken"} [signature] on `idToken`
 * @property {"none" | "HS256" | "ES256"} [alg] on `idToken`
 * @property {string | null} [kid] on `idToken`; null leaves it out
 * @property {number} [grpcStatus] on `core`
 * @property {string} [grpcMessage] on `core`
 */

/** @typedef {Fault & { hits: number }} ArmedFault `hits`: how many requests it has hit so far */

/**
 * Draws that are the same in each run (mulberry32).
 * @param {number} seed
 */
function draws(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Faults {
  /** @type {{ fault: Fault, times: number, draw: () => number, hits: number }[]} */
  #armed = [];

  /**
   * All of them, or with a mistake in one, none.
   * @param {unknown} faults one or several
   * @throws {TypeError}
   */
  arm(faults) {
    const all = (Array.isArray(faults) ? faults : [faults]).map(checkedFault);
    for (const fault of all) {
      const { times = 1, seed = 1 } = fault;
      const most = times === "always" ? Number.POSITIVE_INFINITY : times;
      this.#armed.push({ fault, times: most, draw: draws(seed), hits: 0 });
    }
  }

  disarm() {
    this.#armed = [];
  }

  /**
   * What is armed still.
   * @returns {ArmedFault[]}
   */
  list() {
    return this.#armed.map(({ fault, hits }) => ({ ...fault, hits }));
  }

  /**
   * The fault that hits a request, which then has hit.
   * @param {...string} on
   * @returns {Fault | undefined}
   */
  take(...on) {
    const hit = this.#armed.find(
      ({ fault, draw }) => on.includes(fault.on) && draw() < (fault.probability ?? 1),
    );
    if (!hit) return undefined;
    hit.hits += 1;
    if (hit.hits >= hit.times) this.#armed = this.#armed.filter((armed) => armed !== hit);
    return hit.fault;
  }
}
