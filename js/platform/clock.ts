// What time it is, by both clocks. The wall clock sees sleep but may be set; the monotonic one can't be set but may stand
// still while the machine sleeps.

/** @internal One moment of this page, by both clocks. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** Milliseconds since the page began. */
  readonly monotonicMs: number;
}

/** @internal */
export function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

/**
 * @internal Milliseconds from `earlier` to `later`: the larger of what the two clocks say, never negative. A clock that says
 * nothing (a test's) does not count.
 */
export function ageMs(earlier: Moment, later: Moment): number {
  return Math.max(later.wallMs - earlier.wallMs || 0, later.monotonicMs - earlier.monotonicMs || 0, 0);
}
