// Turns, for where there are no Web Locks: one after the other by name, also between two copies of the package in a page.
// They find each other by a registered symbol on the global object. Only promises are there, never a token.

const QUEUES = Symbol.for("sipbreakout/queues");

/** The last turn of each queue that is not empty. */
type Queues = Map<string, Promise<unknown>>;

/** @internal A turn lasts for as long as the promise that `work` returns. The name is LockManager's. */
export function request<T>(
  name: string,
  { signal }: { signal: AbortSignal },
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  const page = globalThis as { [QUEUES]?: Queues };
  page[QUEUES] ??= new Map();
  const queues = page[QUEUES];
  // Who gave up waiting is passed over when its turn comes.
  const take = () => (signal.aborted ? undefined : work());
  const turn = (queues.get(name) ?? Promise.resolve()).then(take);
  const end: Promise<unknown> = turn
    .catch(() => {})
    .then(() => {
      if (queues.get(name) === end) queues.delete(name);
    });
  queues.set(name, end);
  return turn;
}
