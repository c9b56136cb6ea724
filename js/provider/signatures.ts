// The provider's keys (RFC 7517), and the signature of an ID token (OpenID Connect Core, 3.1.3.7, 10.1.1).
import { decide } from "../core/decide.js";
import { AuthError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { within } from "../platform/time-limit.js";
import { authError, invalidConfig } from "./auth-error.js";
import { subtle, trying } from "./proofs.js";
import { bodyText, isSuccess, type ProviderReply } from "./reply.js";

/** One key, as far as WebCrypto needs it: it refuses keys for odd members. */
interface Key {
  readonly kid: string | undefined;
  readonly algorithm: string;
  readonly members: readonly [string, string];
}

const LEAST_RSA_BITS = 2048;

/** @internal What the known keys say: a bad one is not by the key that is named; an unknown one may be by a newer key. */
export type SignatureState = "good" | "bad" | "unknown";

/** What asks for the keys. */
interface KeySource {
  /** Their address, if the provider has told it. */
  address(): Promise<string | undefined>;
  fetch(address: string): Promise<ProviderReply>;
  /** How long a request for them may take, and looking for the one that fits. */
  timeoutMs(): Promise<number>;
}

/** @internal The provider's keys. They are kept; for a key that is not among them they are asked for again, once. */
export class Signatures {
  readonly #source: KeySource;
  #keys: readonly Key[] | undefined;

  constructor(source: KeySource) {
    this.#source = source;
  }

  /** @throws AuthError unless the provider signed `token` */
  async check(token: string): Promise<void> {
    let state = await this.verify(token);
    if (state === "unknown") {
      await this.fetchKeys();
      state = await this.verify(token);
    }
    if (state === "good") return;
    const message =
      "The ID token has a signature that is not the provider's, or by a key that it does not publish (`kid`), or too weak a one.";
    throw authError("id_token_invalid", message);
  }

  /** By the keys that are known. @throws AuthError for a token that has no signature that is taken here */
  async verify(token: string): Promise<SignatureState> {
    const state = await within(await this.#source.timeoutMs(), this.#verify(token));
    if (state) return state;
    throw authError("timeout", "Checking the ID token's signature took too long. Try again.");
  }

  async #verify(token: string): Promise<SignatureState> {
    const [algorithm, kid, signature] = (await decide((wasm) => wasm.readSignature(token))) as [
      ...[string, string | undefined, Uint8Array<ArrayBuffer>],
    ];
    const signed = new TextEncoder().encode(token.slice(0, token.lastIndexOf(".")));
    let state: SignatureState = "unknown";
    for (const key of this.#keys ?? []) {
      const isNamed = key.kid !== undefined && key.kid === kid;
      // Without a name it may be by each of the kind.
      if (key.algorithm !== algorithm || !(isNamed || kid === undefined || key.kid === undefined)) continue;
      if (await isBy(key, signed, signature)) return "good";
      // A key that is not named may have been replaced by another that is not.
      if (isNamed) state = "bad";
    }
    return state;
  }

  /** Gets the keys anew. @throws AuthError */
  async fetchKeys(): Promise<void> {
    const address = await this.#source.address().catch(unreachable);
    if (address === undefined) {
      throw invalidConfig(
        "endpoints.jwks",
        "is needed: the ID token's signature is checked with the keys there (`dangerouslySkipIdTokenSignature` does " +
          "without).",
      );
    }
    const reply = await this.#source.fetch(address).catch(unreachable);
    const keys = isSuccess(reply) ? await readKeys(bodyText(reply)) : undefined;
    if (!keys) {
      const message = `The provider's keys (${address}) can't be read: HTTP ${reply.status}.`;
      throw authError("jwks_unreachable", message);
    }
    this.#keys = keys;
  }
}

async function readKeys(text: string): Promise<Key[] | undefined> {
  const flat = (await decide((wasm) => wasm.readKeys(text))) as string[] | undefined;
  if (!flat) return undefined;
  const keys: Key[] = [];
  for (let at = 0; at + 3 < flat.length; at += 4) {
    const [kid, algorithm, first, second] = flat.slice(at, at + 4) as [
      string | undefined,
      string,
      string,
      string,
    ];
    keys.push({ kid, algorithm, members: [first, second] });
  }
  return keys;
}

async function isBy(
  { algorithm, members: [first, second] }: Key,
  signed: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const isRsa = algorithm === "RS256";
  const name = isRsa ? "RSASSA-PKCS1-v1_5" : "ECDSA";
  const method = bare({ name, hash: "SHA-256", namedCurve: "P-256" });
  const jwk: JsonWebKey = isRsa
    ? bare({ kty: "RSA", n: first, e: second })
    : bare({ kty: "EC", crv: "P-256", x: first, y: second });
  const crypto = subtle();
  let key: CryptoKey;
  try {
    key = await crypto.importKey("jwk", jwk, method, false, ["verify"]);
  } catch {
    // A key that is none does not verify anything; another one may.
    return false;
  }
  // Shorter ones can be broken (RFC 7518, section 3.3).
  if (isRsa && !((peek(key.algorithm, "modulusLength") as number) >= LEAST_RSA_BITS)) return false;
  return (await trying(() => crypto.verify(method, key, signature, signed))) === true;
}

function unreachable(error: unknown): never {
  // The wasm may have stopped.
  if (!(error instanceof AuthError)) throw error;
  const message = `The provider's keys could not be had, so its ID token is not used. ${error.message}`;
  throw authError("jwks_unreachable", message, error.cause);
}
