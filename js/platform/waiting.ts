// Waiting for the page: timers, turns, its life, aborts, locks. Each wait ends when `signal` is aborted. Keepers wait here from
// Rust: the signals of an instance that stops are aborted. Workers and Node have only some of what is asked here, and pages
// patch it.
import { bare, peek } from "../given/read.js";
import { request as inQueue } from "../queues.js";

/** The longest that `setTimeout` takes; longer ones are chained. */
const LONGEST_MS = 2 ** 31 - 1;

/** @internal What `begin` hands to its argument later. What `begin` returns clears up. */
export function waitFor<T>(signal: AbortSignal, begin: (end: (value?: T) => void) => () => void): Promise<T> {
  return new Promise((resolve) => {
    const end = (value?: T) => {
      signal.removeEventListener("abort", stop);
      clearUp();
      resolve(value as T);
    };
    const stop = () => end();
    // Where the page's patches throw nothing is heard.
    const clearUp = begin(end);
    signal.addEventListener("abort", stop);
  });
}

/** @internal Ends after `ms`. If `isIdle`, Node need not live on for its sake. */
export function sleep(ms: number, isIdle: boolean, signal: AbortSignal): Promise<void> {
  return waitFor(signal, (end) => {
    let timer: unknown;
    const wait = (leftMs: number) => {
      const next = leftMs > LONGEST_MS ? () => wait(leftMs - LONGEST_MS) : () => end();
      timer = setTimeout(next, Math.min(leftMs, LONGEST_MS));
      if (isIdle) (peek(timer, "unref") as (() => void) | undefined)?.call(timer);
    };
    wait(ms);
    return () => clearTimeout(timer as number);
  });
}

function channel(): MessageChannel | undefined {
  try {
    return new MessageChannel();
  } catch {
    return undefined;
  }
}

/** @internal Ends when the page has had a turn of its own. Not by a timer: hidden pages' timers take a second at least. */
export function turn(signal: AbortSignal): Promise<void> {
  const { port1, port2 } = channel() ?? {};
  if (!port1 || !port2) return sleep(0, false, signal);
  return waitFor(signal, (end) => {
    port1.onmessage = () => end();
    port2.postMessage(null);
    return () => port1.close();
  });
}

/** The next event of one of these names, on the global object or the document. */
function next(ofGlobal: string[], ofDocument: string[], signal: AbortSignal): Promise<Event | undefined> {
  return waitFor(signal, (end) => {
    const listening = new AbortController();
    const options = bare({ signal: listening.signal });
    const hear = (event: Event) => {
      // A page that is hidden has missed nothing. What else happens to a hidden one is: a browser thaws it, it has a network again.
      const isHiding = event.type === "visibilitychange" && document.visibilityState === "hidden";
      if (!isHiding) end(event);
    };
    for (const name of ofGlobal) globalThis.addEventListener?.(name, hear, options);
    for (const name of ofDocument) globalThis.document?.addEventListener?.(name, hear, options);
    return () => listening.abort();
  });
}

/** @internal Ends when the page may have missed something: it is visible, online or back from being frozen, or begins to be seen. */
export async function woken(signal: AbortSignal): Promise<void> {
  await next(["online", "pageshow"], ["visibilitychange", "resume", "prerenderingchange"], signal);
}

/** @internal Ends when the page is about to stop running, and tells whether for good. */
export async function leaving(signal: AbortSignal): Promise<boolean> {
  const event = await next(["pagehide"], ["freeze"], signal);
  // A freeze has no such property.
  return peek(event, "persisted") === false;
}

/** @internal Ends with the reason when `given`, anybody's signal, is aborted. */
export async function aborted(given: AbortSignal, signal: AbortSignal): Promise<unknown> {
  if (!peek(given, "aborted")) {
    await waitFor(signal, (end) => {
      const hear = () => end();
      // One that throws is as good as none.
      const listen = (method: "addEventListener" | "removeEventListener") => {
        try {
          given[method]("abort", hear);
        } catch {}
      };
      listen("addEventListener");
      return () => listen("removeEventListener");
    });
  }
  return peek(given, "reason");
}

/** @internal A lock that is held until `signal` is aborted. */
export interface Held {
  /** It was stolen. */
  isLost: boolean;
  /** Ends when it is stolen, or let go. */
  lost: Promise<void>;
}

/**
 * @internal Ends when the lock is held: a Web Lock, or a turn in the page's own queue. Rejects when there is none to be had.
 * With `steal` it is taken from whoever has it.
 */
export function lock(isQueue: boolean, name: string, steal: boolean, signal: AbortSignal): Promise<Held> {
  return new Promise((resolve, reject) => {
    const locks = isQueue ? { request: inQueue } : (peek(globalThis.navigator, "locks") as LockManager);
    let end!: () => void;
    const lost = new Promise<void>((yes) => {
      end = yes;
    });
    const held: Held = { isLost: false, lost };
    const released = new Promise<void>((yes) => signal.addEventListener("abort", () => yes()));
    // It may be called when nobody waits any longer.
    const granted = () => {
      if (signal.aborted) return undefined;
      resolve(held);
      return released;
    };
    const options = bare(steal ? { steal } : { signal });
    const request = locks.request as (name: string, options: object, work: typeof granted) => unknown;
    const over = (isLost: boolean) => {
      held.isLost = isLost;
      end();
      reject(undefined);
    };
    // It rejects when it is given up, or stolen.
    Promise.resolve(request.call(locks, name, options, granted)).then(
      () => over(false),
      () => over(true),
    );
  });
}
