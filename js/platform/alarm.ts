// Time limits. Most are lifted long before they are reached, so all limits of a page share one timer.

interface Alarm {
  at: number;
  ring: () => void;
}

/** A timer can't wait longer; it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer of a busy page may be late, but not by so much. */
const LATE_MS = 1000;

const alarms = new Set<Alarm>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires, by the page's clock. */
let armedFor = Number.POSITIVE_INFINITY;
/** What made the timer. */
let armedBy: typeof setTimeout | undefined;

/** A clock that a test has mocked may say nothing. */
const clock = (): number => performance.now() || 0;

/** @internal Calls `ring` after `ms`. Returns how to lift the limit. */
export function setAlarm(ms: number, ring: () => void): () => void {
  const now = clock();
  const alarm = { at: now + Math.max(ms, 0), ring };
  // In this order, because each step may throw where the caller's stack is nearly full.
  if (alarm.at < armedFor) arm(alarm.at, now);
  else if (isLost(now)) arm(Math.min(next(), alarm.at), now);
  alarms.add(alarm);
  return () => {
    alarms.delete(alarm);
    alarm.ring = () => {};
    // Node would wait for the timer before it exits. A browser's may fire in vain, which costs less than to clear it each time.
    if (alarms.size === 0 && typeof timer === "object") disarm();
  };
}

/** A test may replace the page's timers, and drop those that have not fired: no limit would ever be reached again. */
const isLost = (now: number): boolean => armedFor + LATE_MS < now || armedBy !== globalThis.setTimeout;

function next(): number {
  let at = Number.POSITIVE_INFINITY;
  for (const alarm of alarms) at = Math.min(at, alarm.at);
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
  const due = [...alarms].filter(({ at }) => at <= now);
  for (const alarm of due) alarms.delete(alarm);
  // Before any rings: one that throws must not keep the others from being reached.
  if (alarms.size > 0 && next() < armedFor) arm(next(), clock());
  for (const alarm of due) alarm.ring();
}
