// What can be changed while the sandbox runs.

/**
 * @typedef {object} Settings
 * @property {number} tokenTtlSeconds how long an access token lives, whole seconds
 * @property {number} refreshGraceSeconds how long a refresh token can be used again after its first use; 0: using one
 *   twice ends the sign-in
 * @property {number} ttlSeconds how long a registration lives after its last upsert
 * @property {number} clockOffsetSeconds how far the provider's clock is ahead, whole seconds
 * @property {"off" | "allowed" | "required"} dpop whether tokens are bound to a key (RFC 9449): never, when a proof is
 *   sent, or always
 * @property {boolean} dpopNonces proofs must have a nonce of the provider's
 * @property {"unsafe-none" | "same-origin-allow-popups" | "same-origin"} openerPolicy the Cross-Origin-Opener-Policy that pages are
 *   sent with; any but "unsafe-none" cuts the line to the page that opened the window
 */

/** @typedef {Partial<Settings> & { rotateKeys?: true }} Changes `rotateKeys`: ID tokens are signed with a new key from now on */

const decadeSeconds = 315_360_000;

const openerPolicies = ["unsafe-none", "same-origin-allow-popups", "same-origin"];

/** What each must be. @type {Record<keyof Settings, [(value: any) => boolean, string]>} */
export const rules = {
  tokenTtlSeconds: [(value) => Number.isInteger(value) && value > 0, "a whole number above 0"],
  refreshGraceSeconds: [(value) => Number.isFinite(value) && value >= 0, "a number from 0"],
  ttlSeconds: [(value) => Number.isFinite(value) && value > 0, "a number above 0"],
  clockOffsetSeconds: [
    (value) => Number.isInteger(value) && Math.abs(value) <= decadeSeconds,
    "a whole number of seconds, at most ten years",
  ],
  dpop: [(value) => ["off", "allowed", "required"].includes(value), '"off", "allowed" or "required"'],
  dpopNonces: [(value) => typeof value === "boolean", "true or false"],
  openerPolicy: [(value) => openerPolicies.includes(value), openerPolicies.join(", ")],
};

/**
 * All changes, or with a mistake in one, none.
 * @param {Settings} settings
 * @param {Partial<Settings>} changes
 * @throws {TypeError}
 */
export function configure(settings, changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(rules, name)) throw new TypeError(`there is no setting ${name}`);
    const [isGood, wanted] = rules[/** @type {keyof Settings} */ (name)];
    if (!isGood(value))
      throw new TypeError(`${name} can't be ${JSON.stringify(value)}: it must be ${wanted}`);
  }
  Object.assign(settings, changes);
}
