// What startSandbox can be told, checked once for the function and the command line alike.
import { rules } from "./settings.js";

/**
 * @typedef {object} SandboxOptions
 * @property {number} [port] of the issuer, gRPC-Web and everything else on HTTP/1.1; 0 for any that is free. Default 8700
 * @property {number} [grpcPort] of native gRPC (HTTP/2 without TLS); 0 for any that is free. Default 8701
 * @property {number} [ttlSeconds] how long a registration lives after its last upsert. Default 3600
 * @property {number} [tokenTtlSeconds] how long an access token lives, whole seconds. Default 3600
 * @property {number} [refreshGraceSeconds] how long a refresh token can be used again after its first use. Default 0:
 *   using one twice ends the sign-in
 * @property {number} [clockOffsetSeconds] how far the provider's clock is ahead, whole seconds. Default 0
 * @property {"off" | "allowed" | "required"} [dpop] whether tokens are bound to a key (RFC 9449): never, when a proof is
 *   sent, or always. Default "allowed"
 * @property {boolean} [dpopNonces] proofs must have a nonce of the provider's. Default false
 * @property {"unsafe-none" | "same-origin-allow-popups" | "same-origin"} [openerPolicy] the Cross-Origin-Opener-Policy of pages.
 *   Default "unsafe-none"
 * @property {"ok" | "not-acceptable"} [deleteMissing] what deleting nothing answers. Default "ok"
 * @property {boolean} [collectSecrets] remember every token and code that is handed out. Default true; the command does not
 * @property {boolean} [quiet] no access log. Default false
 */

/** @type {Required<SandboxOptions>} */
export const defaults = {
  port: 8700,
  grpcPort: 8701,
  ttlSeconds: 3600,
  tokenTtlSeconds: 3600,
  refreshGraceSeconds: 0,
  clockOffsetSeconds: 0,
  dpop: "allowed",
  dpopNonces: false,
  openerPolicy: "unsafe-none",
  deleteMissing: "ok",
  collectSecrets: true,
  quiet: false,
};

/**
 * @param {SandboxOptions} options
 * @returns {Required<SandboxOptions>}
 */
export function readOptions(options) {
  for (const name of Object.keys(options)) {
    if (!(name in defaults)) throw new TypeError(`unknown option ${name}`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const all = { ...defaults, ...given };
  for (const name of /** @type {const} */ (["port", "grpcPort"])) {
    if (!Number.isInteger(all[name]) || all[name] < 0 || all[name] > 65535) {
      throw new TypeError(`${name} must be 0 to 65535`);
    }
  }
  for (const [name, [isGood, wanted]] of Object.entries(rules)) {
    if (!isGood(all[/** @type {keyof typeof rules} */ (name)])) {
      throw new TypeError(`${name} must be ${wanted}`);
    }
  }
  if (all.deleteMissing !== "ok" && all.deleteMissing !== "not-acceptable") {
    throw new TypeError('deleteMissing must be "ok" or "not-acceptable"');
  }
  for (const name of /** @type {const} */ (["collectSecrets", "quiet"])) {
    if (typeof all[name] !== "boolean") throw new TypeError(`${name} must be true or false`);
  }
  return all;
}
