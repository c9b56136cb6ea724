// Signing out: forget, revoke, and end the provider's own session. Who leaves takes the registrations along.

import { rememberSignOut } from "../answer/signed-out.js";
import type { SignOutOptions } from "../auth-options.js";
import { checkReturnTo, logoutForm } from "../flows/sign-out.js";
import type { Owner } from "../owners.js";
import { ageMs, now } from "../platform/clock.js";
import { lasting } from "../platform/records.js";
import { sleep } from "../platform/waiting.js";
import { encoded } from "../provider/names.js";
import { areGone } from "../provider/provider.js";
import type { Session } from "../session/session.js";
import { deleteAllKept } from "../session/sign-out-hooks.js";
import { revokeUnsaved, takeUnsaved, type Unsaved } from "../session/unsaved.js";
import { signedOut } from "../stores/session-errors.js";
import { type Found, isSamePersons, type Person, type StoredSession } from "../stores/stored-session.js";
import { sessionEvent } from "../tabs/session-event.js";

/** Before a store that refused is asked again. */
const TRIES_MS = [50, 200];
/** Who takes longer to refuse is not asked again. */
const SILENT_MS = 1000;
/** How long the deletions may take. */
const DELETE_MS = 30_000;

/** How a sign-out went. */
interface SignedOut {
  /** The provider confirmed that no token lives on. */
  readonly isRevoked: boolean;
  /** What is left to do for the browser, if the provider has a log-out page. */
  readonly form: Awaited<ReturnType<typeof logoutForm>>;
}

/** Who is about to sign out. */
interface Leaving {
  readonly person: Person | undefined;
  readonly isRead: boolean;
  readonly isDamaged: boolean;
}

/** Somebody else's session has taken the place of the one to be ended. It is left alone, here and at the provider. */
const ELSEWHERE: SignedOut = { isRevoked: false, form: undefined };

/**
 * @internal Signs out, and forgets what was kept for the person; with `deleteRegistrations` deletes it at the core first,
 * which needs the session still. That a deletion fails keeps nobody from signing out; it is told beside.
 */
export async function signOut(
  session: Session,
  options: SignOutOptions,
): Promise<SignedOut & { isDeleted: boolean }> {
  await session.ready();
  if (options.returnTo !== undefined) await checkReturnTo(options.returnTo);
  // Whoever signs in from here on, in another tab, is left alone.
  const leaving = await whoLeaves(session);
  const owner = ownerOf(session, leaving);
  const names = namesOf(owner);
  if (names.length === 0) {
    const signed = await endSession(session, leaving, options);
    // Whose they would be could not be read: nothing was deleted.
    return { ...signed, isDeleted: owner.kind !== "unknown" };
  }
  const isDeleted = options.deleteRegistrations ? await deleteKept(owner) : true;
  const records = await keptBy(names);
  try {
    return { ...(await endSession(session, leaving, options)), isDeleted };
  } finally {
    // The same person may be back already, and want something else.
    for (const [key, value] of records) await quietly(() => lasting.remove(key, value));
  }
}

/**
 * To be asked before anything else is done for it: whoever signs in meanwhile, in another tab, is left alone. It is the
 * person that this page knows, even if the store can't be read now.
 */
async function whoLeaves(session: Session): Promise<Leaving> {
  const { shared } = session;
  await shared.signIns.settled();
  const known = shared.owner();
  const found = await quietly(() => session.found());
  let seen: Person | undefined;
  if (found?.kind === "session") {
    shared.meet(found.session);
    seen = shared.owner();
  }
  return { person: known ?? seen, isRead: found !== undefined, isDamaged: found?.kind === "damaged" };
}

function ownerOf(session: Session, { person, isRead }: Leaving): Owner {
  if (person) return session.ownerCalled(person.id, person.sub);
  return { kind: isRead ? "nobody" : "unknown" };
}

/** By which names registrations are stored for the owner. */
function namesOf(owner: Owner): string[] {
  if (owner.kind === "named") return [owner.name];
  if (owner.kind !== "session") return [];
  return owner.person === undefined ? [owner.session] : [owner.person, owner.session];
}

/** False if one is left. */
async function deleteKept(owner: Owner): Promise<boolean> {
  const deleted = deleteAllKept(owner);
  const waiting = new AbortController();
  const late = sleep(DELETE_MS, false, waiting.signal);
  try {
    return (await Promise.race([deleted.catch(() => false), late])) ?? false;
  } finally {
    waiting.abort();
  }
}

