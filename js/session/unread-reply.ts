// A reply of the token endpoint that could not be read, because the wasm had stopped and no other one started. The refresh
// token that it answers is spent: so the next refresh reads it, instead of sending that token again.
import type { ProviderReply } from "../provider/reply.js";
import { isSame, type StoredSession } from "../stores/stored-session.js";
import type { SharedSession } from "../tabs/shared-session.js";

/** @internal A reply; `wasLost` says that the one before it did not come. */
export interface Asked {
  readonly reply: ProviderReply;
  readonly wasLost: boolean;
}

interface Unread {
  /** Whose refresh it answers. */
  readonly used: StoredSession;
  readonly asked: Asked;
  readonly tries: number;
}

/** One that stops every wasm is given up. */
const MOST_TRIES = 3;

const replies = new WeakMap<SharedSession, Unread>();

/** @internal The reply to this session's refresh token that nobody has read yet. */
export function unreadReply(shared: SharedSession, used: StoredSession): Asked | undefined {
  const unread = replies.get(shared);
  return unread?.used.id === used.id && isSame(unread.used, used) ? unread.asked : undefined;
}

/** @internal What `read` makes of the reply. If it fails, the reply is kept. */
export async function readOnce<T>(
  shared: SharedSession,
  used: StoredSession,
  asked: Asked,
  read: () => Promise<T>,
): Promise<T> {
  const before = replies.get(shared);
  const tries = before?.asked === asked ? before.tries + 1 : 1;
  replies.delete(shared);
  try {
    return await read();
  } catch (error) {
    if (tries < MOST_TRIES) replies.set(shared, { used, asked, tries });
    throw error;
  }
}
