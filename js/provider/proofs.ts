// Tokens that are bound to a key of this browser (DPoP, RFC 9449): a proof with each request.
import { decide } from "../core/decide.js";
import type { AuthError } from "../errors.js";
import { peek } from "../given/read.js";
import type { Keys } from "../platform/key-pairs.js";
import { sleep } from "../platform/waiting.js";
import { authError, changed } from "./auth-error.js";
import { base64Url, keyName } from "./names.js";
import { randomText } from "./random.js";

/** How many origins' nonces are remembered. */
const REMEMBERED = 16;

/** @internal */
export class Proofs {
  readonly #keys: Keys;
  readonly #namespace: string;
  /** The newest nonce of each origin (section 8.2). */
  readonly #nonces = new Map<string, string>();

  constructor(keys: Keys, namespace: string) {
    this.#keys = keys;
    this.#namespace = namespace;
  }

  /** A proof for one request, by the key of the session called `id`. @throws AuthError */
  async make(
    id: string,
    method: string,
    url: string,
    token: string | undefined,
    timeoutMs: number,
    nowAtProviderMs: () => number,
  ): Promise<string> {
    const name = keyName(this.#namespace, id);
    const key = await asked(timeoutMs, () => this.#keys.publicKey(name));
    const [x, y] = [peek(key, "x"), peek(key, "y")];
    if (typeof x !== "string" || typeof y !== "string") throw noCrypto();
    const nonce = this.#nonces.get(originOf(url));
    const [address = ""] = url.split(/[?#]/);
    const texts = [x, y, randomText(), method, address, token, nonce];
    const iatSeconds = Math.floor(nowAtProviderMs() / 1000);
    const input = await decide((wasm) => wasm.proofInput(texts, iatSeconds));
    const data = new TextEncoder().encode(input);
    const signature = await asked(timeoutMs, () => this.#keys.sign(name, data));
    return `${input}.${base64Url(signature)}`;
  }

  /**
   * Makes sure that a key can be kept here: some browsers, or their private windows, have a database that takes none, or gives
   * back another thing. To be asked before a person leaves to sign in for it. @throws AuthError
   */
  async check(timeoutMs: number): Promise<void> {
    const id = "probe";
    const use = () => asked(timeoutMs, () => this.#keys.sign(keyName(this.#namespace, id), new Uint8Array()));
    try {
      await use();
      // It comes from where it is kept now.
      await use();
    } catch (thrown) {
      void this.drop(id, timeoutMs);
      const error = thrown as AuthError;
      const advice =
        'It can\'t keep the key that `dpop` binds the tokens to (IndexedDB). Use `storage: "memory"`, or leave `dpop` out.';
      throw changed(error, { message: `${error.message} ${advice}` });
    }
    await this.drop(id, timeoutMs);
  }

  /** Remembers the nonce that a reply of `url` had. */
  learn(url: string, nonce: string): void {
    const origin = originOf(url);
    this.#nonces.delete(origin);
    if (this.#nonces.size >= REMEMBERED) {
      const [oldest] = this.#nonces.keys();
      this.#nonces.delete(oldest as string);
    }
    this.#nonces.set(origin, nonce);
  }

  /** Forgets the key of the session called `id`. Ends in time, whatever comes of it. */
  async drop(id: string, timeoutMs: number): Promise<void> {
    await asked(timeoutMs, () => this.#keys.drop(keyName(this.#namespace, id))).catch(() => {});
  }
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}

/** @internal Whether a `www-authenticate` header asks for a nonce (section 9). */
export const asksForNonce = (wwwAuthenticate: string): boolean => /use_dpop_nonce/i.test(wwwAuthenticate);

/** What `work` with WebCrypto, or with its storage, comes to. That may never answer. */
async function asked<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  subtle();
  const waiting = new AbortController();
  const silent = Symbol();
  try {
    const late = sleep(timeoutMs, false, waiting.signal).then((): typeof silent => silent);
    const result = await Promise.race([trying(work), late]);
    if (result === silent) throw noCrypto();
    return result as T;
  } finally {
    waiting.abort();
  }
}

/** @internal @throws AuthError where there is none */
export function subtle(): SubtleCrypto {
  let found: unknown;
  try {
    found = globalThis.crypto?.subtle;
  } catch (cause) {
    throw noCrypto(cause);
  }
  if (found) return found as SubtleCrypto;
  throw authError(
    "invalid_config",
    "This page has no WebCrypto (crypto.subtle): it must be a secure context, that is https or a loopback host.",
  );
}

/** @internal What `work` comes to. @throws AuthError with what it throws */
export async function trying<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw noCrypto(cause);
  }
}

const noCrypto = (cause?: unknown) =>
  authError("invalid_config", "The browser's WebCrypto, or its storage for keys, refused.", cause);
