// One provider and this client of it: requests, endpoints, keys, proofs. It knows nothing of a session.
import { decide } from "../core/decide.js";
import type { SessionWasm } from "../core/session-wasm.js";
import type { AuthError } from "../errors.js";
import type { Pairs } from "../platform/fetching.js";
import type { Keys } from "../platform/key-pairs.js";
import { invalidConfig } from "./auth-error.js";
import { ClockSkew } from "./clock-skew.js";
import { discovered, type Endpoints } from "./endpoints.js";
import { exchange, formRequest, getRequest } from "./exchange.js";
import { type Facts, factsOf, type ProviderSettings } from "./facts.js";
import { seen } from "./own-fetch.js";
import { asksForNonce, Proofs } from "./proofs.js";
import { randomText } from "./random.js";
import { bodyText, headerOf, type ProviderReply, type ProviderRequest } from "./reply.js";
import { type Revocations, revoked } from "./revocation.js";
import { type SignatureState, Signatures } from "./signatures.js";
import { readTokens, refusal, type TokenAnswer } from "./tokens.js";

export type { Endpoints, Issuer } from "./endpoints.js";
export type { ProviderSettings } from "./facts.js";
export { areGone } from "./revocation.js";
export type { Tokens, Verdict } from "./tokens.js";

/** @internal Every method that waits rejects with an AuthError or a LoadError. */
export class Provider {
  readonly settings: ProviderSettings;
  readonly namespace: string;
  /** How far its clock is from this one. */
  readonly skew = new ClockSkew();
  #facts: Facts | undefined;
  #endpoints: Endpoints | undefined;
  readonly #proofs: Proofs;
  readonly #signatures = new Signatures({
    address: async () => (await this.endpoints()).jwks,
    fetch: (address) => this.exchange("provider's keys", getRequest(address)),
    timeoutMs: async () => (await this.facts()).timeoutMs,
  });

  /** `namespace` is in the names of all that belongs to the session. */
  constructor(settings: ProviderSettings, keys: Keys, namespace: string) {
    this.settings = settings;
    this.namespace = namespace;
    this.#proofs = new Proofs(keys, namespace);
  }

  /** Checks the options, once. */
  async facts(): Promise<Facts> {
    return this.#facts ?? (await decide((wasm) => this.check(wasm)));
  }

  /** The same where the wasm is at hand. @throws AuthError */
  check(wasm: SessionWasm): Facts {
    this.#facts ??= factsOf(wasm, this.settings, this.namespace);
    return this.#facts;
  }

  /** A discovery that failed is tried again by the next call; two at once do no harm. */
  async endpoints(): Promise<Endpoints> {
    const { known, issuer } = await this.facts();
    this.#endpoints ??= known;
    if (this.#endpoints) return this.#endpoints;
    if (!issuer) throw invalidConfig("issuer", "is missing.");
    const ask = (place: string, url: string) => this.exchange(place, getRequest(url));
    const found = await discovered(issuer, this.settings.endpoints, ask);
    this.#endpoints = found;
    return found;
  }

  /** Sends `request` to what people call `place`. */
  async exchange(place: string, request: ProviderRequest): Promise<ProviderReply> {
    const { timeoutMs } = await this.facts();
    const { fetch, credentials } = this.settings;
    return exchange({ fetch: seen(fetch, this.namespace), credentials }, timeoutMs, place, request);
  }

  /**
   * Sends `request` with what it is authorized by: `token`, and a proof where tokens are bound to a key, which has its
   * session's id. It is sent once more when the provider wants a proof with a nonce of its own (RFC 9449, section 8).
   */
  async send(
    place: string,
    request: ProviderRequest,
    token: string | undefined,
    keyId: string | undefined,
  ): Promise<ProviderReply> {
    const reply = await this.#sendOnce(place, request, token, keyId);
    if (keyId === undefined || headerOf(reply, "dpop-nonce") === undefined) return reply;
    return (await wantsNonce(reply)) ? this.#sendOnce(place, request, token, keyId) : reply;
  }

  async #sendOnce(
    place: string,
    request: ProviderRequest,
    token: string | undefined,
    keyId: string | undefined,
  ): Promise<ProviderReply> {
    const { url, method } = request;
    const headers = await this.#authorized(method, url, token, keyId);
    const proofs = headers.map(([name, value]) => (name === "dpop" ? value : (token as string)));
    const reply = await this.exchange(place, {
      ...request,
      headers: [...request.headers, ...headers],
      secrets: [...request.secrets, ...proofs],
    });
    this.skew.learnFromDate(headerOf(reply, "date"), reply.sentAt);
    const nonce = headerOf(reply, "dpop-nonce");
    if (nonce !== undefined) this.#proofs.learn(url, nonce);
    return reply;
  }

  /** With `dpop`: rejects where a key can't be kept. */
  async checkKeys(): Promise<void> {
    const { timeoutMs } = await this.facts();
    if (this.settings.isDpop) await this.#proofs.check(timeoutMs);
  }

  /** The headers by which a request is authorized. */
  async #authorized(
    method: string,
    url: string,
    token: string | undefined,
    keyId: string | undefined,
  ): Promise<[string, string][]> {
    const headers: [string, string][] = [];
    const isBound = keyId !== undefined;
    if (token !== undefined) headers.push(["authorization", `${isBound ? "DPoP" : "Bearer"} ${token}`]);
    if (isBound) {
      const { timeoutMs } = await this.facts();
      const now = () => this.nowAtProviderMs();
      headers.push(["dpop", await this.#proofs.make(keyId, method, url, token, timeoutMs, now)]);
    }
    return headers;
  }

  /** The headers by which a POST to the core is authorized. */
  authorization(url: string, token: string, keyId: string | undefined): Promise<Pairs> {
    return this.#authorized("POST", url, token, keyId);
  }

  /**
   * Learns from the headers of a reply of `url`. True if the call was refused only for the want of something that is known
   * now, so that the same token is worth another try.
   */
  heed(url: string, get: (name: string) => string | undefined): boolean {
    const nonce = get("dpop-nonce");
    if (nonce === undefined) return false;
    this.#proofs.learn(url, nonce);
    // That the nonce is known already does not mean that this request had it: calls are made at the same time.
    return asksForNonce(get("www-authenticate") ?? "");
  }

  /** A form post. */
  form(url: string, fields: Record<string, string>): ProviderRequest {
    return formRequest(url, this.settings.clientId ?? "", fields);
  }

  get(url: string): ProviderRequest {
    return getRequest(url);
  }

  /** The tokens of a reply, or the error. `known`: secrets beside those that were sent. */
  readTokens(
    place: string,
    reply: ProviderReply,
    wantsBound: boolean,
    known: readonly string[],
  ): Promise<TokenAnswer> {
    return readTokens(place, reply, wantsBound, known);
  }

  refusal(place: string, reply: ProviderReply, known: readonly string[]): Promise<AuthError> {
    return refusal(place, reply, known);
  }

  /** @throws AuthError */
  randomText(): string {
    return randomText();
  }

  nowAtProviderMs(): number {
    return this.skew.providerMs();
  }

  /** Rejects unless the provider signed the token. */
  async checkSignature(idToken: string): Promise<void> {
    if (!this.settings.isSignatureSkipped) await this.#signatures.check(idToken);
  }

  /** The same by the keys that are known. */
  async verifySignature(idToken: string): Promise<SignatureState> {
    return this.settings.isSignatureSkipped ? "good" : this.#signatures.verify(idToken);
  }

  /** Gets the provider's keys anew. */
  fetchKeys(): Promise<void> {
    return this.#signatures.fetchKeys();
  }

  /**
   * Whom the ID token of a refresh is about; undefined if it is of no use. `before` is the one that it takes the place of: that
   * it is about another person, or for another client, is an error. Its signature is not looked at.
   */
  async renewedSubject(idToken: string, before: string | undefined): Promise<string | undefined> {
    const { issuer, clientId } = await this.facts();
    const now = this.nowAtProviderMs();
    return decide(({ renewedSubject }) =>
      renewedSubject(idToken, before, issuer?.text, issuer?.isSlashOptional === true, clientId, now),
    );
  }

  /** Forgets the key of the session of that id. Never rejects, and ends in time. */
  async dropKey(sessionId: string): Promise<void> {
    try {
      const { timeoutMs } = await this.facts();
      await this.#proofs.drop(sessionId, timeoutMs);
    } catch {
      // Nobody's tokens are bound to it any more.
    }
  }

  /** Revokes both as far as it goes, the refresh token first: with it many providers end the whole grant. Never rejects. */
  async revoke(tokens: {
    readonly accessToken: string;
    readonly refreshToken?: string | undefined;
  }): Promise<Revocations> {
    const endpoint = await this.endpoints().then(
      ({ revocation }) => revocation,
      () => undefined,
    );
    const one = (token: string, hint: string) =>
      revoked(endpoint, async (address) =>
        this.exchange("revocation endpoint", this.form(address, { token, token_type_hint: hint })),
      );
    const { refreshToken, accessToken } = tokens;
    return {
      refreshToken: refreshToken === undefined ? "noToken" : await one(refreshToken, "refresh_token"),
      accessToken: await one(accessToken, "access_token"),
    };
  }
}

/** Said by a token endpoint in its body, by a resource in a header. */
async function wantsNonce(reply: ProviderReply): Promise<boolean> {
  if (reply.status === 401) return asksForNonce(headerOf(reply, "www-authenticate") ?? "");
  if (reply.status !== 400) return false;
  const word = await decide(({ refusedWord }) => refusedWord([...reply.headers], bodyText(reply)));
  return word === "use_dpop_nonce";
}
