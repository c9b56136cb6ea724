// Bytes of any realm: they may come from a frame, from Node while a test runs in a context of its own, from a polyfill.
// `instanceof` knows only the classes of this realm.

/** @internal The bytes that `value` has: a view of any kind, or a buffer. Undefined if it is neither. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  try {
    // What there nearly always is.
    if (ArrayBuffer.isView(value) && Object.getPrototypeOf(value) === Uint8Array.prototype) {
      return value as Uint8Array<ArrayBuffer>;
    }
    // A DataView can only be made of a buffer, of whatever realm.
    const view = ArrayBuffer.isView(value) ? value : new DataView(value as ArrayBuffer);
    return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
  } catch {
    return undefined;
  }
}
