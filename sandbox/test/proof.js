// A DPoP client in small: a key, and proofs made with it (RFC 9449).
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const encode = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @typedef {{ claims?: Record<string, unknown>, header?: Record<string, unknown>, signer?: Prover }} Changes */

export class Prover {
  #key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  /** @type {string | undefined} */
  nonce;

  get jwk() {
    return this.#key.publicKey.export({ format: "jwk" });
  }

  get thumbprint() {
    const { crv, kty, x, y } = this.jwk;
    return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  }

  /**
   * @param {string} url
   * @param {string} [token]
   * @param {Changes} [changes] `signer`: signs in the place of this key
   */
  proof(url, token, { claims = {}, header = {}, signer = this } = {}) {
    const payload = {
      jti: randomUUID(),
      htm: "POST",
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      ...(token === undefined ? {} : { ath: createHash("sha256").update(token).digest("base64url") }),
      ...(this.nonce === undefined ? {} : { nonce: this.nonce }),
      ...claims,
    };
    const signed = `${encode({ typ: "dpop+jwt", alg: "ES256", jwk: this.jwk, ...header })}.${encode(payload)}`;
    return `${signed}.${signer.sign(signed)}`;
  }

  /** @param {string} signed */
  sign(signed) {
    const key = { key: this.#key.privateKey, dsaEncoding: /** @type {const} */ ("ieee-p1363") };
    return sign("sha256", Buffer.from(signed), key).toString("base64url");
  }
}
