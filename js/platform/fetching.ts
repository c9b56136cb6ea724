// `fetch`: the page's own, or the one that the application gave. What may be thrown by it is told apart.
import { bare, peek } from "../given/read.js";

/** @internal Names and values of headers. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** @internal `fetch` came to no reply. */
export class FetchFailure {
  readonly which: "FetchUnusable" | "Network";
  readonly cause: unknown;

  constructor(which: FetchFailure["which"], cause: unknown) {
    this.which = which;
    this.cause = cause;
  }
}

/** Whether `fetch` refused the signal, because it is of another kind than its own: in a test's page AbortController may be
 * jsdom's and fetch Node's. It looks at what it is given before it sends anything. */
function isAboutSignal(thrown: unknown): boolean {
  const message = peek(thrown, "message");
  return (
    peek(thrown, "name") === "TypeError" && typeof message === "string" && message.includes("AbortSignal")
  );
}

/** @internal What `fetch` resolved to. A promise that resolves to the thing itself would read its `then` again. */
export interface Fetched {
  readonly response: unknown;
}

/** @internal What `fetch` resolves to, whatever that is. No redirect is followed. @throws FetchFailure */
export async function fetched(
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined,
  url: string,
  request: RequestInit,
): Promise<Fetched> {
  const init: RequestInit = bare({ ...request, redirect: "manual" });
  let replying: unknown;
  try {
    replying = (fetch ?? globalThis.fetch)(url, init);
  } catch (thrown) {
    throw new FetchFailure("FetchUnusable", thrown);
  }
  try {
    return { response: await replying };
  } catch (thrown) {
    // Nothing was sent. Without the signal the request can't be aborted, but it is made.
    const { signal, ...rest } = request;
    if (signal && isAboutSignal(thrown)) return fetched(fetch, url, rest);
    throw new FetchFailure("Network", thrown);
  }
}
