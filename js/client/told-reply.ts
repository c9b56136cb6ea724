// What the application is told of a reply: its headers and trailers.
import { pairsOf } from "./raw-failure.js";
import type { CallSettings } from "./settings.js";

/** @internal What the caller's function throws is the page's affair, and not the call's. */
export function tellReply(
  settings: CallSettings,
  headers: () => readonly string[],
  trailers: readonly string[],
): void {
  const { onHeader, onTrailer } = settings;
  tell(onHeader, headers);
  tell(onTrailer, () => trailers);
}

/** What says the status is told apart from metadata. */
const STATUS = ["grpc-status", "grpc-message", "grpc-status-details-bin"];

function tell(listener: ((headers: Headers) => void) | undefined, flat: () => readonly string[]): void {
  if (!listener) return;
  try {
    const headers = new Headers();
    for (const [name, value] of pairsOf(flat())) {
      if (STATUS.includes(name)) continue;
      try {
        headers.append(name, value);
      } catch {
        // A trailer that HTTP itself would not carry can't be shown this way.
      }
    }
    listener(headers);
  } catch (thrown) {
    globalThis.reportError?.(thrown);
  }
}
