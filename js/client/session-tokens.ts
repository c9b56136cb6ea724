// The tokens of a session (`createAuth`). What the session does is decided and done in Rust (src/auth/) as yet.
import { ask, goOn, latest, type Wasm } from "../core/load.js";
import { pairsOf } from "./raw-failure.js";
import type { Authorization, TokenSource } from "./token-source.js";

type Handle = InstanceType<Wasm["AuthHandle"]>;

/** @internal */
export class SessionTokens implements TokenSource {
  readonly #open: (wasm: Wasm) => Handle;
  readonly #onEnded: TokenSource["onEnded"];

  /** `open` gives the session's handle in an instance of the wasm, `onEnded` tells when the session has ended. */
  constructor(open: (wasm: Wasm) => Handle, onEnded: TokenSource["onEnded"]) {
    this.#open = open;
    this.#onEnded = onEnded;
  }

  async authorize(url: string, refused: string | undefined): Promise<Authorization> {
    const [token, ...headers] = await this.#run(
      (handle) => handle.authorize(url, refused) as Promise<string[]>,
    );
    return { token: token as string, headers: pairsOf(headers) };
  }

  subject(): Promise<string | undefined> {
    return this.#run((handle) => handle.subject() as Promise<string | undefined>);
  }

  heed(url: string, get: (name: string) => string | undefined): boolean {
    const nonce = get("dpop-nonce");
    if (nonce === undefined) return false;
    const wasm = latest();
    const asked = get("www-authenticate") ?? "";
    try {
      return wasm ? ask(wasm, () => this.#open(wasm).heedNonce(url, nonce, asked)) : false;
    } catch {
      // The wasm has stopped. The reply may be an answer all the same.
      return false;
    }
  }

  onEnded(listener: (error: unknown) => void): () => void {
    return this.#onEnded(listener);
  }

  #run<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    return goOn((wasm) => work(this.#open(wasm)));
  }
}
