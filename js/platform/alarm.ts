// Time limits. Most are lifted long before they are reached, so all limits of a page share one timer.

interface Alarm {
  at: number;
  ring: () => void;
}

/** A timer can't wait longer; it would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

const alarms = new Set<Alarm>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** When the timer fires, by the page's clock. */
let armedFor = Number.POSITIVE_INFINITY;

/** @internal Calls `ring` after `ms`. Returns how to lift the limit. */
export function setAlarm(ms: number, ring: () => void): () => void {
  const alarm = { at: performance.now() + Math.max(ms, 0), ring };
  // In this order, because each step may throw where the caller's stack is nearly full.
  if (alarm.at < armedFor) arm(alarm.at);
  alarms.add(alarm);
  return () => {
    alarms.delete(alarm);
    // Node would wait for the timer before it exits. A browser's may fire in vain, which costs less than to clear it each time.
    if (alarms.size === 0 && typeof timer === "object") disarm();
  };
}

function disarm(): void {
  clearTimeout(timer);
  timer = undefined;
  armedFor = Number.POSITIVE_INFINITY;
}

function arm(at: number): void {
  const now = performance.now();
  const until = Math.min(at, now + LONGEST_MS);
  // The difference of two such times may be a little more than what was added.
  const next = setTimeout(look, Math.min(Math.ceil(until - now), LONGEST_MS));
  clearTimeout(timer);
  timer = next;
  armedFor = until;
}

function look(): void {
  // A clock that stands still must not keep a limit from being reached.
  const now = Math.max(performance.now(), armedFor);
  disarm();
  let next = Number.POSITIVE_INFINITY;
  for (const alarm of alarms) {
    if (alarm.at > now) next = Math.min(next, alarm.at);
    else {
      alarms.delete(alarm);
      alarm.ring();
    }
  }
  if (next < armedFor) arm(next);
}
