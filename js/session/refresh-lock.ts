// Refreshing alone in the whole browser: a Web Lock, or where there are none a lease, that is an entry in the shared store that
// says who has it and until when. A lease is less than a lock: two tabs that write in the same moment are told apart by reading
// again a little later, which is likely to work and no more. Who has the lock writes the lease too: so who waits knows since
// when it is held, and who was robbed in its sleep finds out.
import { ageMs, now } from "../platform/clock.js";
import { fieldsOf, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";
import { nextTurn, pause, within } from "../platform/time-limit.js";
import { type Held, lock } from "../platform/waiting.js";
import { nameFor, type SessionContext } from "./context.js";

/**
 * @internal Between writing a lease and reading it again; and between two looks at the store of who waited for a lock and finds
 * nothing new: browsers carry storage from process to process in their own time, and locks on another way.
 */
export const SETTLE_MS = 50;
/** A lock that nobody had is there sooner. */
const AT_ONCE_MS = 20;
/** Between two looks at somebody else's lease. */
const LOOK_MS = 150;
/**
 * Before a lock is stolen, at most: not all who wait lose their patience in the same moment, and who just got the lock has
 * written its lease by then.
 */
const LAST_LOOK_MS = 1_000;
/** How long a sign-in or a sign-out waits for a refresh to end. It does not depend on that. */
const BRIEF_MS = 1_000;

/** @internal Lets go. */
export type Release = () => void;

/** @internal What is held while a refresh is under way. */
export interface Hold {
  /** Others may be at it, too. */
  readonly isShared: boolean;
  readonly lock: Held | undefined;
  /** Who has the lease that was taken. */
  readonly owner: string | undefined;
  /** Somebody else had the lock. */
  readonly hasWaited: boolean;
  readonly release: Release;
}

const unlocked = (isShared: boolean, owner: string | undefined, release: Release): Hold => ({
  isShared,
  lock: undefined,
  owner,
  hasWaited: false,
  release,
});

/**
 * @internal Waits until no other tab is at it. A holder that takes longer than any refresh can is overtaken: its page is
 * frozen, or hangs.
 */
export async function hold(context: SessionContext): Promise<Hold> {
  if (!context.tokens.isShared) return unlocked(false, undefined, () => {});
  const askedAt = now();
  for (;;) {
    const taken = await waitForLock(context).catch(() => undefined);
    if (!taken) return takeLease(context);
    const { held, release, isStolen } = taken;
    const owner = randomOwner(context) ?? "";
    const hasWaited = ageMs(askedAt, now()) > AT_ONCE_MS;
    // If the store refuses, who waits can only be less patient.
    await writeLease(context, owner).catch(() => {});
    // Others may have lost their patience in the same moment.
    if (isStolen) await pause(SETTLE_MS);
    if (!isStolen || !held.isLost) return { isShared: true, lock: held, owner, hasWaited, release };
    release();
  }
}

function randomOwner({ provider }: SessionContext): string | undefined {
  try {
    return provider.randomText();
  } catch {
    return undefined;
  }
}

/**
 * Named by issuer, client and name, whatever the store: too much order is harmless. What only one tab can see is nobody else's
 * to wait for.
 */
function lockName(context: SessionContext): string {
  const { tab } = context.tokens;
  return nameFor(context, "refresh") + (tab && `/${tab}`);
}

/**
 * Where there are no locks. A server has the sessions of many people, who need not wait for each other: so the name has the id
 * of the session that was last seen in the store. Two adapters of one database see the same.
 */
const queueName = (context: SessionContext): string =>
  `${lockName(context)}/${context.shared.owner()?.id ?? ""}`;

/** What is stolen is there at once. Rejects where nobody answers: locks that hang are no better than none. */
async function steal(name: string): Promise<{ held: Held; release: Release; isStolen: true }> {
  const stop = new AbortController();
  const release = () => stop.abort();
  const held = await within(BRIEF_MS, lock(false, name, true, stop.signal));
  if (held) return { held, release, isStolen: true };
  release();
  throw undefined;
}

/** The lock, and whether it was stolen. Each holder has as long as a refresh may take. */
async function waitForLock(context: SessionContext) {
  const name = lockName(context);
  const stop = new AbortController();
  const release = () => stop.abort();
  const waiting = lock(false, name, false, stop.signal);
  let waitMs = patienceMs(context);
  for (let isLastLook = false; ; ) {
    const held = await within(waitMs, waiting);
    if (held) return { held, release, isStolen: false };
    const lease = await readLease(context);
    const leftMs = lease && leaseLeftMs(context, lease.until);
    if (leftMs === undefined && isLastLook) {
      release();
      return steal(name);
    }
    isLastLook = leftMs === undefined;
    waitMs = leftMs === undefined ? LAST_LOOK_MS * Math.random() : Math.ceil(leftMs) + 1;
  }
}

/**
 * @internal The lock, if it is to be had soon, for a change that a refresh must not overlap. Without it the change is made all
 * the same.
 */
export async function holdBriefly(context: SessionContext): Promise<Release | undefined> {
  if (!context.tokens.isShared) return undefined;
  const stop = new AbortController();
  const ask = (isQueue: boolean, name: string) => lock(isQueue, name, false, stop.signal);
  const asking = ask(false, lockName(context)).catch(() => ask(true, queueName(context)));
  const held = await within(BRIEF_MS, asking).catch(() => undefined);
  if (held) return () => stop.abort();
  stop.abort();
  return undefined;
}

/**
 * The longest that a refresh may take: the request and its repetition, each once more where a proof wants a nonce, and the
 * store.
 */
const patienceMs = ({ provider, tokens }: SessionContext): number =>
  tokens.timeoutMs * (provider.settings.isDpop ? 5 : 3) + 5_000;

/** @internal Whether another tab has taken over. */
export async function isLost(context: SessionContext, { lock, owner }: Hold): Promise<boolean> {
  if (owner === undefined) return false;
  if (lock?.isLost) return true;
  const lease = await readLease(context);
  return lease !== undefined && lease.owner !== owner;
}

/**
 * @internal Whether this tab may send again: nobody has taken over, and nobody will before the repetition is over. A machine
 * that slept in the middle comes here with a lease that is over.
 */
export async function mayGoOn(context: SessionContext, hold: Hold): Promise<boolean> {
  if (await isLost(context, hold)) return false;
  if (hold.owner === undefined) return true;
  // A store that does not take it: then nobody can be told.
  await writeLease(context, hold.owner).catch(() => {});
  await nextTurn();
  return !(await isLost(context, hold));
}

/** @internal */
export async function letGo(context: SessionContext, { lock, owner, release }: Hold): Promise<void> {
  try {
    if (owner !== undefined && (await readLease(context))?.owner === owner) {
      await context.tokens.remove(nameFor(context, "lease")).catch(() => {});
    }
    // What was written leaves this process when its turn is over; the lock would be quicker.
    if (lock) await nextTurn();
  } finally {
    release();
  }
}

/** Without a store that works, or randomness, there is nothing to share either. */
async function takeLease(context: SessionContext): Promise<Hold> {
  const stop = new AbortController();
  const turn = await lock(true, queueName(context), false, stop.signal).catch(() => undefined);
  const release = () => stop.abort();
  const none = unlocked(turn !== undefined, undefined, release);
  const owner = randomOwner(context);
  if (owner === undefined) return none;
  for (;;) {
    const before = await readLease(context);
    if (before && leaseLeftMs(context, before.until) !== undefined) {
      await pause(LOOK_MS * (0.5 + Math.random()));
      continue;
    }
    try {
      await writeLease(context, owner);
    } catch {
      return none;
    }
    await pause(SETTLE_MS);
    const written = await readLease(context);
    if (!written || written.owner === owner) return unlocked(true, owner, release);
    // A store that takes nothing keeps an old one for ever.
    if (written.owner === before?.owner && written.until === before.until) return none;
  }
}

const writeLease = (context: SessionContext, owner: string): Promise<void> =>
  context.tokens.set(nameFor(context, "lease"), jsonOf({ owner, until: now().wallMs + patienceMs(context) }));

async function readLease(context: SessionContext): Promise<{ owner: string; until: number } | undefined> {
  const text = await context.tokens.get(nameFor(context, "lease")).catch(() => undefined);
  const { owner, until } = fieldsOf(text ?? "") ?? NONE;
  return isText(owner) && isNumber(until) ? { owner, until } : undefined;
}

/** What is left of a lease; undefined when it is over. A clock that was set back would make one last for ever. */
function leaseLeftMs(context: SessionContext, until: number): number | undefined {
  const leftMs = until - now().wallMs;
  return leftMs > 0 && leftMs <= patienceMs(context) ? leftMs : undefined;
}
