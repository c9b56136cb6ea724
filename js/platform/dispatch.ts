// Telling listeners. The platform's `dispatchEvent` reports what a listener throws; one that a page has patched may let it
// through, into the middle of this package's own work.

/** @internal */
export function dispatch(target: object, event: Event): void {
  try {
    (target as EventTarget).dispatchEvent(event);
  } catch (thrown) {
    globalThis.reportError?.(thrown);
  }
}
