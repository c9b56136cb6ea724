// Signing in by a popup window. Verifier and exchange stay in the page that opened it; the window only passes on the
// address that the provider sent it to, over a channel, because a provider's Cross-Origin-Opener-Policy may have cut the
// line between the two windows.
import { authError } from "./errors.js";
import type { PopupOptions } from "./options.js";

const TIMEOUT_MS = 300_000;
/** A window that closes itself has posted before. */
const LAST_WORD_MS = 1000;
/** How long the opener may take to answer. */
const ANSWER_MS = 5000;
const LOOK_MS = 250;

const channelOf = (state: string) => new BroadcastChannel(`sipbreakout/popup/${state}`);

const stateOf = (address: string | URL) => new URL(address).searchParams.get("state") ?? "";

/** @internal In the click itself: later the browser would block it. */
export function openPopup(): Window | undefined {
  try {
    return globalThis.open("about:blank", "_blank", "popup,width=480,height=720") ?? undefined;
  } catch {
    return undefined;
  }
}

/** @internal Sends `popup` to the provider, and resolves to the address that it comes back to. */
export function answerOf(popup: Window, url: URL, options: PopupOptions = {}): Promise<string> {
  const { signal, popupTimeoutMs = TIMEOUT_MS } = options;
  const state = stateOf(url);
  const channel = channelOf(state);
  const end = new AbortController();
  return new Promise<string>((resolve, reject) => {
    const fail = (code: "popup_closed" | "timeout" | "aborted", message: string, cause?: unknown) => {
      reject(authError(code, code === "timeout" ? "timeout" : "aborted", message, cause));
      popup.close();
    };
    channel.onmessage = ({ data }: MessageEvent<{ answer?: string }>) => {
      if (!data?.answer || stateOf(data.answer) !== state) return;
      channel.postMessage({ taken: true });
      resolve(data.answer);
    };
    const timer = setTimeout(
      () => fail("timeout", "The sign-in in the window was not finished in time."),
      Math.min(popupTimeoutMs, 2 ** 31 - 1),
    );
    const look = setInterval(watch(popup, fail), LOOK_MS);
    signal?.addEventListener("abort", () => fail("aborted", "The sign-in was given up.", signal.reason), end);
    end.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      clearInterval(look);
      channel.close();
    });
    if (signal?.aborted) fail("aborted", "The sign-in was given up.", signal.reason);
    else popup.location.replace(url);
  }).finally(() => end.abort());
}

/**
 * Notices that the person closed the window. Where the provider cuts the line, the window looks closed as soon as it is
 * there; so it must have been seen at another origin before.
 */
function watch(popup: Window, fail: (code: "popup_closed", message: string) => void): () => void {
  let isAway = false;
  let closedAt: number | undefined;
  return () => {
    if (popup.closed) {
      closedAt ??= performance.now();
      if (isAway && performance.now() - closedAt > LAST_WORD_MS) {
        fail("popup_closed", "The window was closed before the sign-in was finished.");
      }
      return;
    }
    try {
      void popup.location.href;
    } catch {
      isAway = true;
    }
  };
}

/** @internal In the window: passes the answer on and closes. Stays, and says why, if nobody takes it. */
export function passOn(answer: string): Promise<void> {
  const channel = channelOf(stateOf(answer));
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = "The page that began this sign-in is gone: sign in again.";
      reject(authError("state_unknown", "auth", message));
    }, ANSWER_MS);
    channel.onmessage = ({ data }: MessageEvent<{ taken?: boolean }>) => {
      if (!data?.taken) return;
      clearTimeout(timer);
      resolve();
      globalThis.close();
    };
    channel.postMessage({ answer });
  }).finally(() => channel.close());
}
