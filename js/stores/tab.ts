// Which tab this is, and whether its sessionStorage is a copy of another tab's. Browsers copy sessionStorage into the windows that a page opens and into duplicated tabs; then two
// tabs have one refresh token, and the provider takes one of them for a thief. So the storage has an id, which is copied
// with it: who finds one asks whether its owner is somewhere else.
//
// Its owner may be frozen, busy, or thrown out of memory, and then does not answer. So it is written down, where all tabs see it,
// which of those with one id may use its refresh tokens: who loads takes that over from the one before, as its storage has it,
// and who finds that another one has it uses them no more.
//
// A tab is more than one copy of this module: frames of the same origin share its sessionStorage, and a page may have the
// package twice. They know each other by a mark that one of them puts on its window.

import { lasting } from "../platform/records.js";
import { within } from "../platform/time-limit.js";

const KEY = "sipbreakout/tab";
/** Who may use the refresh tokens: in the storage as this tab knows it, and, with an id behind it, as it is written down. */
const HOLDER = "sipbreakout/holder";
/** What tabs left behind that nobody has opened for so long is removed. */
const LEFT_MS = 90 * 86_400_000;
const MARK = Symbol.for(KEY);
/** How long an owner may take to answer. */
const ANSWER_MS = 300;
/** How long a database may take. */
const LOOK_MS = 1000;

interface Message {
  /** Of the storage. */
  id: string;
  /** The mark of the tab that says this; marks begin with the time. */
  from: string;
  /** An answer; otherwise a question. */
  isHere?: boolean;
}

type Page = Record<number, unknown> & { length?: number; [MARK]?: string };

const randomName = () => `${Date.now()}/${Math.random()}`;

/** The mark on a window, or on one of its frames. */
function markIn(page: Page): string | undefined {
  let mark: string | undefined;
  try {
    mark = page[MARK];
  } catch {
    // Another origin's; its frames may be ours.
  }
  for (let i = 0; !mark && i < (page.length ?? 0); i += 1) mark = markIn(page[i] as Page);
  return mark;
}

/** @internal A name that the frames of this tab, and all copies of the package in them, agree on. */
export function tabName(): string {
  if (!globalThis.document) return "";
  const page = globalThis as unknown as Page;
  page[MARK] ??= markIn((globalThis.top ?? page) as unknown as Page) ?? randomName();
  return page[MARK];
}

let checking: Promise<boolean> | undefined;
/** Copied, the storage is another tab's until this. */
let claim = () => {};
/** The id that was asked for. */
let asked: string | null = null;

function stored(name = KEY): string | null {
  try {
    return globalThis.sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Sessions by other names that came along, and that nobody asked for yet, are the other tab's as well. */
function leaveToTheOther(page?: number): void {
  const { sessionStorage } = globalThis;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith("sipbreakout/session/"))) {
    try {
      const record = JSON.parse(sessionStorage.getItem(key) ?? "");
      // What this very page has signed in to is its own.
      if (record.refresh_token && record.since_page !== page) {
        sessionStorage.setItem(key, JSON.stringify({ ...record, refresh_token: null, is_copy: true }));
      }
    } catch {
      // Damaged, or no room: Rust will say so.
    }
  }
}

/** This page takes the refresh tokens of the storage over from the one before it. False if another tab has done so. */
async function take(id: string, mark: string): Promise<boolean> {
  try {
    const [name, before] = [`${HOLDER}/${id}`, stored(HOLDER) ?? undefined];
    const found = await lasting.replace(name, before, mark);
    // Swept: then nobody has them.
    const isFree = found === undefined && (await lasting.replace(name, undefined, mark)) === undefined;
    if (!isFree && found !== before && found !== mark) return false;
    globalThis.sessionStorage.setItem(HOLDER, mark);
    await sweep();
  } catch {
    // Without a database the other tabs' answers are all there is.
  }
  return true;
}

async function sweep(): Promise<void> {
  for (const [name, mark] of (await lasting.entries(`${HOLDER}/`)) as [string, string][]) {
    if (Date.now() - Number.parseInt(mark, 10) > LEFT_MS) await lasting.remove(name, mark);
  }
}

/** Whether no other tab has taken them over, as far as that can be known within `ms`. */
async function isHolder(ms: number): Promise<boolean> {
  const [id, own] = [stored(), stored(HOLDER)];
  const reading = id === null ? undefined : lasting.get(`${HOLDER}/${id}`).catch(() => undefined);
  const holder = reading && (await within(ms, reading));
  return holder === undefined || holder === own || stored() !== id;
}

/** Takes an id of its own. */
let part = () => {};

/** @internal Whether this tab may use its refresh tokens still. If not they are gone. */
export async function mayRefresh(): Promise<boolean> {
  await watchTab();
  if (await isHolder(LOOK_MS)) return true;
  leaveToTheOther();
  part();
  return false;
}

/** @internal From now on copies of this tab learn that they are; and whether it is one itself. */
export function watchTab(): Promise<boolean> {
  checking ??= check();
  return checking;
}

/**
 * @internal Whether this tab's sessionStorage was another tab's. Who asks drops what is the other's at once, or has just
 * replaced it.
 */
export async function isCopied(): Promise<boolean> {
  // A page that comes back from the back/forward cache may find that a later one of its tab has claimed the storage.
  const isCopy = (await watchTab()) && stored() === asked;
  // Not before that is done: a page that is reloaded before must find out again.
  setTimeout(claim);
  return isCopy;
}

async function check(): Promise<boolean> {
  if (!globalThis.document || typeof BroadcastChannel === "undefined") return false;
  const mark = tabName();
  let id: string;
  const note = () => {
    try {
      globalThis.sessionStorage.setItem(KEY, id);
    } catch {
      // Then there is nothing to copy either.
    }
  };
  try {
    id = globalThis.sessionStorage.getItem(KEY) ?? mark;
  } catch {
    return false;
  }
  if (id === mark) note();
  let isLeft = false;
  let decide: ((isCopy: boolean) => void) | undefined;
  const channel = new BroadcastChannel(KEY);
  const answer = async (asked: string) => {
    // Who does not know yet that it lost them must not take them from who has them.
    if ((await isHolder(ANSWER_MS / 3)) && stored() === asked && !isLeft)
      channel.postMessage({ id, from: mark, isHere: true });
  };
  part = () => {
    id = randomName();
    note();
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (isLeft || data?.id !== id || data.from === mark) return;
    // Of two that ask at once, the one that is younger is the copy.
    if (decide && (data.isHere || data.from < mark)) decide(true);
    else if (!data.isHere) void answer(data.id);
  };
  // Node, where pages are simulated, would wait for it.
  (channel as { unref?: () => void }).unref?.();
  // The next page of this tab may ask before this one is gone.
  for (const type of ["pagehide", "pageshow"]) {
    globalThis.addEventListener?.(type, () => {
      isLeft = type === "pagehide";
    });
  }
  if (id === mark) return false;
  const isCopy = await new Promise<boolean>((resolve) => {
    decide = resolve;
    setTimeout(resolve, ANSWER_MS, false);
    channel.postMessage({ id, from: mark });
  });
  decide = undefined;
  if (isCopy || (await within(LOOK_MS, take(id, mark))) === false) {
    asked = id;
    id = mark;
    claim = () => {
      if (stored() !== asked) return;
      leaveToTheOther(performance.timeOrigin);
      note();
    };
    return true;
  }
  return false;
}