/** All that is stored for the owner of these names: names and values. */
async function keptBy(names: readonly string[]): Promise<[key: string, value: string][]> {
  const records: [string, string][] = [];
  for (const name of names) {
    for (const kind of ["kept", "granted"]) {
      // As js/keeper-machine/records.ts names them.
      const found = await quietly(() => lasting.entries(`sipbreakout/${kind}/${encoded(name)}/`));
      records.push(...((found ?? []) as [string, string][]));
    }
  }
  return records;
}

async function quietly<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** Ends the session of who is `leaving`, and nobody else's. */
async function endSession(
  session: Session,
  { person, isDamaged }: Leaving,
  options: SignOutOptions,
): Promise<SignedOut> {
  const { shared, tokens, provider } = session;
  await shared.signIns.settled();
  // A refresh that saves in between would bring the session back: it is waited for, and who does not know of it by the
  // lock sees that something ended.
  const release = await session.holdBriefly();
  let stored: StoredSession | undefined;
  let unsaved: Unsaved | undefined;
  let failure: { error: unknown } | undefined;
  try {
    shared.end(signedOut());
    let found: Found;
    try {
      found = await patiently(() => session.found());
    } catch (error) {
      const mayBeReplaced = shared.mayBeReplaced(person?.id);
      if (mayBeReplaced && !tokens.isForeign) return ELSEWHERE;
      const isOwnTabs = !tokens.isShared || tokens.tab !== "";
      if (mayBeReplaced || !(person || isOwnTabs)) throw error;
      // What can't be read can still be removed, if it can only be this person's.
      found = { kind: "damaged" };
    }
    if (found.kind === "session") {
      stored = found.session;
      // Somebody else signed in meanwhile, and is who is here from now on.
      if (person && !isSamePersons(stored, person)) {
        await quietly(() => session.load());
        return ELSEWHERE;
      }
    }
    if (found.kind === "nothing" && !person && !isDamaged) {
      failure = await failureOf(() => session.forget());
      release?.();
      // Other tabs may have sessions of their own, and could not tell that it was not their person who left.
      shared.tell(sessionEvent("signedOut"));
      if (failure) throw failure.error;
      return { isRevoked: true, form: await formOf(session, undefined, options) };
    }
    unsaved = takeUnsaved(shared);
    stored ??= unsaved?.session;
    failure = await failureOf(() => patiently(() => session.forget(stored)));
  } finally {
    release?.();
  }
  shared.end(signedOut());
  // A refresh that had looked at the store before this brings the session back; one that looks from now on sees the end.
  const back = failure || !stored ? undefined : await quietly(() => session.found());
  let renewed: StoredSession | undefined;
  if (back?.kind === "session" && back.session.id === stored?.id) {
    await quietly(() => session.forget(back.session));
    if (back.session.accessToken !== stored.accessToken) renewed = back.session;
  }
  if (!failure) session.tell("signedOut", stored ?? person);
  // A session that can't be removed is at least made worthless. Of one that could not be read nobody knows the tokens.
  const revoked = stored && (await provider.revoke(stored));
  const areRenewedGone = renewed === undefined || areGone(await provider.revoke(renewed));
  // A reply that came after these tokens, and that nobody has read.
  const areAllGone = unsaved?.asked === undefined || (await revokeUnsaved(provider, unsaved));
  if (failure) throw failure.error;
  return {
    isRevoked: revoked !== undefined && areGone(revoked) && areRenewedGone && areAllGone,
    form: await formOf(session, stored, options),
  };
}

async function failureOf(work: () => Promise<unknown>): Promise<{ error: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** Tries again what a store refused at once: it may be busy for a moment. One that keeps silent is not asked again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const waitMs of TRIES_MS) {
    const begun = now();
    try {
      return await work();
    } catch (error) {
      if (ageMs(begun, now()) > SILENT_MS) throw error;
    }
    await sleep(waitMs, false, new AbortController().signal);
  }
  return work();
}

async function formOf({ provider }: Session, stored: StoredSession | undefined, options: SignOutOptions) {
  const { returnTo, localOnly } = options;
  if (localOnly) return undefined;
  let state: string | undefined;
  try {
    if (returnTo !== undefined) {
      const text = provider.randomText();
      rememberSignOut(provider.namespace, text);
      state = text;
    }
  } catch {
    // A state that can't be checked is of no use.
  }
  return logoutForm(provider, stored?.idToken, returnTo, state);
}
