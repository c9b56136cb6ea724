// The Web Lock that elects the leader tab.
import { nextTurn } from "../platform/time-limit.js";
import { lock, sleep } from "../platform/waiting.js";

/** @internal How it is asked for: in turn, from whoever has it, a little later, or when whoever waits for it had it. */
export const LockRequest = { wait: 0, steal: 1, later: 2, yield: 3 } as const;

/** @internal What became of it. */
export const LockNews = { got: 0, lost: 1, refused: 2 } as const;

const LATER_MS = 1000;

/** @internal Asks for it, and tells what becomes of it until `signal` is aborted: then it is let go. */
export async function leadBy(
  name: string,
  how: number,
  tell: (news: number) => void,
  signal: AbortSignal,
): Promise<void> {
  if (how === LockRequest.later) await sleep(LATER_MS, false, signal);
  if (how === LockRequest.yield) await nextTurn();
  if (signal.aborted) return;
  const news = (what: number) => {
    if (!signal.aborted) tell(what);
  };
  try {
    const held = await lock(false, name, how === LockRequest.steal, signal);
    news(LockNews.got);
    await held.lost;
    news(LockNews.lost);
  } catch {
    news(LockNews.refused);
  }
}
