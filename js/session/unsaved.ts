// What a refresh brought and the store does not have: a session that the store refused to take, or a reply that nobody could
// read, because the wasm had stopped. The refresh token in the store is spent by then, so this page goes on with what is here.
import { areGone, type Provider } from "../provider/provider.js";
import type { ProviderReply } from "../provider/reply.js";
import { isSame, isSamePersons, refreshed, type StoredSession, tokensOf } from "../stores/stored-session.js";
import type { SharedSession } from "../tabs/shared-session.js";
import type { SessionContext } from "./context.js";

/** @internal What errors call it. */
export const TOKEN_ENDPOINT = "token endpoint";

/** @internal A reply; `wasLost` says that the one before it did not come. */
export interface Asked {
  readonly reply: ProviderReply;
  readonly wasLost: boolean;
}

/** @internal */
export interface Unsaved {
  /** What the store has. */
  readonly inStore: StoredSession;
  /** What takes its place in this page. */
  readonly session: StoredSession;
  /** What the refresh token of `session` was exchanged for. */
  readonly asked: Asked | undefined;
}

const ofSessions = new WeakMap<SharedSession, Unsaved>();

const isStage = (one: StoredSession, other: StoredSession) => one.id === other.id && isSame(one, other);

/** Those that belong to `session`, which is the newest one that can be read. */
function unsavedOf(shared: SharedSession, session: StoredSession): Unsaved | undefined {
  const unsaved = ofSessions.get(shared);
  return unsaved && isStage(unsaved.session, session) ? unsaved : undefined;
}

/** @internal What the session in the store has become in this page. What belongs to another one is dropped. */
export function newest({ shared, provider }: SessionContext, inStore: StoredSession): StoredSession {
  const unsaved = ofSessions.get(shared);
  if (!unsaved) return inStore;
  if (isStage(unsaved.inStore, inStore)) return unsaved.session;
  ofSessions.delete(shared);
  // Nobody can sign that person out any more.
  if (!isSamePersons(unsaved.session, inStore)) void revokeUnsaved(provider, unsaved);
  return inStore;
}

/** @internal Whether the store did not take this session yet. */
export const isUnsaved = (shared: SharedSession, session: StoredSession): boolean => {
  const unsaved = unsavedOf(shared, session);
  return unsaved !== undefined && !isStage(unsaved.inStore, session);
};

/** @internal The store did not take what the refresh token of `used` was exchanged for. */
export function keepUnsaved(shared: SharedSession, used: StoredSession, session: StoredSession): void {
  const inStore = unsavedOf(shared, used)?.inStore ?? used;
  ofSessions.set(shared, { inStore, session, asked: undefined });
}

/** @internal The store has this session now. */
export function saved(shared: SharedSession, session: StoredSession): void {
  const asked = unsavedOf(shared, session)?.asked;
  if (asked) ofSessions.set(shared, { inStore: session, session, asked });
  else ofSessions.delete(shared);
}

/** @internal The reply to this session's refresh token that nobody has read yet. */
export const unreadReply = (shared: SharedSession, used: StoredSession): Asked | undefined =>
  unsavedOf(shared, used)?.asked;

/** @internal What `read` makes of the reply. If it fails the reply is kept, once, unless the session ends meanwhile. */
export async function readOrKeep<T>(
  shared: SharedSession,
  used: StoredSession,
  asked: Asked,
  read: () => Promise<T>,
): Promise<T> {
  const { ends } = shared;
  const inStore = unsavedOf(shared, used)?.inStore ?? used;
  const isSecondTime = unreadReply(shared, used) === asked;
  if (isStage(inStore, used)) ofSessions.delete(shared);
  else ofSessions.set(shared, { inStore, session: used, asked: undefined });
  try {
    return await read();
  } catch (error) {
    if (!isSecondTime && shared.ends === ends) ofSessions.set(shared, { inStore, session: used, asked });
    throw error;
  }
}

/** @internal What the store does not have, for who ends the session: nothing of it is left here. */
export function takeUnsaved(shared: SharedSession): Unsaved | undefined {
  const unsaved = ofSessions.get(shared);
  ofSessions.delete(shared);
  return unsaved;
}

/** @internal Revokes these tokens. Resolves to whether the provider confirmed it. A reply that can't be read is dropped. */
export async function revokeUnsaved(provider: Provider, { session, asked }: Unsaved): Promise<boolean> {
  if (!asked) return areGone(await provider.revoke(session));
  try {
    const { reply } = asked;
    const { tokens } = await provider.readTokens(TOKEN_ENDPOINT, reply, session.isBound, tokensOf(session));
    // It may have been a refusal.
    return !tokens || areGone(await provider.revoke(refreshed(session, tokens, reply.sentAt, undefined)));
  } catch {
    return false;
  }
}
