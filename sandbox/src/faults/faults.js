// What is to go wrong. Faults are armed, hit a number of requests, and are gone.

/**
 * @typedef {object} Fault
 * @property {"token" | "token.code" | "token.refresh" | "revocation" | "userinfo" | "jwks" | "discovery" | "authorization" | "idToken" | "core"} on
 * @property {number | "always"} [times] how many requests it hits. Default 1
 * @property {number} [probability] that it hits a request that it could. Default 1
 * @property {number} [seed] of the draws
 * @property {number} [delayMs] waits before anything else
 * @property {number} [status] answers with it, instead of processing the request
 * @property {number} [retryAfterSeconds] with `status`
 * @property {unknown} [body] with `status`: an object (sent as JSON) or text
 * @property {string} [error] an OAuth error instead of processing the request; on `authorization` instead of the code
 * @property {string} [errorDescription]
 * @property {"request" | "reply"} [lose] the connection breaks before the request is processed, or in the middle of the reply
 * @property {string} [redirectTo] answers with a redirect (status 307, or `status`)
 * @property {string | null} [iss] on `authorization`: instead of the issuer; null leaves it out
 * @property {string} [state] on `authorization`
 * @property {Record<string, unknown>} [claims] on `idToken`: over the real ones; null leaves one out
 * @property {"broken"} [signature] on `idToken`
 * @property {"none" | "HS256" | "ES256"} [alg] on `idToken`
 * @property {string | null} [kid] on `idToken`; null leaves it out
 * @property {number} [grpcStatus] on `core`
 * @property {string} [grpcMessage] on `core`
 */

const places = [
  "token",
  "token.code",
  "token.refresh",
  "revocation",
  "userinfo",
  "jwks",
  "discovery",
  "authorization",
  "idToken",
  "core",
];

/** @type {Record<string, (value: any) => boolean>} */
const fields = {
  on: (value) => places.includes(value),
  times: (value) => value === "always" || (Number.isInteger(value) && value > 0),
  probability: (value) => value >= 0 && value <= 1,
  seed: Number.isFinite,
  delayMs: (value) => Number.isFinite(value) && value >= 0,
  status: (value) => Number.isInteger(value) && value >= 200 && value <= 599,
  retryAfterSeconds: (value) => Number.isInteger(value) && value >= 0,
  body: () => true,
  error: (value) => typeof value === "string",
  errorDescription: (value) => typeof value === "string",
  lose: (value) => value === "request" || value === "reply",
  redirectTo: (value) => URL.canParse(value),
  iss: (value) => value === null || typeof value === "string",
  state: (value) => typeof value === "string",
  claims: (value) => typeof value === "object" && value !== null,
  signature: (value) => value === "broken",
  alg: (value) => ["none", "HS256", "ES256"].includes(value),
  kid: (value) => value === null || typeof value === "string",
  grpcStatus: (value) => Number.isInteger(value) && value >= 1 && value <= 16,
  grpcMessage: (value) => typeof value === "string",
};

/**
 * @param {unknown} fault
 * @returns {Fault}
 */
function checked(fault) {
  if (typeof fault !== "object" || fault === null) throw new TypeError("a fault is an object");
  for (const [name, value] of Object.entries(fault)) {
    const isGood = fields[name];
    if (!isGood) throw new TypeError(`a fault has no field ${name}`);
    if (!isGood(value)) throw new TypeError(`${name} can't be ${JSON.stringify(value)}`);
  }
  if (!("on" in fault)) throw new TypeError(`on is missing: one of ${places.join(", ")}`);
  return /** @type {Fault} */ ({ ...fault });
}

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
  /** @type {{ fault: Fault, left: number, draw: () => number, hits: number }[]} */
  #armed = [];

  /**
   * @param {unknown} faults one or several
   * @throws {TypeError}
   */
  arm(faults) {
    const all = (Array.isArray(faults) ? faults : [faults]).map(checked);
    for (const fault of all) {
      const { times = 1, seed = 1 } = fault;
      const left = times === "always" ? Number.POSITIVE_INFINITY : times;
      this.#armed.push({ fault, left, draw: draws(seed), hits: 0 });
    }
  }

  disarm() {
    this.#armed = [];
  }

  /** What is armed, and how often each has hit. */
  list() {
    return this.#armed.map(({ fault, hits }) => ({ ...fault, hits }));
  }

  /**
   * The fault that hits a request, which then has hit.
   * @param {...string} on
   * @returns {Fault | undefined}
   */
  take(...on) {
    for (const armed of this.#armed) {
      const { probability = 1 } = armed.fault;
      if (armed.left <= 0 || !on.includes(armed.fault.on) || armed.draw() >= probability) continue;
      armed.left -= 1;
      armed.hits += 1;
      return armed.fault;
    }
    return undefined;
  }
}
