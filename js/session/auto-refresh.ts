// Seeing to it that there is always a token: renewed before it ends, tried again when that fails, caught up with when the page
// was asleep. Runs in each page that has the session; who comes second finds it done.

import type { AuthError } from "../errors.js";
import { pause } from "../platform/time-limit.js";
import { sleep, woken } from "../platform/waiting.js";
import { sessionExpired } from "../stores/session-errors.js";
import { endWallMs, isOver, leftMs, type StoredSession } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import type { SharedSession } from "../tabs/shared-session.js";
import { marginMs } from "../token-life.js";
import type { SessionContext } from "./context.js";
import { endSession } from "./ending.js";
import { LONGEST_BLOCK_MS, renewed } from "./refresh.js";
import { holdBriefly } from "./refresh-lock.js";
import { saveAgain } from "./refreshed-tokens.js";
import { load } from "./stored-state.js";
import { doubt } from "./trouble.js";
import { isUnsaved } from "./unsaved.js";

/** Between two looks when nothing is due: a clock may have been set. */
const LOOK_MS = 3_600_000;

/** Tokens of a shorter life are renewed when they are asked for, and not without end. */
const LEAST_LIFE_MS = 2_000;

/** Between two attempts, however often the page wakes. */
const LEAST_MS = 1_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What is known of the life that is watched. */
interface Watch {
  life: string;
  /** Where in the last fifth of it, from 0 to 1, it is renewed: not all tabs at once. */
  jitter: number;
  isTold: boolean;
  failures: number;
}

const clamp = (ms: number, leastMs: number, mostMs: number) => Math.min(Math.max(ms, leastMs), mostMs);

/** @internal Begins to watch the session's token, unless somebody does. */
export function keepAlive(context: SessionContext): void {
  const { shared, provider } = context;
  if (context.isClosed || !(provider.settings.isAutoRefresh || shared.isTroubled)) return;
  shared.isKeepingAsked = true;
  if (shared.isKept) return;
  shared.isKept = true;
  // The session is not kept for this: it ends when nobody else has it.
  void keepWatching(new WeakRef(context), shared);
}

async function keepWatching(context: WeakRef<SessionContext>, shared: SharedSession): Promise<void> {
  const watch: Watch = { life: "", jitter: 0, isTold: false, failures: 0 };
  for (let isWoken = false; ; ) {
    let isAwake = false;
    const resting = new AbortController();
    const listening = new AbortController();
    // What happens while the provider is being asked counts too.
    const stop = shared.onChanged(() => resting.abort());
    const wake = () => {
      if (listening.signal.aborted) return;
      isAwake = true;
      resting.abort();
    };
    // Where the page's listeners can't be had nobody wakes this.
    woken(listening.signal).then(wake, () => {});
    shared.isKeepingAsked = false;
    // The session must not be a variable here, where it would be kept while this rests.
    const ms = await lookAgain(context, watch, isWoken);
    if (typeof ms === "number" && !resting.signal.aborted) await sleep(ms, true, resting.signal);
    stop();
    listening.abort();
    if (ms === "gone") return shared.handOver();
    // Somebody may have signed in while the store was read.
    if (ms === undefined && !shared.isKeepingAsked) break;
    isWoken = isAwake;
    if (!isWoken) continue;
    shared.wake();
    await pause(LEAST_MS * Math.random());
  }
  shared.isKept = false;
}

async function lookAgain(
  context: WeakRef<SessionContext>,
  watch: Watch,
  isWoken: boolean,
): Promise<number | "gone" | undefined> {
  const alive = context.deref();
  // Whatever failed, somebody has to look again.
  return alive && !alive.isClosed ? look(alive, watch, isWoken).catch(() => LONGEST_WAIT_MS) : "gone";
}

