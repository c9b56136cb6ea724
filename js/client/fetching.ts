// `fetch`: the page's own, or the one that the application gave. What may be thrown by it is told apart.
import { bare, peek } from "../given/read.js";

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
  return peek(thrown, "name") === "TypeError" && String(peek(thrown, "message")).includes("AbortSignal");
}

/** @internal What `fetch` resolves to, whatever that is. No redirect is followed. @throws FetchFailure */
export async function fetched(
  fetch: ((url: string, init: RequestInit) => Promise<Response>) | undefined,
  url: string,
  request: RequestInit,
): Promise<unknown> {
  const init: RequestInit = bare({ ...request, redirect: "manual" });
  let replying: unknown;
  try {
    replying = (fetch ?? globalThis.fetch)(url, init);
  } catch (thrown) {
    throw new FetchFailure("FetchUnusable", thrown);
  }
  try {
    return await replying;
  } catch (thrown) {
    // Nothing was sent. Without the signal the request can't be aborted, but it is made.
    const { signal, ...rest } = request;
    if (signal && isAboutSignal(thrown)) return fetched(fetch, url, rest);
    throw new FetchFailure("Network", thrown);
  }
}
