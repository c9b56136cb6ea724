// Functions that delete what is kept for a person, when that person signs out.
import type { Owner } from "../owners.js";

/** @internal Deletes all that is kept for the owner. False if one is left. */
export type Leaver = (owner: Owner) => Promise<boolean>;

/** @internal */
export const leavers = new Set<Leaver>();

/** @internal Deletes at the core all that the clients of this page keep for the owner. False if one is left. */
export async function deleteAllKept(owner: Owner): Promise<boolean> {
  let isDeleted = true;
  // One after the other: a person has one number, or a few.
  for (const leaver of [...leavers]) {
    if (!(await leaver(owner))) isDeleted = false;
  }
  return isDeleted;
}
