// Time limits. Most are lifted long before they are reached, so all limits of a page share one timer.

/** A timer can't wait longer; it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer of a busy page may be late, but not by so much. */
const LATE_MS = 1000;

/** @internal A limit. It is set when it has a time, and then a link of a ring: a Set would be made anew every few limits. */
export class Alarm {
  /** By the page's clock. */
  at = Number.POSITIVE_INFINITY;
  before: Alarm = this;
  after: Alarm = this;
  readonly ring: () => void;

  constructor(ring: () => void) {
    this.ring = ring;
  }

  /** Calls `ring` after `ms` from `now` on, and not when it was to be called before. */
  set(ms: number, now: number): void {
    const at = now + Math.max(ms, 0);
    // In this order, because each step may throw where the caller's stack is nearly full.
    if (at < armedFor) arm(at, now);
    else if (isLost(now)) arm(Math.min(next(), at), now);
    this.at = at;
    if (this.after !== this) return;
    this.before = all;
    this.after = all.after;
    this.after.before = this;
    all.after = this;
  }

  lift(): void {
    unlink(this);
    this.at = Number.POSITIVE_INFINITY;
    // Node would wait for the timer before it exits. A browser's may fire in vain, which costs less than to clear it each time.
    if (all.after === all && typeof timer === "object") disarm();
  }
}

/** Where the ring of those that are set begins and ends. */
const all = new Alarm(() => {});
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires, by the page's clock. */
let armedFor = Number.POSITIVE_INFINITY;
/** What made the timer. */
let armedBy: typeof setTimeout | undefined;

/** The page's clock. One that a test has mocked may say nothing. */
const clock = (): number => performance.now() || 0;

/** @internal Calls `ring` after `ms`, unless the limit is lifted. */
export function setAlarm(ms: number, ring: () => void): Alarm {
  const alarm = new Alarm(ring);
  alarm.set(ms, clock());
  return alarm;
}

function unlink(alarm: Alarm): void {
  alarm.before.after = alarm.after;
  alarm.after.before = alarm.before;
  alarm.before = alarm;
  alarm.after = alarm;
}

/** A test may replace the page's timers, and drop those that have not fired: no limit would ever be reached again. */
const isLost = (now: number): boolean => armedFor + LATE_MS < now || armedBy !== globalThis.setTimeout;

function next(): number {
  let at = Number.POSITIVE_INFINITY;
  for (let alarm = all.after; alarm !== all; alarm = alarm.after) at = Math.min(at, alarm.at);
  return at;
}

function disarm(): void {
  clearTimeout(timer);
  timer = undefined;
  armedFor = Number.POSITIVE_INFINITY;
}

function arm(at: number, now: number): void {
  const until = Math.min(Math.max(at, now), now + LONGEST_MS);
  // The difference of two such times may be a little more than what was added.
  const armed = setTimeout(look, Math.min(Math.ceil(until - now), LONGEST_MS));
  clearTimeout(timer);
  timer = armed;
  armedBy = globalThis.setTimeout;
  armedFor = until;
}

function look(): void {
  // A clock that stands still must not keep a limit from being reached.
  const now = Math.max(clock(), armedFor);
  disarm();
  const due: Alarm[] = [];
  for (let alarm = all.after; alarm !== all; alarm = alarm.after) if (alarm.at <= now) due.push(alarm);
  for (const alarm of due) unlink(alarm);
  // Before any rings: one that throws must not keep the others from being reached.
  if (next() < armedFor) arm(next(), clock());
  // One that was lifted or set anew by an earlier one is not due any more.
  for (const alarm of due) if (alarm.at <= now) alarm.ring();
}
