// The channel by which the tabs of a session tell each other what happened. Never for tokens.

/** Those that nobody listens to any more. */
const forgotten = new FinalizationRegistry<BroadcastChannel>((channel) => channel.close());

/** Who is told what the other tabs post. */
interface Listener {
  hear(text: string): void;
}

/** @internal Opens the channel called `name` for as long as somebody else keeps `listener`; undefined where there are none. */
export function openChannel(name: string, listener: Listener): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(name);
    const weak = new WeakRef(listener);
    channel.onmessage = ({ data }) => {
      if (typeof data === "string") weak.deref()?.hear(data);
    };
    // Node would not end as long as somebody listens.
    (channel as { unref?: () => void }).unref?.();
    forgotten.register(listener, channel);
    return channel;
  } catch {
    return undefined;
  }
}

/** @internal Tells the other tabs. */
export function post(channel: BroadcastChannel | undefined, text: string): void {
  try {
    channel?.postMessage(text);
  } catch {
    // Closed, or patched.
  }
}
