// Waits that end with what comes first.
import { sleep, turn } from "./waiting.js";

/** @internal What `work` comes to within `ms`; undefined when that takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, false, stop.signal) as Promise<undefined>]);
  } finally {
    stop.abort();
  }
}

/** @internal Ends after `ms`, or when the listener is called. If `isIdle`, Node need not live on for its sake. */
export async function restUntil(
  ms: number,
  isIdle: boolean,
  ...listen: ((listener: () => void) => () => void)[]
): Promise<void> {
  const stop = new AbortController();
  const stops = listen.map((on) => on(() => stop.abort()));
  await sleep(ms, isIdle, stop.signal);
  for (const end of stops) end();
}

/** @internal Ends after `ms`. */
export const pause = (ms: number): Promise<void> => sleep(ms, false, new AbortController().signal);

/** @internal Ends when the page has had a turn of its own. */
export const nextTurn = (): Promise<void> => turn(new AbortController().signal);
