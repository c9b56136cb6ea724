// Log-out by POST. A form posted from a page on localhost is cross-site to 127.0.0.1, so the browser leaves the
// session cookie out; it sends it with the GET that a redirect makes of it. The form waits here in between, because
// the ID token in it does not belong in an address.
import { randomBytes } from "node:crypto";
import { readForm } from "../http/form.js";

const keptMs = 60_000;

/** @param {string} path of the end-session endpoint */
export function createPostedLogout(path) {
  /** @type {Map<string, { query: Record<string, string>, expiresAtMs: number }>} */
  const waiting = new Map();

  /**
   * @param {import("koa").Context} ctx
   * @param {() => Promise<void>} next
   */
  return async (ctx, next) => {
    if (ctx.path !== path) return next();
    if (ctx.method === "POST") {
      const id = randomBytes(18).toString("base64url");
      forgetOld();
      const query = Object.fromEntries(await readForm(ctx.req));
      waiting.set(id, { query, expiresAtMs: Date.now() + keptMs });
      ctx.status = 303;
      ctx.set("cache-control", "no-store");
      ctx.redirect(`${path}?posted=${id}`);
      return undefined;
    }
    const { posted } = ctx.query;
    const form = typeof posted === "string" ? waiting.get(posted) : undefined;
    if (form) {
      waiting.delete(/** @type {string} */ (posted));
      ctx.query = form.query;
    }
    return next();
  };

  function forgetOld() {
    const nowMs = Date.now();
    for (const [id, { expiresAtMs }] of waiting) {
      if (expiresAtMs <= nowMs) waiting.delete(id);
    }
  }
}
