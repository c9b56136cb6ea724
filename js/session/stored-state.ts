// Reading and writing the stored session, and keeping the page's state up to date with it.
import type { AuthError } from "../errors.js";
import { now } from "../platform/clock.js";
import { pause } from "../platform/time-limit.js";
import { sessionExpired } from "../stores/session-errors.js";
import {
  endWallMs,
  type Found,
  isAlive,
  isOver,
  readSession,
  type StoredSession,
  stageOf,
  writeSession,
} from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";
import { nameFor, type SessionContext, tell } from "./context.js";
import { shareDoubt } from "./trouble.js";
import { isUnsaved, newest, revokeUnsaved, saved, takeUnsaved } from "./unsaved.js";

/** Between two looks at a store that is behind, and how long it may be: then it is believed. */
const BEHIND_MS = 20;
const LONGEST_BEHIND_MS = 3_000;

/** @internal What is in the store, or what it has become in this page. A damaged session is removed. */
export async function find(context: SessionContext): Promise<Found> {
  const key = nameFor(context, "session");
  const found = readSession(await context.tokens.get(key));
  if (found.kind === "damaged") await context.tokens.remove(key);
  return found.kind === "session" ? { kind: "session", session: newest(context, found.session) } : found;
}

/** @internal The session, if there is one. What is under way for another person ends. */
export async function load(context: SessionContext): Promise<StoredSession | undefined> {
  const stored = await look(context);
  if (stored) {
    context.shared.meet(stored);
    await know(context, stored);
  } else context.shared.setState("signedOut");
  return stored;
}

/** Brings the state up to date with what is in the store. */
async function know(context: SessionContext, stored: StoredSession): Promise<void> {
  const { shared } = context;
  const { state } = shared;
  if (state === "uncertain") {
    // What is being renewed here is told when that is done. If nothing is, another tab did it.
    if (shared.troubleOf(stored) === undefined && !shared.refreshing.isUnderWay) {
      shared.tell(sessionEvent("tokenRefreshed", endWallMs(stored)));
    }
    return;
  }
  if (!isAlive(stored)) return;
  shared.setState("signedIn");
  // It may have been uncertain before this page was opened.
  if (state === "unknown" && isOver(stored)) await shareDoubt(context, stored);
}

/** @internal The session, if there is one. */
export async function look(context: SessionContext): Promise<StoredSession | undefined> {
  const { shared, tokens } = context;
  const found = await find(context);
  if (found.kind === "damaged") {
    shared.end(sessionExpired());
    tell(context, sessionEvent("sessionExpired", undefined, "stored_session_damaged"));
  }
  if (found.kind !== "session") return undefined;
  let stored = found.session;
  // Both tabs would send the same refresh token, and the provider would take one of them for a thief. What this very page
  // signed in to is nobody else's, though the storage was copied before.
  const { page } = now();
  const isOwn = stored.since.page === page && page !== 0;
  if (stored.refreshToken !== undefined && !shared.isCopyChecked && !isOwn) {
    const isCopy = await tokens.isCopy();
    if (isCopy && !shared.isCopyChecked) {
      stored = { ...stored, refreshToken: undefined, isCopy: true };
      await tokens.set(nameFor(context, "session"), writeSession(stored));
    }
    shared.isCopyChecked = true;
  }
  return stored;
}

/** @internal */
export async function save(context: SessionContext, stored: StoredSession): Promise<void> {
  const key = nameFor(context, "session");
  await context.tokens.set(key, writeSession(stored));
  saved(context.shared, stored);
  await context.tokens.setStage(key, stageOf(stored));
}

/**
 * @internal As `load`, when the stage that was saved last can be read. Who refreshes must not send an older token: what it
 * reads may be behind what another tab wrote before it let the lock go.
 */
export async function loadNewest(context: SessionContext): Promise<StoredSession | undefined> {
  const stage = await context.tokens.stage(nameFor(context, "session"));
  for (let waitedMs = 0; ; waitedMs += BEHIND_MS) {
    let stored = await load(context);
    if (stored?.refreshToken !== undefined && !(await context.tokens.mayRefresh()))
      stored = await load(context);
    const isBehind =
      stored && stage !== undefined && stageOf(stored) !== stage && !isUnsaved(context.shared, stored);
    if (!isBehind || waitedMs >= LONGEST_BEHIND_MS) return stored;
    await pause(BEHIND_MS);
  }
}

/** @internal Forgets the tokens, and with them the key that they are bound to, unless the tab that it was copied from needs it. */
export async function forget(context: SessionContext, stored?: StoredSession): Promise<void> {
  const { tokens, provider, shared } = context;
  const ignore = () => {};
  const unsaved = takeUnsaved(shared);
  // What is not in `stored`, nobody else can revoke.
  if (unsaved?.asked) void revokeUnsaved(provider, unsaved);
  let refused: AuthError | undefined;
  await tokens.remove(nameFor(context, "session")).catch((error: AuthError) => {
    refused = error;
  });
  await tokens.remove(nameFor(context, "asked")).catch(ignore);
  await tokens.remove(nameFor(context, "trouble")).catch(ignore);
  if (stored?.isBound && !stored.isCopy) await provider.dropKey(stored.id);
  if (refused) throw refused;
}
