// How long a token is good for.
import { ageMs, type Moment } from "./platform/clock.js";

/**
 * @internal When a token's life began, and how long it is. It counts from when the token was asked for: whoever issued it
 * can only have begun to count later.
 */
export interface Life {
  readonly since: Moment;
  readonly lifeMs: number;
}

/** The longest time before the end at which a token is no longer used for a new call. */
const MARGIN_MS = 60_000;

/** @internal With less left a token is not used for a new call: a minute, or a tenth of a short life. */
export const marginMs = (lifeMs: number): number => Math.min(MARGIN_MS, lifeMs * 0.1);

/** @internal Whether enough is left for a call. */
export function isFresh({ since, lifeMs }: Life, at: Moment): boolean {
  const leftMs = lifeMs - ageMs(since, at);
  return leftMs > 0 && leftMs >= marginMs(lifeMs);
}
