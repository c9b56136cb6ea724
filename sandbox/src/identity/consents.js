// Which scopes a number has granted a client. It outlives the session: who signs in again is asked again only for
// what is new, or when the client demands it with prompt=consent.

export class Consents {
  /** @type {Map<string, Set<string>>} */
  #scopes = new Map();

  /**
   * @param {string} phoneNumber
   * @param {string} clientId
   * @param {Iterable<string>} scopes
   */
  add(phoneNumber, clientId, scopes) {
    const key = `${clientId} ${phoneNumber}`;
    this.#scopes.set(key, new Set([...(this.#scopes.get(key) ?? []), ...scopes]));
  }

  /**
   * @param {string} phoneNumber
   * @param {string} clientId
   * @returns {string[]}
   */
  of(phoneNumber, clientId) {
    return [...(this.#scopes.get(`${clientId} ${phoneNumber}`) ?? [])];
  }

  /**
   * @param {string} phoneNumber
   * @param {string} [clientId] all of them if it is left out
   */
  forget(phoneNumber, clientId) {
    for (const key of this.#scopes.keys()) {
      const [client, number] = key.split(" ");
      if (number === phoneNumber && (clientId ?? client) === client) this.#scopes.delete(key);
    }
  }

  /**
   * Each sign-in gets a grant of its own, so that revoking one sign-in's tokens leaves the others alone.
   * @type {import("oidc-provider").Configuration["loadExistingGrant"]}
   */
  loadGrant = async (ctx) => {
    const { provider, client, account, result } = ctx.oidc;
    const fromInteraction = result?.consent?.grantId;
    if (fromInteraction !== undefined) return provider.Grant.find(fromInteraction);
    if (!client || !account) return undefined;
    const scopes = this.of(account.accountId, client.clientId);
    if (scopes.length === 0) return undefined;
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grant.addOIDCScope(scopes.join(" "));
    await grant.save();
    return grant;
  };
}
