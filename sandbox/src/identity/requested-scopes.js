// The scopes of an authorization request, treated as the operator's provider does.
import { errors } from "oidc-provider";

/**
 * oidc-provider follows OpenID Connect Core to the letter: it drops offline_access without prompt=consent, and ignores
 * scopes it does not know. Hydra grants the one and refuses the other. oidc-provider's own check of a parameter,
 * which runs for every authorization request, is the place to set that right: `audience` is one of Hydra's.
 * @param {Set<string>} known
 */
export function scopeCheck(known) {
  return (/** @type {import("oidc-provider").KoaContextWithOIDC} */ ctx) => {
    const { oidc } = ctx;
    if (!oidc.params) return;
    const asked = ctx.query.scope;
    if (typeof asked !== "string") return;
    const scopes = new Set(asked.split(" ").filter((scope) => scope !== ""));
    for (const scope of scopes) {
      if (!known.has(scope)) throw new errors.InvalidScope("the client may not request this scope", scope);
    }
    oidc.params.scope = [...scopes].join(" ");
  };
}
