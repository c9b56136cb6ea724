// After its outcome a body is read on for a while: its connection can be used again only when all of it was read.
import { setAlarm } from "../platform/alarm.js";
import type { Chunks } from "../platform/response.js";
import type { Ending } from "./ending.js";

const DRAIN_MS = 1000;
const DRAIN_BYTES = 64 * 1024;

/** @internal Reads the rest of a body, for a second and 64 KiB at most; then `ending` ends the request. */
export async function drain(body: Chunks, ending: Ending): Promise<void> {
  const limit = setAlarm(DRAIN_MS, () => ending.abort());
  try {
    let left = DRAIN_BYTES;
    for (let chunk = await body.next(); chunk; chunk = await body.next()) {
      left -= chunk.length;
      if (left < 0) return ending.abort();
    }
  } catch {
    // The outcome is known.
  } finally {
    limit.lift();
  }
}
