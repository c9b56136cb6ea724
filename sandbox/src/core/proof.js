// DPoP at the core (RFC 9449, section 7): a token that is bound to a key needs a proof that its holder has the key.
import { createHash, createPublicKey, verify } from "node:crypto";
import { Code, ConnectError } from "@connectrpc/connect";

const acceptedSeconds = 300;
const hash = (/** @type {string} */ text) => createHash("sha256").update(text).digest("base64url");

export class Proofs {
  #settings;
  #nonces;
  /** When each `jti` was seen, oldest first. @type {Map<string, number>} */
  #seenAtMs = new Map();

  /**
   * @param {import("../settings.js").Settings} settings
   * @param {import("./nonces.js").Nonces} nonces
   */
  constructor(settings, nonces) {
    this.#settings = settings;
    this.#nonces = nonces;
  }

  /**
   * @param {{ url: string, header: Headers }} call
   * @param {string} token
   * @param {string} jkt the thumbprint of the token's key
   * @returns {Record<string, string>} headers for the reply
   * @throws {ConnectError}
   */
  check({ url, header }, token, jkt) {
    const proof = read(header.get("dpop") ?? "");
    if (!proof) throw this.refusal("invalid_dpop_proof", "the DPoP proof is missing or no JWT");
    const nowSeconds = Date.now() / 1000 + this.#settings.clockOffsetSeconds;
    const problem =
      problemOf(proof, { url, token, jkt, nowSeconds }) ??
      (this.#isNew(String(proof.payload.jti)) ? undefined : "it has been used before");
    if (problem !== undefined)
      throw this.refusal("invalid_dpop_proof", `the DPoP proof is no good: ${problem}`);
    if (!this.#settings.dpopNonces) return {};
    if (!this.#nonces.isGood(proof.payload.nonce)) {
      throw this.refusal("use_dpop_nonce", "the DPoP proof must have the nonce given here");
    }
    const next = this.#nonces.current();
    return next === proof.payload.nonce ? {} : { "dpop-nonce": next };
  }

  /**
   * @param {"invalid_dpop_proof" | "use_dpop_nonce" | "invalid_token"} error
   * @param {string} message
   */
  refusal(error, message) {
    const headers = {
      "www-authenticate": `DPoP error="${error}", algs="ES256"`,
      "dpop-nonce": this.#nonces.current(),
    };
    return new ConnectError(message, Code.Unauthenticated, headers);
  }

  /** @param {string} jti */
  #isNew(jti) {
    const nowMs = Date.now();
    for (const [known, seenAtMs] of this.#seenAtMs) {
      if (seenAtMs >= nowMs - 2 * acceptedSeconds * 1000) break;
      this.#seenAtMs.delete(known);
    }
    if (this.#seenAtMs.has(jti)) return false;
    this.#seenAtMs.set(jti, nowMs);
    return true;
  }
}

/** @typedef {{ header: Record<string, any>, payload: Record<string, unknown>, signed: string, signature: Buffer }} Proof */

/**
 * @param {string} text
 * @returns {Proof | undefined}
 */
function read(text) {
  const [head = "", body = "", signature = "", ...rest] = text.split(".");
  try {
    const [header, payload] = [head, body].map((part) =>
      JSON.parse(Buffer.from(part, "base64url").toString()),
    );
    if (rest.length > 0 || !header?.jwk || typeof payload !== "object" || payload === null) return undefined;
    return { header, payload, signed: `${head}.${body}`, signature: Buffer.from(signature, "base64url") };
  } catch {
    return undefined;
  }
}

/**
 * @param {Proof} proof
 * @param {{ url: string, token: string, jkt: string, nowSeconds: number }} call
 * @returns {string | undefined}
 */
function problemOf({ header, payload, signed, signature }, { url, token, jkt, nowSeconds }) {
  const { typ, alg, jwk } = header;
  const { htm, htu, iat, jti, ath } = payload;
  if (typ !== "dpop+jwt") return "typ is not dpop+jwt";
  if (alg !== "ES256") return "alg is not ES256";
  if (jwk.kty !== "EC" || jwk.crv !== "P-256" || jwk.d !== undefined) return "jwk is no public P-256 key";
  if (!isSigned(signed, signature, jwk)) return "the signature is wrong";
  if (thumbprint(jwk) !== jkt) return "the token is bound to another key";
  if (htm !== "POST") return "htm is not POST";
  if (typeof htu !== "string" || withoutQuery(htu) !== withoutQuery(url)) return "htu is not this address";
  if (typeof iat !== "number" || Math.abs(iat - nowSeconds) > acceptedSeconds) {
    return `iat is not within ${acceptedSeconds} s of now`;
  }
  if (ath !== hash(token)) return "ath is not of this token";
  return typeof jti === "string" && jti !== "" ? undefined : "jti is missing";
}

/** @param {string} address */
function withoutQuery(address) {
  const url = URL.parse(address);
  return url && `${url.origin}${url.pathname}`;
}

/** RFC 7638. @param {Record<string, unknown>} jwk */
function thumbprint({ crv, kty, x, y }) {
  return hash(JSON.stringify({ crv, kty, x, y }));
}

/**
 * @param {string} signed
 * @param {Buffer} signature
 * @param {any} jwk
 */
function isSigned(signed, signature, jwk) {
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return verify("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}
