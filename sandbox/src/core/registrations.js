// What is registered now: one registration per number, forgotten when its time to live is over.

/**
 * @typedef {object} RegistrationRecord
 * @property {string} phoneNumber
 * @property {string} sipUri
 * @property {string} routeType LOOP, FORK, …
 * @property {string} mobileOriginatingPrefix
 * @property {string} mobileTerminatingPrefix
 * @property {"v1" | "v0"} apiVersion of the last upsert
 * @property {"user" | "client"} tokenKind of the last upsert
 * @property {string} clientId of the last upsert's token
 * @property {string} registeredAt when it was first made as it is, ISO
 * @property {string} refreshedAt when it was last upserted, ISO
 * @property {string} expiresAt ISO
 * @property {number} secondsLeft
 */

/** @typedef {Pick<RegistrationRecord, "sipUri" | "routeType" | "mobileOriginatingPrefix" | "mobileTerminatingPrefix">} Wanted */
/** @typedef {Pick<RegistrationRecord, "apiVersion" | "tokenKind" | "clientId">} Origin */
/** @typedef {{ wanted: Wanted, origin: Origin, registeredAtMs: number, refreshedAtMs: number }} Stored */

export class Registrations {
  /** @type {Map<string, Stored>} */
  #byNumber = new Map();
  #settings;

  /** @param {{ ttlSeconds: number }} settings may change later */
  constructor(settings) {
    this.#settings = settings;
  }

  get ttlMs() {
    return this.#settings.ttlSeconds * 1000;
  }

  /**
   * Creates, replaces or refreshes the number's registration.
   * @param {string} phoneNumber
   * @param {Wanted} wanted
   * @param {Origin} origin
   */
  upsert(phoneNumber, wanted, origin) {
    const nowMs = Date.now();
    const before = this.#find(phoneNumber, nowMs);
    const registeredAtMs = before && isSame(before.wanted, wanted) ? before.registeredAtMs : nowMs;
    this.#byNumber.set(phoneNumber, { wanted, origin, registeredAtMs, refreshedAtMs: nowMs });
  }

  /**
   * The number's registration, if it has one.
   * @param {string} phoneNumber
   */
  find(phoneNumber) {
    return this.#find(phoneNumber, Date.now())?.wanted;
  }

  /**
   * The PBX of the number's registration, if it has one.
   * @param {string} phoneNumber
   */
  sipUriOf(phoneNumber) {
    return this.find(phoneNumber)?.sipUri;
  }

  /** @param {string} phoneNumber */
  delete(phoneNumber) {
    this.#byNumber.delete(phoneNumber);
  }

  /** @returns {RegistrationRecord[]} ordered by number */
  list() {
    const nowMs = Date.now();
    return [...this.#byNumber.keys()].sort().flatMap((phoneNumber) => {
      const stored = this.#find(phoneNumber, nowMs);
      if (!stored) return [];
      const expiresAtMs = stored.refreshedAtMs + this.ttlMs;
      return [
        {
          phoneNumber,
          ...stored.wanted,
          ...stored.origin,
          registeredAt: new Date(stored.registeredAtMs).toISOString(),
          refreshedAt: new Date(stored.refreshedAtMs).toISOString(),
          expiresAt: new Date(expiresAtMs).toISOString(),
          secondsLeft: Math.ceil((expiresAtMs - nowMs) / 1000),
        },
      ];
    });
  }

  /**
   * Forgetting happens when somebody looks: nobody can see a registration that is over.
   * @param {string} phoneNumber
   * @param {number} nowMs
   */
  #find(phoneNumber, nowMs) {
    const stored = this.#byNumber.get(phoneNumber);
    if (stored && stored.refreshedAtMs + this.ttlMs <= nowMs) {
      this.#byNumber.delete(phoneNumber);
      return undefined;
    }
    return stored;
  }
}

/**
 * @param {Wanted} a
 * @param {Wanted} b
 */
function isSame(a, b) {
  return (
    a.sipUri === b.sipUri &&
    a.routeType === b.routeType &&
    a.mobileOriginatingPrefix === b.mobileOriginatingPrefix &&
    a.mobileTerminatingPrefix === b.mobileTerminatingPrefix
  );
}
