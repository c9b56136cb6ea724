// Signing in by a popup window. Verifier and exchange stay in the page that opened it; the window only passes on the
// address that the provider sent it to (`popup-window.ts`).

import { addressOf } from "../answer/address.js";
import { isTime } from "../core/limits.js";
import { authError } from "../errors.js";
import { peek } from "../given/read.js";
import { isSignal } from "../given/reader.js";
import { within } from "../platform/time-limit.js";
import { type Line, lineToWindow, stateOf } from "./popup-line.js";

const TIMEOUT_MS = 300_000;
/** A window that closes itself has posted before. */
const LAST_WORD_MS = 1000;
const LOOK_MS = 250;
/** A message within the browser takes less. */
const HEARD_MS = 300;
/** The provider's pages are used for no longer. */
const LINGER_MS = 600_000;

/** @internal Whether the page is in another page's frame. */
export function isFramed(): boolean {
  const { parent } = globalThis as { parent?: unknown };
  return parent !== undefined && parent !== globalThis;
}

function originOf(address: string): string | undefined {
  try {
    return new URL(address).origin;
  } catch {
    return undefined;
  }
}

/** @internal In the click itself: later the browser would block it. */
export function openPopup(redirectUri: unknown): Window {
  let popup: Window | null = null;
  const home = originOf(String(redirectUri));
  if (home !== undefined && home !== originOf(addressOf())) {
    const message =
      "`redirectUri` must be of this page's origin for signInPopup: nothing else is heard here.";
    throw authError("invalid_config", "config", message);
  }
  if (typeof BroadcastChannel === "undefined") {
    const message = "This browser has no BroadcastChannel, which a window answers by: use signIn().";
    throw authError("invalid_config", "config", message);
  }
  try {
    popup = globalThis.open("about:blank", "_blank", "popup,width=480,height=720");
  } catch {}
  if (popup) {
    // A page that the provider leads to could navigate this tab through `opener`. Without it, Chromium does not let this
    // page close the window while the window is at another origin.
    popup.opener = null;
    return popup;
  }
  const framed = isFramed()
    ? " The page that frames this one may forbid windows, by `sandbox` or its Cross-Origin-Opener-Policy."
    : "";
  const message = `The browser did not open a window: call signInPopup in the click itself, or use signIn().${framed}`;
  throw authError("popup_blocked", "config", message);
}

/**
 * Whether a window's BroadcastChannel does not reach this page. Browsers keep those of a page in another site's frame apart; the
 * window, which is ours yet, shows whether this one does.
 */
async function isDeaf(popup: Window): Promise<boolean> {
  if (!isFramed()) return false;
  const name = `sipbreakout/popup/${Math.random()}`;
  const channels: BroadcastChannel[] = [];
  try {
    const { BroadcastChannel: Channel } = popup as unknown as typeof globalThis;
    const [there, here] = [new Channel(name), new BroadcastChannel(name)];
    channels.push(there, here);
    const heard = new Promise<true>((resolve) => {
      here.onmessage = () => resolve(true);
    });
    there.postMessage("");
    return (await within(HEARD_MS, heard)) === undefined;
  } catch {
    return false;
  } finally {
    for (const channel of channels) channel.close();
  }
}

/** Whether the window is at this page's origin. */
function isBack(popup: Window): boolean {
  try {
    return popup.location.href !== undefined;
  } catch {
    return false;
  }
}

/**
 * @internal A sign-in in `popup`: `begin` gives the provider's address, `finish` takes the one that the window comes back
 * to. Options that are no signal, or no time, are left for Rust to report.
 */
export async function byPopup<T>(
  popup: Window,
  options: unknown,
  begin: () => Promise<URL>,
  finish: (answer: string) => Promise<T>,
): Promise<T> {
  let done!: (result: T) => void;
  let end!: (error: Error) => void;
  const ended = new Promise<T>((resolve, reject) => {
    done = resolve;
    end = reject;
  });
  let line: Line | undefined;
  let isOver = false;
  let isFinished = false;
  const wished = peek(options, "popupTimeoutMs");
  const timer = setTimeout(
    () => end(authError("timeout", "timeout", "The sign-in in the window was not finished in time.")),
    Math.min(isTime(wished) ? wished : TIMEOUT_MS, 2 ** 31 - 1),
  );
  // Where the provider cuts the line, the window looks closed as soon as it is there: then it only counts if it was seen
  // at another origin before, or if nothing else reaches this page. Until it is sent away there is nobody to cut it.
  let isPlain = true;
  let isOnlyLine = false;
  const closed = () => {
    const cut = isPlain
      ? ""
      : ", or the provider's pages cut it off (Cross-Origin-Opener-Policy), and in another site's frame it can't be heard then: " +
        "use signIn() in a tab of its own";
    return authError(
      "popup_closed",
      "aborted",
      `The window was closed before the sign-in was finished${cut}.`,
    );
  };
  let closedAt: number | undefined;
  const look = setInterval(() => {
    if (popup.closed) {
      closedAt ??= performance.now();
      if ((isPlain || isOnlyLine) && performance.now() - closedAt > LAST_WORD_MS) end(closed());
    } else if (isBack(popup)) line?.call();
    else isPlain = true;
  }, LOOK_MS);
  const signal = peek(options, "signal");
  const abort = () =>
    end(authError("aborted", "aborted", "The sign-in was given up.", peek(signal, "reason")));
  const stopWatching = () => {
    clearTimeout(timer);
    clearInterval(look);
    if (isOver && !isFinished && line) lingering(popup, line);
    else line?.close();
  };
  const work = async () => {
    const [url, isUnheard] = await Promise.all([begin(), isDeaf(popup)]);
    if (popup.closed) throw closed();
    isOnlyLine = isUnheard;
    const answer = await new Promise<string>((resolve) => {
      if (isOver) return;
      // What comes back late is not used.
      const take = (answer: string) => isOver || resolve(answer);
      line = lineToWindow(popup, stateOf(url), originOf(addressOf()) ?? "", take);
      isPlain = false;
      popup.location.replace(url);
    });
    isFinished = true;
    stopWatching();
    return finish(answer);
  };
  const listen = (method: "addEventListener" | "removeEventListener") => {
    try {
      if (isSignal(signal)) signal[method]("abort", abort);
    } catch {
      // Anybody's; Rust says what it is.
    }
  };
  listen("addEventListener");
  try {
    if (peek(signal, "aborted") === true) abort();
    else work().then(done, end);
    return await ended;
  } finally {
    isOver = true;
    stopWatching();
    listen("removeEventListener");
    popup.close();
  }
}

/** A sign-in was given up, and its window may be there still: it closes when it comes back. */
function lingering(popup: Window, line: Line): void {
  const look = setInterval(() => !popup.closed && isBack(popup) && line.call(), LAST_WORD_MS);
  const timer = setTimeout(() => {
    clearInterval(look);
    line.close();
  }, LINGER_MS);
  // Node would wait for them.
  for (const waiting of [look, timer]) (waiting as { unref?: () => void }).unref?.();
}
