// Signing in by a popup window. Verifier and exchange stay in the page that opened it; the window only passes on the
// address that the provider sent it to, over a channel, because a provider's Cross-Origin-Opener-Policy may have cut the
// line between the two windows.

import { isTime } from "../core/limits.js";
import { authError } from "../errors.js";
import { peek } from "../given/read.js";
import { isSignal } from "../given/reader.js";
import { parameterOf } from "./address.js";

const TIMEOUT_MS = 300_000;
/** A window that closes itself has posted before. */
const LAST_WORD_MS = 1000;
/** How long the opener may take to answer. */
const ANSWER_MS = 5000;
const LOOK_MS = 250;
/** The provider's pages are used for no longer. */
const LINGER_MS = 600_000;

const channelOf = (state: string) => new BroadcastChannel(`sipbreakout/popup/${state}`);

const stateOf = (address: string | URL) => parameterOf(address, "state");

/** @internal In the click itself: later the browser would block it. */
export function openPopup(): Window {
  let popup: Window | null = null;
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
  const message = "The browser did not open a window: call signInPopup in the click itself, or use signIn().";
  throw authError("popup_blocked", "config", message);
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
  let channel: BroadcastChannel | undefined;
  let isOver = false;
  let isFinished = false;
  const wished = peek(options, "popupTimeoutMs");
  const timer = setTimeout(
    () => end(authError("timeout", "timeout", "The sign-in in the window was not finished in time.")),
    Math.min(isTime(wished) ? wished : TIMEOUT_MS, 2 ** 31 - 1),
  );
  const closed = () =>
    authError("popup_closed", "aborted", "The window was closed before the sign-in was finished.");
  // Where the provider cuts the line, the window looks closed as soon as it is there: then it only counts if it was seen
  // at another origin before. Until it is sent away there is nobody to cut it.
  let isPlain = true;
  let closedAt: number | undefined;
  const look = setInterval(() => {
    if (popup.closed) {
      closedAt ??= performance.now();
      if (isPlain && performance.now() - closedAt > LAST_WORD_MS) end(closed());
      return;
    }
    try {
      void popup.location.href;
    } catch {
      isPlain = true;
    }
  }, LOOK_MS);
  const signal = peek(options, "signal");
  const abort = () =>
    end(authError("aborted", "aborted", "The sign-in was given up.", peek(signal, "reason")));
  const stopWatching = () => {
    clearTimeout(timer);
    clearInterval(look);
    if (isOver && !isFinished) lingering(channel);
    else channel?.close();
  };
  const work = async () => {
    const url = await begin();
    if (popup.closed) throw closed();
    const answer = await new Promise<string>((resolve) => {
      if (isOver) return;
      const state = stateOf(url);
      channel = channelOf(state);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const answer = peek(data, "answer");
        if (typeof answer !== "string" || stateOf(answer) !== state) return;
        channel?.postMessage({ taken: true });
        resolve(answer);
      };
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
function lingering(channel: BroadcastChannel | undefined): void {
  if (!channel) return;
  channel.onmessage = () => channel.postMessage({ taken: true });
  const timer = setTimeout(() => channel.close(), LINGER_MS);
  // Node would wait for them.
  for (const waiting of [channel, timer]) (waiting as { unref?: () => void }).unref?.();
}

/** @internal In the window: passes the answer on and closes. Stays, and says why, if nobody takes it. */
export function passOn(answer: string): Promise<void> {
  const channel = channelOf(stateOf(answer));
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = "The page that began this sign-in is gone: sign in again.";
      reject(authError("state_unknown", "auth", message));
    }, ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!peek(data, "taken")) return;
      clearTimeout(timer);
      resolve();
      globalThis.close();
    };
    channel.postMessage({ answer });
  }).finally(() => channel.close());
}
