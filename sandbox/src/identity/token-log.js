// What the token endpoint was asked and what it did, to prove what a client did: who refreshed when, with which token,
// and whether the answer arrived. Never a token itself.
import { createHash } from "node:crypto";

/**
 * @typedef {object} TokenLogEntry
 * @property {number} startedAt milliseconds since 1970, with fractions; never goes back
 * @property {number} endedAt when the reply was made or the connection was gone; 0 while neither has happened
 * @property {string} clientId
 * @property {string} grantType
 * @property {string} [origin]
 * @property {string} [tokenFingerprint] the first 12 digits of the SHA-256 of the refresh token or code that was sent
 * @property {string} [issuedFingerprint] the same of the refresh token that was issued
 * @property {string} [subject] of the ID token that was issued
 * @property {string} outcome `issued`, an OAuth error, the status of a fault without one, or `lost`: never processed;
 *   `pending` while it is under way
 * @property {boolean} replyLost the reply was made and did not arrive as a whole
 * @property {boolean} dpop a proof was sent
 */

/** @typedef {import("node:http").IncomingMessage} Request */

const maxEntries = 10_000;
const now = () => performance.timeOrigin + performance.now();

/** @param {unknown} secret */
export function fingerprint(secret) {
  if (typeof secret !== "string" || secret === "") return undefined;
  return createHash("sha256").update(secret).digest("hex").slice(0, 12);
}

export class TokenLog {
  /** @type {TokenLogEntry[]} */
  entries = [];
  /** @type {WeakMap<Request, { entry: TokenLogEntry, isGone: boolean }>} */
  #open = new WeakMap();

  /**
   * @param {Request} req
   * @param {import("node:http").ServerResponse} res
   * @param {URLSearchParams} form
   */
  begin(req, res, form) {
    /** @type {TokenLogEntry} */
    const entry = {
      startedAt: now(),
      endedAt: 0,
      clientId: clientOf(req, form),
      grantType: form.get("grant_type") ?? "",
      ...known("origin", req.headers.origin),
      ...known("tokenFingerprint", fingerprint(form.get("refresh_token") ?? form.get("code"))),
      outcome: "pending",
      replyLost: false,
      dpop: Boolean(req.headers.dpop),
    };
    if (this.entries.length >= maxEntries) this.entries.shift();
    this.entries.push(entry);
    const open = { entry, isGone: false };
    this.#open.set(req, open);
    res.once("close", () => {
      if (res.writableFinished) return;
      open.isGone = true;
      if (entry.outcome === "pending") end(entry, "lost");
      else if (entry.outcome !== "lost") entry.replyLost = true;
    });
    return entry;
  }

  /**
   * @param {Request} req
   * @param {{ outcome: string, refreshToken?: unknown, idToken?: unknown }} reply
   */
  note(req, { outcome, refreshToken, idToken }) {
    const open = this.#open.get(req);
    if (!open) return;
    end(open.entry, outcome);
    // Who hung up before may be answered all the same, in vain.
    if (open.isGone && outcome !== "lost") open.entry.replyLost = true;
    Object.assign(
      open.entry,
      known("issuedFingerprint", fingerprint(refreshToken)),
      known("subject", subjectOf(idToken)),
    );
  }

  clear() {
    this.entries.length = 0;
  }
}

/**
 * @param {TokenLogEntry} entry
 * @param {string} outcome
 */
function end(entry, outcome) {
  entry.outcome = outcome;
  entry.endedAt ||= now();
}

/**
 * @param {Request} req
 * @param {URLSearchParams} form
 */
function clientOf(req, form) {
  const basic = /^Basic +(.+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? "";
  const [user = ""] = Buffer.from(basic, "base64").toString().split(":");
  return form.get("client_id") ?? user;
}

/** @param {unknown} idToken */
function subjectOf(idToken) {
  if (typeof idToken !== "string") return undefined;
  return JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString()).sub;
}

/**
 * @template {string} Name
 * @param {Name} name
 * @param {string | undefined} value
 */
function known(name, value) {
  return value === undefined ? {} : /** @type {Record<Name, string>} */ ({ [name]: value });
}
