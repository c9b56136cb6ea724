// Which tests `npm test` leaves to `npm run test:all`: those that repeat a proof. They are marked where they stand.

const isAll = process.env.TEST_ALL === "1";

/** The reason that the runner knows. */
export const LEFT_OUT = "repeats a proof: npm run test:all";

/**
 * For `skip` of a test, or of a `describe`, that shows once more what another test shows: the same in a second browser where nothing
 * depends on the browser, a further row of a table, the same with another store. `npm test` leaves it out.
 */
export function repeats(isRepeat = true) {
  return isRepeat && !isAll && LEFT_OUT;
}