/** Does what is due, and says when to look again; undefined when there is nothing to watch. */
async function look(context: SessionContext, watch: Watch, isWoken: boolean): Promise<number | undefined> {
  const { shared, provider } = context;
  const { isAutoRefresh } = provider.settings;
  await shared.signIns.settled();
  const stored = await load(context);
  if (!stored) return undefined;
  begin(watch, stored);
  if (isUnsaved(shared, stored)) await saveSoon(context, stored);
  if (stored.refreshToken === undefined) {
    return isAutoRefresh ? lookAtEnd(context, stored, watch) : undefined;
  }
  // What was asked for and failed is tried again, whatever the options and however short the life.
  if (!shared.troubleOf(stored) && (stored.lifeMs < LEAST_LIFE_MS || !isAutoRefresh)) return undefined;
  const doubtMs = await untilDoubt(context, stored);
  if (!isAutoRefresh && !isWoken) return doubtMs;
  // When a fifth to a tenth of the life is left.
  const dueMs = leftMs(stored) - stored.lifeMs * (0.1 + 0.1 * watch.jitter);
  if (dueMs > 0) {
    const saveMs = isUnsaved(shared, stored) ? LONGEST_WAIT_MS : LOOK_MS;
    return Math.min(Math.max(dueMs, 1), doubtMs, saveMs);
  }
  const blockedMs = shared.blocked()?.retryAfterMs;
  if (blockedMs !== undefined) {
    tellExpiring(context, stored, watch);
    return Math.min(blockedMs, doubtMs);
  }
  if (isWoken) watch.failures = 0;
  try {
    await renewed(context, stored.accessToken);
  } catch (error) {
    return afterFailure(context, stored, watch, error as AuthError);
  }
  const after = await load(context).catch(() => undefined);
  if (after?.accessToken !== stored.accessToken) return 0;
  // A provider that gives the same token again: it would be renewed again and again.
  tellExpiring(context, stored, watch);
  return undefined;
}

/** The other tabs have only the store: the refresh token in it is spent. */
async function saveSoon(context: SessionContext, stored: StoredSession): Promise<void> {
  const release = await holdBriefly(context);
  try {
    await saveAgain(context, stored);
  } finally {
    release?.();
  }
}

/** Another life is watched anew. */
function begin(watch: Watch, { since, lifeMs }: StoredSession): void {
  const life = [since.wallMs, since.monotonicMs, since.page, lifeMs].join();
  if (watch.life !== life) Object.assign(watch, { life, jitter: Math.random(), isTold: false, failures: 0 });
}

const untilDoubt = async (context: SessionContext, stored: StoredSession): Promise<number> =>
  clamp((await doubt(context, stored)) ?? LOOK_MS, 1, LOOK_MS);

/** Until the next look: twice as long each time, but not beyond the end of the token, when a refusal ends the session. */
async function afterFailure(
  context: SessionContext,
  stored: StoredSession,
  watch: Watch,
  { retryAfterMs }: AuthError,
): Promise<number> {
  const leftNowMs = leftMs(stored);
  tellExpiring(context, stored, watch);
  watch.failures += 1;
  const doubtMs = await untilDoubt(context, stored);
  if (!context.provider.settings.isAutoRefresh) return doubtMs;
  const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** (watch.failures - 1), LONGEST_WAIT_MS);
  const waitMs =
    retryAfterMs === undefined
      ? backoffMs * (0.8 + 0.4 * Math.random())
      : clamp(retryAfterMs, LEAST_MS, LONGEST_BLOCK_MS);
  return Math.min(waitMs, doubtMs, leftNowMs > 0 ? Math.ceil(leftNowMs) : waitMs);
}

/** There is nothing to renew it with: says so before the end, and at the end. */
async function lookAtEnd(
  context: SessionContext,
  stored: StoredSession,
  watch: Watch,
): Promise<number | undefined> {
  if (isOver(stored)) {
    const release = await holdBriefly(context);
    try {
      await endSession(context, stored, "session_expired", sessionExpired());
    } finally {
      release?.();
    }
    return undefined;
  }
  tellExpiring(context, stored, watch);
  const leftNowMs = leftMs(stored);
  const untilMarginMs = leftNowMs - marginMs(stored.lifeMs);
  return clamp(untilMarginMs > 0 ? untilMarginMs : leftNowMs, 1, LOOK_MS);
}

/** Tells once that the token ends, when little of its life is left. */
function tellExpiring({ shared }: SessionContext, stored: StoredSession, watch: Watch): void {
  if (watch.isTold || leftMs(stored) > marginMs(stored.lifeMs)) return;
  watch.isTold = true;
  shared.tellHere(sessionEvent("tokenExpiring", endWallMs(stored)));
}
