// Access tokens from the other side: looking one up for the core, and remembering what has been handed out.

/**
 * @param {import("oidc-provider").Provider} provider
 * @returns {import("../core/access.js").TokenLookup}
 */
export function createTokenLookup(provider) {
  return async (value) => {
    const userToken = await provider.AccessToken.find(value);
    if (userToken?.clientId !== undefined) {
      return {
        kind: "user",
        clientId: userToken.clientId,
        phoneNumber: userToken.accountId,
        scopes: userToken.scopes,
        jkt: userToken.jkt,
      };
    }
    const clientToken = await provider.ClientCredentials.find(value);
    if (clientToken?.clientId === undefined) return undefined;
    return {
      kind: "client",
      clientId: clientToken.clientId,
      scopes: clientToken.scopes,
      jkt: clientToken.jkt,
    };
  };
}

/**
 * Every code and token, so that a test can search its own traces for them. Kept in memory only.
 * @param {import("oidc-provider").Provider} provider
 * @returns {Set<string>}
 */
export function collectIssuedSecrets(provider) {
  /** @type {Set<string>} */
  const issued = new Set();
  /** @param {unknown} value */
  const add = (value) => {
    if (typeof value === "string") issued.add(value);
  };
  provider.on("authorization.success", (_ctx, out) => add(out?.code));
  provider.on("grant.success", (ctx) => {
    const { access_token, refresh_token, id_token } = /** @type {Record<string, unknown>} */ (ctx.body);
    add(access_token);
    add(refresh_token);
    add(id_token);
  });
  return issued;
}
