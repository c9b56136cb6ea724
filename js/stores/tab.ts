// Which tab this is. Browsers copy sessionStorage into the windows that a page opens and into duplicated tabs; then two
// tabs have one refresh token, and the provider takes one of them for a thief. So the storage has an id, which is copied
// with it: who finds one asks whether its owner is somewhere else.
//
// A tab is more than one copy of this module: frames of the same origin share its sessionStorage, and a page may have the
// package twice. They know each other by a mark that one of them puts on its window.

const KEY = "sipbreakout/tab";
const MARK = Symbol.for(KEY);
/** How long an owner may take to answer. */
const ANSWER_MS = 300;

interface Message {
  /** Of the storage. */
  id: string;
  /** The mark of the tab that says this; marks begin with the time. */
  from: string;
  /** An answer; otherwise a question. */
  isHere?: boolean;
}

type Page = Record<number, unknown> & { length?: number; [MARK]?: string };

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
  page[MARK] ??= markIn((globalThis.top ?? page) as unknown as Page) ?? `${Date.now()}/${Math.random()}`;
  return page[MARK];
}

let checking: Promise<boolean> | undefined;
/** Copied, the storage is another tab's until this. */
let claim = () => {};
/** The id that was asked for. */
let asked: string | null = null;

function stored(): string | null {
  try {
    return globalThis.sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Sessions by other names that came along, and that nobody asked for yet, are the other tab's as well. */
function leaveToTheOther(): void {
  const { sessionStorage } = globalThis;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith("sipbreakout/session/"))) {
    try {
      const record = JSON.parse(sessionStorage.getItem(key) ?? "");
      // What this very page has signed in to is its own.
      if (record.refresh_token && record.since_page !== performance.timeOrigin) {
        sessionStorage.setItem(key, JSON.stringify({ ...record, refresh_token: null, is_copy: true }));
      }
    } catch {
      // Damaged, or no room: Rust will say so.
    }
  }
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
  const note = () => {
    try {
      globalThis.sessionStorage.setItem(KEY, mark);
    } catch {
      // Then there is nothing to copy either.
    }
  };
  let id: string;
  try {
    id = globalThis.sessionStorage.getItem(KEY) ?? mark;
  } catch {
    return false;
  }
  if (id === mark) note();
  let isLeft = false;
  let decide: ((isCopy: boolean) => void) | undefined;
  const channel = new BroadcastChannel(KEY);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (isLeft || data?.id !== id || data.from === mark) return;
    // Of two that ask at once, the one that is younger is the copy.
    if (decide && (data.isHere || data.from < mark)) decide(true);
    else if (!data.isHere) channel.postMessage({ id, from: mark, isHere: true });
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
  if (isCopy) {
    asked = id;
    id = mark;
    claim = () => {
      if (stored() !== asked) return;
      leaveToTheOther();
      note();
    };
  }
  return isCopy;
}
