// ID tokens as the sandbox wants them: signed with the key of the day, by another clock, or however a test asks for.
// oidc-provider signs with the key it was started with; its tokens are signed anew on their way out.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from "node:crypto";

const encode = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (/** @type {string} */ part) => JSON.parse(Buffer.from(part, "base64url").toString());
const times = ["iat", "exp", "nbf", "auth_time"];

/** @typedef {{ kid: string, alg: string, privateKey: import("node:crypto").KeyObject }} Key */
/** @typedef {Pick<import("../faults/faults.js").Fault, "claims" | "signature" | "alg" | "kid">} Wrong */

export class IdTokens {
  /** oidc-provider's own. @type {Key} */
  #first;
  /** The one that signs is the last. @type {Key[]} */
  #rotated = [];
  #elliptic = makeKey("ES256");
  #settings;

  /**
   * @param {import("../settings.js").Settings} settings
   * @param {import("oidc-provider").JWK} signingKey
   */
  constructor(settings, signingKey) {
    this.#settings = settings;
    const privateKey = createPrivateKey({ key: /** @type {any} */ (signingKey), format: "jwk" });
    this.#first = { kid: String(signingKey.kid), alg: "RS256", privateKey };
  }

  /** From now on another key signs; the earlier ones stay published. */
  rotateKeys() {
    this.#rotated.push(makeKey("RS256"));
  }

  /** The keys that oidc-provider does not know. */
  publishedKeys() {
    return this.#own.map(({ kid, alg, privateKey }) => {
      return { ...createPublicKey(privateKey).export({ format: "jwk" }), kid, alg, use: "sig" };
    });
  }

  /**
   * @param {string} token as oidc-provider made it
   * @param {Wrong} wrong
   */
  sign(token, { claims, signature, alg, kid }) {
    const offset = this.#settings.clockOffsetSeconds;
    const key = alg === "ES256" ? this.#elliptic : (this.#rotated.at(-1) ?? this.#first);
    const payload = decode(token.split(".")[1] ?? "");
    for (const name of times) if (typeof payload[name] === "number") payload[name] += offset;
    for (const [name, value] of Object.entries(claims ?? {})) {
      if (value === null) delete payload[name];
      else payload[name] = value;
    }
    const header = {
      alg: alg ?? key.alg,
      typ: "JWT",
      ...(kid === null ? {} : { kid: kid ?? key.kid }),
    };
    const signed = `${encode(header)}.${encode(payload)}`;
    const good = signatureOf(signed, header.alg, key);
    return `${signed}.${signature === "broken" ? broken(good) : good}`;
  }

  /**
   * An ID token that comes back as a hint, as oidc-provider would have made it; what is not good stays as it is.
   * @param {string} token
   */
  original(token) {
    const [head = "", body = "", signature = ""] = token.split(".");
    try {
      const { kid } = decode(head);
      const key = this.#own.find((own) => own.kid === kid) ?? this.#first;
      const signer = {
        key: createPublicKey(key.privateKey),
        dsaEncoding: /** @type {const} */ ("ieee-p1363"),
      };
      const bytes = Buffer.from(signature, "base64url");
      if (!verify("sha256", Buffer.from(`${head}.${body}`), signer, bytes)) return token;
      const payload = decode(body);
      // By the provider's own clock a token can't be from the future.
      const ahead = Math.max(0, payload.iat - Math.floor(Date.now() / 1000));
      for (const name of times) if (typeof payload[name] === "number") payload[name] -= ahead;
      const signed = `${encode({ alg: "RS256", typ: "JWT", kid: this.#first.kid })}.${encode(payload)}`;
      return `${signed}.${signatureOf(signed, "RS256", this.#first)}`;
    } catch {
      return token;
    }
  }

  get #own() {
    return [...this.#rotated, this.#elliptic];
  }
}

/**
 * @param {"RS256" | "ES256"} alg
 * @returns {Key}
 */
function makeKey(alg) {
  const { privateKey } =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid: randomUUID(), alg, privateKey };
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

/**
 * Of the right length, with one bit wrong.
 * @param {string} signature
 */
function broken(signature) {
  const bytes = Buffer.from(signature, "base64url");
  bytes[0] = Number(bytes[0] ?? 0) ^ 1;
  return bytes.toString("base64url");
}
