// What time it is, by both clocks. The wall clock sees sleep but may be set; the monotonic one can't be set but may stand
// still while the machine sleeps.

/** @internal One moment, by both clocks. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** Milliseconds since the page began. */
  readonly monotonicMs: number;
  /** Which page's monotonic clock (`performance.timeOrigin`): those of two pages can't be compared. */
  readonly page: number;
}

/** @internal A test's clock may say nothing; what is stored must be numbers. */
export function now(): Moment {
  const { performance } = globalThis;
  return { wallMs: Date.now(), monotonicMs: performance.now() || 0, page: performance.timeOrigin || 0 };
}

/**
 * @internal Milliseconds from `earlier` to `later`: the larger of what the two clocks say, never negative. A clock that says
 * nothing (a test's) does not count.
 */
export function ageMs(earlier: Moment, later: Moment): number {
  const monotonicMs = earlier.page === later.page ? later.monotonicMs - earlier.monotonicMs : 0;
  return Math.max(later.wallMs - earlier.wallMs || 0, monotonicMs || 0, 0);
}
