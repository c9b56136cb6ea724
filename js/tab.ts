// Which tab this is. Browsers copy sessionStorage into the windows that a page opens and into duplicated tabs; then two
// tabs have one refresh token, and the provider takes one of them for a thief. So each tab has an id, notes when it is
// left, and answers to its id: who finds an id that was not left asks whether its owner is still there.

const KEY = "sipbreakout/tab";
const CHANNEL = "sipbreakout/tab";
/** How long an owner may take to answer. */
const ANSWER_MS = 300;

interface Message {
  ask?: string;
  here?: string;
}

let id = "";
let asking: Promise<boolean> | undefined;
let isKnown = false;

const note = (state: "here" | "left") => {
  try {
    globalThis.sessionStorage.setItem(KEY, `${id} ${state}`);
  } catch {
    // Then there is nothing to copy either.
  }
};

/** @internal Whether this tab's sessionStorage is another tab's; undefined where that is plain to see. */
export function isCopied(): Promise<boolean> | undefined {
  if (isKnown) return asking;
  isKnown = true;
  if (!globalThis.document || typeof BroadcastChannel === "undefined") return undefined;
  let kept: string | null = null;
  try {
    kept = globalThis.sessionStorage.getItem(KEY);
  } catch {
    return undefined;
  }
  const [owner = "", state] = kept?.split(" ") ?? [];
  const channel = new BroadcastChannel(CHANNEL);
  let hear = (_: Message) => {};
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data?.ask && data.ask === id) channel.postMessage({ here: id });
    hear(data);
  };
  // Node, where pages are simulated, would wait for it.
  (channel as { unref?: () => void }).unref?.();
  globalThis.addEventListener?.("pagehide", () => note("left"));
  globalThis.addEventListener?.("pageshow", ({ persisted }) => persisted && note("here"));
  const become = (name: string) => {
    id = name;
    note("here");
  };
  if (!owner || state === "left") {
    become(owner || crypto.randomUUID());
    return undefined;
  }
  // Not left: its owner crashed, or is somewhere.
  asking = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      become(owner);
      resolve(false);
    }, ANSWER_MS);
    hear = ({ here, ask }) => {
      if (id || (here !== owner && ask !== owner)) return;
      clearTimeout(timer);
      become(crypto.randomUUID());
      resolve(true);
    };
    channel.postMessage({ ask: owner });
  });
  return asking;
}
