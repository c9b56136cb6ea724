// Stores a new session in place of the one before.

import type { StoredSession } from "../stores/stored-session.js";
import type { SessionContext } from "./context.js";
import { holdBriefly } from "./refresh-lock.js";
import { load, look, save } from "./stored-state.js";
import { forgetTrouble } from "./trouble.js";
import { type Asked, revokeUnsaved, unreadReply } from "./unsaved.js";

/** @internal Puts a new session in the place of the one before. */
export async function begin(context: SessionContext, stored: StoredSession): Promise<void> {
  const { shared, provider } = context;
  // A refresh, or the end, of the one before must not overlap it. Where there are no locks, its id names the queue.
  await load(context).catch(() => {});
  // What is a copy goes its own way with it.
  await context.tokens.mayRefresh();
  const release = await holdBriefly(context);
  let before: StoredSession | undefined;
  let asked: Asked | undefined;
  try {
    before = await look(context).catch(() => undefined);
    asked = before && unreadReply(shared, before);
    await save(context, stored).catch(async (error) => {
      release?.();
      // Nobody has them now.
      await provider.revoke(stored);
      throw error;
    });
    // What troubled the one before is nothing to this one.
    shared.setState("signedIn");
    await forgetTrouble(context);
  } finally {
    release?.();
  }
  shared.meet(stored);
  if (!before || before.isCopy) return;
  if (before.isBound) await provider.dropKey(before.id);
  // Nobody can sign that person out any more. Of one who has no name nobody knows that it is another one.
  const isAnothers = before.sub !== undefined && stored.sub !== undefined && before.sub !== stored.sub;
  if (!isAnothers) return;
  void provider.revoke(before);
  if (asked) void revokeUnsaved(provider, { inStore: before, session: before, asked });
}
