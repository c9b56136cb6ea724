// What can be changed while the sandbox runs.

/**
 * @typedef {object} Settings
 * @property {number} tokenTtlSeconds
 * @property {number} refreshGraceSeconds
 * @property {number} ttlSeconds
 * @property {number} clockOffsetSeconds how far the provider's clock is ahead
 * @property {"off" | "allowed" | "required"} dpop
 * @property {boolean} dpopNonces proofs must have a nonce of the provider's
 */

/** @type {Record<keyof Settings, (value: any) => boolean>} */
const fields = {
  tokenTtlSeconds: (value) => Number.isInteger(value) && value > 0,
  refreshGraceSeconds: (value) => Number.isFinite(value) && value >= 0,
  ttlSeconds: (value) => Number.isFinite(value) && value > 0,
  clockOffsetSeconds: Number.isInteger,
  dpop: (value) => ["off", "allowed", "required"].includes(value),
  dpopNonces: (value) => typeof value === "boolean",
};

/**
 * @param {Settings} settings
 * @param {unknown} changes
 * @throws {TypeError}
 */
export function configure(settings, changes) {
  if (typeof changes !== "object" || changes === null) throw new TypeError("settings are an object");
  for (const [name, value] of Object.entries(changes)) {
    const isGood = fields[/** @type {keyof Settings} */ (name)];
    if (!isGood) throw new TypeError(`there is no setting ${name}`);
    if (!isGood(value)) throw new TypeError(`${name} can't be ${JSON.stringify(value)}`);
  }
  Object.assign(settings, changes);
}
