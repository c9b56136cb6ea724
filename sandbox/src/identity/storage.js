// Where oidc-provider keeps its sessions, grants and tokens: in memory, one store per sandbox.

/** @typedef {{ payload: import("oidc-provider").AdapterPayload, expiresAtMs: number }} Entry */

/** What is of no use without its grant, also when it was made while the grant was being revoked. */
const underGrant = new Set(["AccessToken", "RefreshToken", "AuthorizationCode"]);

/** Between two sweeps for entries that are over. */
const sweepEveryMs = 60_000;

export class Storage {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #sweptAtMs = Date.now();

  #settings;

  /** @param {{ refreshGraceSeconds: number }} settings may change later */
  constructor(settings) {
    this.#settings = settings;
  }

  get refreshGraceMs() {
    return this.#settings.refreshGraceSeconds * 1000;
  }

  /**
   * Ends every grant of an account, and with it what was issued under it.
   * @param {string} accountId
   * @param {string} [clientId] only those to this client
   */
  revokeGrants(accountId, clientId) {
    const isTheirs = (/** @type {import("oidc-provider").AdapterPayload} */ payload) =>
      payload.accountId === accountId && (clientId === undefined || payload.clientId === clientId);
    for (const key of this.keysOf("Grant", isTheirs)) this.delete(key);
  }

  /** The adapter factory oidc-provider asks for. */
  adapter = (/** @type {string} */ model) => new StorageAdapter(this, model);

  /** @param {string} key */
  get(key) {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAtMs > Date.now() ? entry.payload : undefined;
  }

  /**
   * @param {string} key
   * @param {import("oidc-provider").AdapterPayload} payload
   * @param {number} expiresInSeconds
   */
  set(key, payload, expiresInSeconds) {
    this.#sweep();
    this.#entries.set(key, { payload, expiresAtMs: Date.now() + expiresInSeconds * 1000 });
  }

  /** @param {string} key */
  delete(key) {
    this.#entries.delete(key);
  }

  /**
   * @param {string} model
   * @param {(payload: import("oidc-provider").AdapterPayload) => boolean} matches
   * @returns {string[]} the keys of the model's entries that match
   */
  keysOf(model, matches) {
    const prefix = `${model}:`;
    return [...this.#entries]
      .filter(([key, { payload }]) => key.startsWith(prefix) && matches(payload))
      .map(([key]) => key);
  }

  #sweep() {
    const nowMs = Date.now();
    if (nowMs - this.#sweptAtMs < sweepEveryMs) return;
    this.#sweptAtMs = nowMs;
    for (const [key, { expiresAtMs }] of this.#entries) {
      if (expiresAtMs <= nowMs) this.#entries.delete(key);
    }
  }
}

/** Implements oidc-provider's `Adapter`. */
class StorageAdapter {
  #storage;
  #model;

  /**
   * @param {Storage} storage
   * @param {string} model
   */
  constructor(storage, model) {
    this.#storage = storage;
    this.#model = model;
  }

  /**
   * @param {string} id
   * @param {import("oidc-provider").AdapterPayload} payload
   * @param {number} expiresIn
   */
  async upsert(id, payload, expiresIn) {
    this.#storage.set(this.#key(id), payload, expiresIn);
  }

  /** @param {string} id */
  async find(id) {
    const payload = this.#storage.get(this.#key(id));
    if (payload && underGrant.has(this.#model) && !this.#storage.get(`Grant:${payload.grantId}`))
      return undefined;
    const usedAtMs = Number(payload?.usedAtMs ?? Number.NEGATIVE_INFINITY);
    if (!payload || this.#model !== "RefreshToken" || Date.now() >= usedAtMs + this.#storage.refreshGraceMs) {
      return payload;
    }
    // Used a moment ago: an application whose reply got lost may use it again.
    const { consumed: _, ...fresh } = payload;
    return fresh;
  }

  /** @param {string} uid */
  async findByUid(uid) {
    const [key] = this.#storage.keysOf(this.#model, (payload) => payload.uid === uid);
    return key === undefined ? undefined : this.#storage.get(key);
  }

  /** The device flow, which would need this, is off. */
  async findByUserCode() {
    return undefined;
  }

  /** @param {string} id */
  async consume(id) {
    const payload = this.#storage.get(this.#key(id));
    if (!payload) return;
    payload.consumed = Math.floor(Date.now() / 1000);
    payload.usedAtMs ??= Date.now();
  }

  /** @param {string} id */
  async destroy(id) {
    this.#storage.delete(this.#key(id));
  }

  /** @param {string} grantId */
  async revokeByGrantId(grantId) {
    for (const key of this.#storage.keysOf(this.#model, (payload) => payload.grantId === grantId)) {
      this.#storage.delete(key);
    }
  }

  /** @param {string} id */
  #key(id) {
    return `${this.#model}:${id}`;
  }
}
