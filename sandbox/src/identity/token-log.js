// What the token endpoint was asked and what it did, to prove what a client did: who refreshed when, with which token,
// and whether the answer arrived. Never a token itself.
import { createHash } from "node:crypto";

/**
 * @typedef {object} TokenLogEntry
 * @property {number} startedAt milliseconds since 1970, with fractions
 * @property {number} endedAt when the reply was made; 0 while it is under way
 * @property {string} clientId
 * @property {string} grantType
 * @property {string | undefined} origin
 * @property {string | undefined} sent the first 12 digits of the SHA-256 of the refresh token or code that was sent
 * @property {string | undefined} [issued] the same of the refresh token that was issued
 * @property {string} outcome `issued`, an OAuth error, or `none`
 * @property {boolean} replyLost the reply was made, and broken off on purpose
 * @property {boolean} dpop
 */

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

  /**
   * @param {import("node:http").IncomingMessage} req
   * @param {URLSearchParams} form
   */
  begin(req, form) {
    /** @type {TokenLogEntry} */
    const entry = {
      startedAt: now(),
      endedAt: 0,
      clientId: form.get("client_id") ?? "",
      grantType: form.get("grant_type") ?? "",
      origin: req.headers.origin,
      sent: fingerprint(form.get("refresh_token") ?? form.get("code")),
      outcome: "none",
      replyLost: false,
      dpop: req.headers.dpop !== undefined,
    };
    if (this.entries.length === maxEntries) this.entries.shift();
    this.entries.push(entry);
    return entry;
  }

  /**
   * @param {TokenLogEntry} entry
   * @param {number} status
   * @param {{ refresh_token?: string, error?: string }} reply
   */
  note(entry, status, reply) {
    entry.outcome = status === 200 ? "issued" : (reply.error ?? String(status));
    entry.endedAt = now();
    entry.issued = fingerprint(reply.refresh_token);
  }

  /** @param {TokenLogEntry} entry */
  end(entry) {
    if (entry.endedAt === 0) entry.endedAt = now();
  }

  clear() {
    this.entries.length = 0;
  }
}
