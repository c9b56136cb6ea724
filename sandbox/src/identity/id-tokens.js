// ID tokens as the sandbox wants them: signed anew, with the key of the day, another time, or whatever a test asks for.
// oidc-provider signs with the keys it was started with; those replies are changed on their way out.
import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";

const encode = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (/** @type {string} */ part) => JSON.parse(Buffer.from(part, "base64url").toString());

/** @typedef {{ kid: string, alg: "RS256" | "ES256", privateKey: import("node:crypto").KeyObject, jwk: object }} Key */

/**
 * @param {"RS256" | "ES256"} alg
 * @returns {Key}
 */
function makeKey(alg) {
  const { privateKey, publicKey } =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = randomUUID();
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" } };
}

export class IdTokens {
  /** @type {Key[]} */
  #keys = [];
  /** @type {Key | undefined} */
  #elliptic;
  #settings;

  /** @param {import("../settings.js").Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /** From now on another key signs; the earlier ones stay published. */
  rotateKeys() {
    this.#keys.push(makeKey("RS256"));
  }

  /**
   * The published keys, with those that were made since.
   * @param {string} text
   */
  keys(text) {
    const { keys } = JSON.parse(text);
    const own = this.#elliptic ? [...this.#keys, this.#elliptic] : this.#keys;
    return JSON.stringify({ keys: [...keys, ...own.map(({ jwk }) => jwk)] });
  }

  /**
   * @param {string} token
   * @param {Partial<import("../faults/faults.js").Fault>} wrong
   */
  sign(token, { claims, signature, alg, kid }) {
    const offset = this.#settings.clockOffsetSeconds;
    const key = this.#keys.at(-1);
    if (!key && !claims && !signature && !alg && kid === undefined && offset === 0) return token;
    const [head = "", body = ""] = token.split(".");
    const header = decode(head);
    const payload = decode(body);
    for (const name of ["iat", "exp", "nbf", "auth_time"]) if (payload[name]) payload[name] += offset;
    for (const [name, value] of Object.entries(claims ?? {})) {
      if (value === null) delete payload[name];
      else payload[name] = value;
    }
    const signer = alg === "ES256" ? this.#ellipticKey() : (key ?? this.#firstOwn());
    header.alg = alg ?? signer.alg;
    header.kid = signer.kid;
    if (kid === null) delete header.kid;
    else if (kid !== undefined) header.kid = kid;
    const signed = `${encode(header)}.${encode(payload)}`;
    return `${signed}.${signature === "broken" ? encode("broken") : signatureOf(signed, header.alg, signer)}`;
  }

  #ellipticKey() {
    this.#elliptic ??= makeKey("ES256");
    return this.#elliptic;
  }

  #firstOwn() {
    this.rotateKeys();
    return /** @type {Key} */ (this.#keys.at(-1));
  }
}

/**
 * @param {string} signed
 * @param {string} alg
 * @param {Key} key
 */
function signatureOf(signed, alg, { privateKey }) {
  if (alg === "none") return "";
  if (alg === "HS256") return createHmac("sha256", "anybody knows this").update(signed).digest("base64url");
  return sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString(
    "base64url",
  );
}
