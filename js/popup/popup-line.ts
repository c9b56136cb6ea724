// How a popup window and the page that opened it reach each other. Over a BroadcastChannel, because a provider's
// Cross-Origin-Opener-Policy may have cut the line between the two windows. By postMessage as well, because browsers keep
// channels apart by the site in the address bar: a page in another site's frame does not hear its window on one.
//
// The window has no `opener`. So the page speaks first, as soon as the window is back, and the window answers who spoke.

import { parameterOf } from "../answer/address.js";
import { peek } from "../given/read.js";
import { lock } from "../platform/waiting.js";

const channelOf = (state: string) => new BroadcastChannel(`sipbreakout/popup/${state}`);

/** The page holds it for as long as it waits for an answer, also while the browser does not let it run. */
const lockOf = (state: string, signal: AbortSignal) =>
  lock(false, `sipbreakout/popup/${state}`, false, signal);

/** @internal The `state` of an address; empty if it has none. */
export function stateOf(address: string | URL): string {
  try {
    return parameterOf(address, "state");
  } catch {
    return "";
  }
}

/** @internal One end of the line. */
export interface Line {
  /** Says something to the other end. */
  call(): void;
  close(): void;
}

function listen(hear: (event: MessageEvent<unknown>) => void): () => void {
  globalThis.addEventListener?.("message", hear);
  return () => globalThis.removeEventListener?.("message", hear);
}

/** @internal The page's end. `take` is handed the answer to the sign-in of `state`, which `popup` comes back with to `origin`. */
export function lineToWindow(
  popup: Window,
  state: string,
  origin: string,
  take: (answer: string) => void,
): Line {
  const hear = (data: unknown, reply: (said: object) => void) => {
    const answer = peek(data, "answer");
    if (typeof answer !== "string" || stateOf(answer) !== state) return;
    reply({ taken: true, state });
    take(answer);
  };
  const post = (said: object) => {
    try {
      popup.postMessage(said, origin);
    } catch {
      // It is out of reach.
    }
  };
  const channel = channelOf(state);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => hear(data, (said) => channel.postMessage(said));
  const stop = listen((event) => {
    if (event.source === popup && event.origin === origin) hear(event.data, post);
  });
  // Node would wait for it.
  (channel as { unref?: () => void }).unref?.();
  const holding = new AbortController();
  lockOf(state, holding.signal).catch(() => {});
  return {
    call: () => post({ state }),
    close() {
      channel.close();
      stop();
      holding.abort();
    },
  };
}

/** @internal The window's end. `taken` is called when the page has the answer. */
export function lineToPage(answer: string, taken: () => void): Line {
  const state = stateOf(answer);
  const home = new URL(answer).origin;
  const channel = channelOf(state);
  const isTaken = (data: unknown) => peek(data, "taken") === true;
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isTaken(data)) taken();
  };
  const stop = listen(({ source, origin, data }) => {
    if (origin !== home || peek(data, "state") !== state) return;
    if (isTaken(data)) taken();
    else (source as Window | null)?.postMessage({ answer }, home);
  });
  return {
    call: () => channel.postMessage({ answer }),
    close() {
      channel.close();
      stop();
    },
  };
}

/** @internal Ends when no page waits for the answer to `state`, as far as locks tell: at once where there are none. */
export async function untilGone(state: string, signal: AbortSignal): Promise<void> {
  const taken = new AbortController();
  signal.addEventListener("abort", () => taken.abort());
  await lockOf(state, taken.signal).catch(() => {});
  taken.abort();
}
