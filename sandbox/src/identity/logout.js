// RP-initiated log-out. Who can show the ID token of the session that is to end is not asked to confirm.
import { setPage } from "../pages/page.js";
import { messagePage, signOutPage } from "./pages.js";
import { pairwiseSubject } from "./subjects.js";

/** @typedef {import("oidc-provider").KoaContextWithOIDC} Context */

/** @param {Context} ctx */
async function logoutSource(ctx) {
  const { session } = ctx.oidc;
  if (!session) throw new Error("log-out without a session object");
  if (!hintMatchesSession(ctx)) {
    const action = ctx.oidc.urlFor("end_session_confirm");
    setPage(ctx, signOutPage({ action, xsrf: String(session.state?.secret ?? "") }));
    return;
  }
  await session.destroy();
  ctx.cookies.set(ctx.oidc.provider.cookieName("session"), null, { httpOnly: true, sameSite: "lax" });
  leave(ctx);
}

/** @type {NonNullable<NonNullable<import("oidc-provider").Configuration["features"]>["rpInitiatedLogout"]>} */
export const rpInitiatedLogout = {
  enabled: true,
  logoutSource,
  postLogoutSuccessSource(ctx) {
    setPage(ctx, messagePage({ title: "You are signed out", message: "You can close this page." }));
  },
};

/**
 * With nobody signed in, oidc-provider sends a page that posts itself; the browser can as well be sent on at once.
 * @param {import("koa").Context} ctx
 * @param {() => Promise<void>} next
 */
export async function skipEmptyLogout(ctx, next) {
  await next();
  const context = /** @type {Context} */ (/** @type {unknown} */ (ctx));
  const { oidc } = context;
  if (oidc?.route === "end_session" && ctx.status === 200 && !oidc.session?.accountId) leave(context);
}

/** @param {Context} ctx */
function hintMatchesSession(ctx) {
  const { session, client, entities } = ctx.oidc;
  const hint = /** @type {{ payload: { sub?: string, sid?: string } } | undefined} */ (entities.IdTokenHint);
  return (
    hint !== undefined &&
    client !== undefined &&
    session?.accountId !== undefined &&
    hint.payload.sub === pairwiseSubject(session.accountId, client.clientId) &&
    // The same person's session in another browser is another session.
    hint.payload.sid === session.sidFor(client.clientId)
  );
}

/**
 * To where the application wants the browser back, checked by oidc-provider already, or to a page that says it is done.
 * @param {Context} ctx
 */
function leave(ctx) {
  const { post_logout_redirect_uri: target, state } = ctx.oidc.params ?? {};
  const url = new URL(typeof target === "string" ? target : ctx.oidc.urlFor("end_session_success"));
  if (typeof target === "string" && typeof state === "string") url.searchParams.set("state", state);
  ctx.status = 303;
  ctx.redirect(url.href);
}
