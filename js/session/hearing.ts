// What the other tabs tell of a session.
import { pause } from "../platform/time-limit.js";
import { sessionExpired, signedOut } from "../stores/session-errors.js";
import type { StoredSession } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import { isAbout, readMessage, type TabMessage } from "../tabs/tab-message.js";
import type { SessionContext } from "./context.js";
import { holdBriefly } from "./refresh-lock.js";
import { forget, load } from "./stored-state.js";
import { shareDoubt } from "./trouble.js";
import { revokeUnsaved, takeUnsaved } from "./unsaved.js";

/** How long what was removed may still be seen. */
const LEFT_MS = 500;

/** @internal Another tab has posted `text`: its session began, went on or ended. */
export function hear(context: SessionContext, text: string): void {
  const message = readMessage(text);
  if (message) heed(context, message)?.catch(() => {});
}

function heed(context: SessionContext, message: TabMessage): Promise<void> | undefined {
  const { tokens, shared } = context;
  const { event, place, session } = message;
  if (!tokens.isShared || place !== tokens.place) {
    // A session of its own, but perhaps the same person, who has left.
    return event.type === "signedOut" ? signOutWith(context, message) : undefined;
  }
  if (event.type === "sessionUncertain") return doubtWith(context);
  if (event.type === "tokenRefreshed") {
    // Too frequent to read the store each time.
    if (!tokens.isForeign || shared.hasMet(session)) shared.tell(event);
    return undefined;
  }
  if (event.type === "signedIn") shared.announce(session);
  return believe(context, message);
}

async function doubtWith(context: SessionContext): Promise<void> {
  const stored = await load(context);
  if (stored) await shareDoubt(context, stored);
}

const loadQuietly = (context: SessionContext): Promise<StoredSession | undefined> =>
  load(context).catch(() => undefined);

/**
 * The shared session began or ended: but a page that slept hears of an end when another session may have begun. The one that
 * ended may still be seen for a moment, because storage and messages go from tab to tab on different ways.
 */
async function believe(context: SessionContext, { event, session }: TabMessage): Promise<void> {
  const { tokens, shared } = context;
  const hadMet = shared.hasMet(session);
  // Looking also ends what is under way for another person.
  const stored = await loadQuietly(context);
  const isIt = stored !== undefined && session === stored.id;
  const isAnother = stored !== undefined && !isIt;
  if (tokens.isForeign && !isIt && (isAnother || !hadMet)) return;
  if (event.type === "signedIn") context.keepAlive();
  else if (isAnother) return;
  else {
    shared.end(event.type === "signedOut" ? signedOut() : sessionExpired());
    const unsaved = stored ? undefined : takeUnsaved(shared);
    // The other tab could not know of these tokens.
    if (unsaved && event.type === "signedOut") void revokeUnsaved(context.provider, unsaved);
  }
  shared.tell(event);
  if (event.type === "signedOut") await forgetWhatWasLeft(context, session);
}

/**
 * A session that was signed out, and is in the store all the same: a refresh of this tab or another one, which the sign-out did
 * not wait for, put it back, perhaps after the look that this tab took when it heard. What was removed is seen no longer by now.
 */
async function forgetWhatWasLeft(context: SessionContext, id: string | undefined): Promise<void> {
  await pause(LEFT_MS);
  const release = await holdBriefly(context);
  try {
    const left = await loadQuietly(context);
    if (!left || left.id !== id) return;
    await forget(context, left);
    await context.provider.revoke(left);
  } finally {
    release?.();
  }
}

/** Somebody signed out in another tab, and this tab has a session of its own. If it is the same person's it ends too. */
async function signOutWith(context: SessionContext, message: TabMessage): Promise<void> {
  const { shared, provider } = context;
  const release = await holdBriefly(context);
  try {
    const stored = await load(context);
    if (!stored || !isAbout(message, stored)) return;
    try {
      await forget(context, stored);
      release?.();
      shared.end(signedOut());
      shared.tell(sessionEvent("signedOut"));
    } catch {
      // A session that can't be removed is at least made worthless.
    }
    await provider.revoke(stored);
  } finally {
    release?.();
  }
}
