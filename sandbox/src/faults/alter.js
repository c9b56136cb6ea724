// Replies of the provider that are changed on their way out: what a fault wants, and what oidc-provider can't do itself,
// because its keys and its clock are fixed when it starts.
import { setTimeout as wait } from "node:timers/promises";

/** @typedef {(ctx: import("koa").Context, next: () => Promise<void>) => Promise<void>} Middleware */

/**
 * @param {{ faults: import("./faults.js").Faults, idTokens: import("../identity/id-tokens.js").IdTokens,
 *   tokenLog: import("../identity/token-log.js").TokenLog, settings: import("../settings.js").Settings,
 *   nonces: import("../core/nonces.js").Nonces, issuedSecrets: Set<string> | undefined }} parts
 * @returns {Middleware}
 */
export function createAlterations({ faults, idTokens, tokenLog, settings, nonces, issuedSecrets }) {
  return async (ctx, next) => {
    const { id_token_hint: hint } = ctx.query;
    if (typeof hint === "string") ctx.query = { ...ctx.query, id_token_hint: idTokens.original(hint) };
    await next();
    const nonce = ctx.response.get("dpop-nonce");
    if (nonce) nonces.note(nonce);
    if (ctx.path.startsWith("/oauth2/auth")) await authorization(ctx);
    else if (ctx.path === "/oauth2/token") token(ctx);
    else if (ctx.status === 200 && ctx.path === "/.well-known/jwks.json") {
      const { keys } = /** @type {{ keys: object[] }} */ (ctx.body);
      ctx.body = { keys: [...keys, ...idTokens.publishedKeys()] };
    } else if (ctx.status === 200 && ctx.path === "/.well-known/openid-configuration") discovery(ctx);
  };

  /** @param {import("koa").Context} ctx */
  async function authorization(ctx) {
    const url = URL.parse(ctx.response.get("location"));
    const isAnswer = url && (url.searchParams.has("code") || url.searchParams.has("error"));
    const fault = isAnswer ? faults.take("authorization") : undefined;
    if (!url || !fault) return;
    const { iss, state, error, errorDescription, delayMs } = fault;
    if (delayMs) await wait(delayMs, undefined, { ref: false });
    if (iss === null) url.searchParams.delete("iss");
    else if (iss !== undefined) url.searchParams.set("iss", iss);
    if (state !== undefined) url.searchParams.set("state", state);
    if (error !== undefined) {
      for (const name of ["code", "error_description"]) url.searchParams.delete(name);
      url.searchParams.set("error", error);
      if (errorDescription !== undefined) url.searchParams.set("error_description", errorDescription);
    }
    ctx.set("location", url.href);
    // Koa's text repeats the address.
    ctx.body = "";
  }

  /** @param {import("koa").Context} ctx */
  function token(ctx) {
    const reply = /** @type {Record<string, unknown> | undefined} */ (ctx.body) ?? {};
    const outcome = ctx.status === 200 ? "issued" : String(reply.error ?? ctx.status);
    tokenLog.note(ctx.req, { outcome, refreshToken: reply.refresh_token, idToken: reply.id_token });
    if (typeof reply.id_token !== "string") return;
    const signed = idTokens.sign(reply.id_token, faults.take("idToken") ?? {});
    issuedSecrets?.add(signed);
    ctx.body = { ...reply, id_token: signed };
  }

  /** @param {import("koa").Context} ctx */
  function discovery(ctx) {
    const { dpop_signing_alg_values_supported: dpop, ...metadata } = /** @type {Record<string, unknown>} */ (
      ctx.body
    );
    ctx.body = {
      ...metadata,
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      ...(settings.dpop === "off" ? {} : { dpop_signing_alg_values_supported: dpop }),
    };
  }
}
