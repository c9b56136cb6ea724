// Time limits as they are given.

/** @internal A usable time limit. */
export function isTime(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}
