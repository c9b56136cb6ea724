// What providers and cores want to find in the next proof (RFC 9449, section 8.2).

/** How many origins' nonces are remembered. */
const REMEMBERED = 16;

/** @internal The newest nonce of each origin. */
export class Nonces {
  readonly #nonces = new Map<string, string>();

  /** The one to send to `url`. */
  of(url: string): string | undefined {
    return this.#nonces.get(originOf(url));
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
}

/** @internal Whether a `www-authenticate` header asks for a nonce (section 9). */
export const asksForNonce = (wwwAuthenticate: string): boolean => /use_dpop_nonce/i.test(wwwAuthenticate);

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return "";
  }
}
