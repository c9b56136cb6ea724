// What the core was asked over gRPC-Web and what it did, to prove what clients did: who called when, about which number,
// and whether two calls overlapped. Never a token.
import { Code, createContextKey } from "@connectrpc/connect";

/**
 * @typedef {object} CallLogEntry
 * @property {number} startedAt milliseconds since 1970, with fractions; never goes back
 * @property {number} endedAt when the answer was handed over or the connection was gone; 0 while neither has happened
 * @property {string} method `UpsertRegistration` or `DeleteRegistration`, as the path says
 * @property {string} [label] the header `x-sandbox-label`: an application's name for who calls
 * @property {string} [phoneNumber] of the registration; undefined if the call did not get as far
 * @property {string} [sipUri] of the registration
 * @property {string} outcome `ok`; `refused` (NOT_ACCEPTABLE); a gRPC code, in small letters; `fault`: an armed fault instead of
 *   the core; `pending` while it is under way
 */

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {(facts: Partial<Pick<CallLogEntry, "phoneNumber" | "sipUri" | "outcome">>) => void} Note */

const maxEntries = 10_000;
const now = () => performance.timeOrigin + performance.now();

/** Where the methods of the core say what they know of a call. */
export const noteKey = createContextKey(/** @type {Note} */ (() => {}), { description: "the call log" });

/** @param {Code} code */
export const nameOf = (code) => Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();

export class CallLog {
  /** @type {CallLogEntry[]} */
  entries = [];
  /** @type {WeakMap<object, CallLogEntry>} */
  #open = new WeakMap();

  /**
   * @param {Request} req
   * @param {import("node:http").ServerResponse} res
   */
  begin(req, res) {
    const [path = ""] = (req.url ?? "").split("?");
    if (req.method !== "POST" || !path.startsWith("/wgtwo.")) return;
    const label = req.headers["x-sandbox-label"];
    /** @type {CallLogEntry} */
    const entry = {
      startedAt: now(),
      endedAt: 0,
      method: path.split("/").at(-1) ?? "",
      ...(typeof label === "string" ? { label } : {}),
      outcome: "pending",
    };
    if (this.entries.length >= maxEntries) this.entries.shift();
    this.entries.push(entry);
    this.#open.set(req, entry);
    const end = () => {
      entry.endedAt ||= now();
      if (entry.outcome === "pending") entry.outcome = "fault";
    };
    res.once("finish", end);
    res.once("close", end);
  }

  /**
   * @param {object} req
   * @returns {Note}
   */
  noteOf(req) {
    return (facts) => {
      const entry = this.#open.get(req);
      if (entry) Object.assign(entry, facts);
    };
  }
}
