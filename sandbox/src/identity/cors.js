// CORS of the OpenID endpoints. oidc-provider decides which endpoints have it (the authorization endpoint never has)
// and for which client; here only pages of this machine are let in.
import { isLoopbackOrigin } from "../loopback.js";

/**
 * Only a public client is used from a browser: what has a secret must not be there.
 * @type {import("oidc-provider").Configuration["clientBasedCORS"]}
 */
export const clientBasedCors = (ctx, origin, client) =>
  (client.clientAuthMethod === "none" || ctx.oidc.route === "userinfo") && isLoopbackOrigin(origin);

/**
 * oidc-provider opens discovery, keys and preflights to any origin: take that back for the others.
 * @param {import("koa").Context} ctx
 * @param {() => Promise<void>} next
 */
export async function loopbackOriginsOnly(ctx, next) {
  await next();
  if (!isLoopbackOrigin(ctx.get("origin"))) ctx.remove("access-control-allow-origin");
}
