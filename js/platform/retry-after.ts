// The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.

/** More is forever anyway. */
const MOST_SECONDS = 2 ** 53;

/** @internal How many milliseconds from `nowMs` (since 1970) a server asks to wait; not a number without such a header. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  const text = header?.trim() ?? "";
  if (/^\d+$/.test(text)) return Math.min(Number(text), MOST_SECONDS) * 1000;
  // `Date.parse` takes much else, and in the page's own time zone.
  return /^[a-z]{3}, .* GMT$/i.test(text) ? Math.max(Date.parse(text) - nowMs, 0) : Number.NaN;
}
