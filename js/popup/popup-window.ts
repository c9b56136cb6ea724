// In a popup window that came back from the provider: its address is passed on to the page that opened it.
import { authError } from "../errors.js";
import { within } from "../platform/time-limit.js";
import { lineToPage, stateOf, untilGone } from "./popup-line.js";

/** How long a page that can run may take to answer. */
const ANSWER_MS = 5000;
/** The answer is offered again this often: browsers stop pages that nobody looks at. */
const OFFER_MS = 1000;
/** The sign-in is too old by then. */
const PATIENCE_MS = 600_000;

/**
 * @internal Passes the answer on and closes. Stays, and says why, if nobody takes it. A page that is stopped takes it when it is
 * looked at again. `isFramed`: it is in another site's frame, so that its lock may not be seen here.
 */
export async function passOn(answer: string, isFramed: boolean): Promise<void> {
  const over = new AbortController();
  let take = () => {};
  const isTaken = new Promise<true>((resolve) => {
    take = () => resolve(true);
  });
  const line = lineToPage(answer, take);
  line.call();
  const offer = setInterval(() => line.call(), OFFER_MS);
  const gone = isFramed ? isTaken : untilGone(stateOf(answer), over.signal);
  try {
    await within(PATIENCE_MS, Promise.race([isTaken, gone]));
    // Its last word may be on its way.
    if (!(await within(ANSWER_MS, isTaken))) {
      throw authError("state_unknown", "auth", "The page that began this sign-in is gone: sign in again.");
    }
    globalThis.close();
  } finally {
    over.abort();
    clearInterval(offer);
    line.close();
  }
}
