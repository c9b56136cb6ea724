/** The abort that a case wants, from the start of the call; undefined if it wants none. */
export function signalOf({ abortAfterMs }) {
  if (abortAfterMs === undefined) return undefined;
  const controller = new AbortController();
  if (abortAfterMs < 0) controller.abort("enough");
  else setTimeout(() => controller.abort("enough"), abortAfterMs);
  return controller.signal;
}
