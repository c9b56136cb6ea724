// How far this computer's clock is from the provider's. It counts where the provider's own times are read or written: in ID
// tokens and DPoP proofs. A token's life does not need it: that is measured here, from when it was asked for.
import { ageMs, type Moment, now } from "../platform/clock.js";

/** An IMF-fixdate (RFC 9110, section 5.6.7). */
const HTTP_DATE = /^[^,]*,\s*\d\d? [A-Z][a-z]{2} \d{4} \d\d?:\d\d?:\d\d? GMT$/;

/** A clock that is further off is wrong in its date: that is no difference to reckon with. */
const MOST_MS = 86_400_000;

/** @internal What is known of the difference. */
export class ClockSkew {
  #ms = 0;

  /**
   * A reply's `Date`, where the browser shows it (across origins it usually does not). To the second, and from when the
   * reply was on its way.
   */
  learnFromDate(date: string | undefined, sentAt: Moment): void {
    if (date === undefined || !HTTP_DATE.test(date)) return;
    const ms = Date.parse(date);
    if (!Number.isNaN(ms)) this.#learn(ms + 500, sentAt, now());
  }

  /**
   * The time at which the provider made a token for a request that was sent at `sentAt`. Only for tokens that were made for
   * that request, which a nonce shows.
   */
  learnFromIssue(iatSeconds: number, sentAt: Moment, readAt: Moment): void {
    this.#learn(iatSeconds * 1000, sentAt, readAt);
  }

  /** The provider's clock showed that at some time between the two: if it could have been right, nothing is wrong. */
  #learn(theirsMs: number, sentAt: Moment, readAt: Moment): void {
    const earliest = readAt.wallMs - ageMs(sentAt, readAt) - 1000;
    let ms = Math.min(theirsMs - earliest, 0);
    if (theirsMs > readAt.wallMs + 1000) ms = theirsMs - readAt.wallMs;
    if (Math.abs(ms) <= MOST_MS) this.#ms = ms;
  }

  /** What the provider's clock shows. */
  providerMs(): number {
    return Date.now() + this.#ms;
  }
}
