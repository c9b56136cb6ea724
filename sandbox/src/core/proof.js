// DPoP at the core (RFC 9449, section 7): a token that is bound to a key needs a proof that its holder has the key.
import { createHash, createHmac, createPublicKey, randomBytes, verify } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";

const acceptedSeconds = 300;
const nonceSeconds = 60;
const hash = (/** @type {string} */ text) => createHash("sha256").update(text).digest("base64url");

export class Proofs {
  #settings;
  #secret = randomBytes(32);
  /** @type {Map<string, number>} */
  #seen = new Map();

  /** @param {import("../settings.js").Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /**
   * @param {{ url: string, header: Headers }} call
   * @param {string} token
   * @param {string} jkt the thumbprint of the token's key
   * @throws {ConnectError}
   */
  check({ url, header }, token, jkt) {
    const proof = header.get("dpop") ?? "";
    const [head = "", body = "", signature = ""] = proof.split(".");
    let fields;
    try {
      fields = { ...part(head), ...part(body) };
    } catch {
      throw this.#refusal("invalid_dpop_proof", "the DPoP proof is missing or no JWT");
    }
    const { typ, alg, jwk, htm, htu, iat, jti, ath, nonce } = fields;
    const nowSeconds = Date.now() / 1000 + this.#settings.clockOffsetSeconds;
    const isGood =
      typ === "dpop+jwt" &&
      alg === "ES256" &&
      htm === "POST" &&
      htu === url.split("?")[0] &&
      Math.abs(iat - nowSeconds) <= acceptedSeconds &&
      ath === hash(token) &&
      thumbprint(jwk) === jkt &&
      isSigned(`${head}.${body}`, signature, jwk) &&
      this.#isNew(jti);
    if (!isGood) throw this.#refusal("invalid_dpop_proof", "the DPoP proof is not for this call and token");
    if (this.#settings.dpopNonces && ![0, 1].some((ago) => nonce === this.#nonce(ago))) {
      throw this.#refusal("use_dpop_nonce", "the DPoP proof must have the nonce given here");
    }
  }

  /** @param {unknown} jti */
  #isNew(jti) {
    if (typeof jti !== "string" || this.#seen.has(jti)) return false;
    const nowMs = Date.now();
    for (const [known, at] of this.#seen)
      if (at < nowMs - 2 * acceptedSeconds * 1000) this.#seen.delete(known);
    this.#seen.set(jti, nowMs);
    return true;
  }

  #nonce(ago = 0) {
    const window = Math.floor(Date.now() / 1000 / nonceSeconds) - ago;
    return createHmac("sha256", this.#secret).update(String(window)).digest("base64url");
  }

  /**
   * @param {string} error
   * @param {string} message
   */
  #refusal(error, message) {
    const metadata = {
      "www-authenticate": `DPoP error="${error}", algs="ES256"`,
      "dpop-nonce": this.#nonce(),
    };
    return new ConnectError(message, Code.Unauthenticated, metadata);
  }
}

/** @param {string} text */
function part(text) {
  return JSON.parse(Buffer.from(text, "base64url").toString());
}

/** RFC 7638. @param {any} jwk */
function thumbprint({ crv, kty, x, y } = /** @type {any} */ ({})) {
  return hash(JSON.stringify({ crv, kty, x, y }));
}

/**
 * @param {string} signed
 * @param {string} signature
 * @param {any} jwk
 */
function isSigned(signed, signature, jwk) {
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const bytes = Buffer.from(signature, "base64url");
    return verify("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }, bytes);
  } catch {
    return false;
  }
}
