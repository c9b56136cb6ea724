// Whether two addresses are the same core's.

/** @internal The address of a core in one spelling: without a slash at the end, with the host in lower case. */
export function baseUrlOf(given: unknown): string {
  try {
    return new URL(String(given)).href.replace(/\/+$/, "");
  } catch {
    // Rust refuses what is no address.
    return String(given);
  }
}
