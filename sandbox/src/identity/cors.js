// CORS of the OpenID endpoints. oidc-provider decides which endpoints have it (the authorization endpoint never has)
// and for which client; here only pages of this machine are let in.
import { isLoopbackOrigin } from "../loopback.js";
import { vendorClientId } from "./clients.js";

/**
 * What has a secret must not be used from a browser. The client behind the gateway is let in all the same, so that a page
 * that passes the gateway by can read why it is refused.
 * @type {import("oidc-provider").Configuration["clientBasedCORS"]}
 */
export const clientBasedCors = (ctx, origin, client) =>
  (client.clientId !== vendorClientId || ctx.oidc.route === "userinfo") && isLoopbackOrigin(origin);

/**
 * oidc-provider opens discovery, keys and preflights to any origin: take that back for the others.
 * @param {import("koa").Context} ctx
 * @param {() => Promise<void>} next
 */
export async function loopbackOriginsOnly(ctx, next) {
  await next();
  if (!isLoopbackOrigin(ctx.get("origin"))) ctx.remove("access-control-allow-origin");
}
