// Names that nobody else has. They are no secrets.

/** @internal */
export function randomId(): string {
  const bytes = new Uint8Array(12).map(() => Math.random() * 256);
  // Where there is no crypto two pages would still have to be very unlucky.
  globalThis.crypto?.getRandomValues(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
