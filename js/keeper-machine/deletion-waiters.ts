// Deletions that somebody waits for.
import { authError } from "../errors.js";
import { within } from "../platform/time-limit.js";
import type { PageLife } from "./page-lifecycle.js";
import { closed } from "./troubles.js";

/** How long somebody waits for another tab to delete a registration. */
const LONGEST_MS = 45_000;

interface Deletion {
  readonly ended: Promise<{ error: unknown }>;
  readonly end: (outcome: { error: unknown }) => void;
  waiting: number;
}

/** @internal */
export class Deletions {
  readonly #open = new Map<string, Deletion>();

  /** Somebody is going to wait for it, who calls `gone`. */
  await(id: string): void {
    const known = this.#open.get(id);
    if (known) {
      known.waiting += 1;
      return;
    }
    let end!: Deletion["end"];
    const ended = new Promise<{ error: unknown }>((resolve) => {
      end = resolve;
    });
    this.#open.set(id, { ended, end, waiting: 1 });
  }

  /** What was told first counts. */
  settle(id: string, error: unknown): void {
    this.#open.get(id)?.end({ error });
  }

  /** None can be waited for any longer. */
  settleAll(error: unknown): void {
    for (const { end } of this.#open.values()) end({ error });
  }

  /** Waits for it. @throws what came in the way */
  async gone(id: string, page: Pick<PageLife, "isAway" | "absences">): Promise<void> {
    const deletion = this.#open.get(id);
    // Of what is not known nobody may say that it is deleted.
    if (!deletion) throw closed();
    let outcome: { error: unknown } | undefined;
    while (!outcome) {
      const { absences } = page;
      outcome = await within(LONGEST_MS, deletion.ended);
      // While the page was away nothing could be done.
      if (!outcome && !page.isAway && page.absences === absences) outcome = { error: late() };
    }
    deletion.waiting -= 1;
    if (deletion.waiting === 0) this.#open.delete(id);
    if (outcome.error !== undefined) throw outcome.error;
  }
}

const late = () =>
  authError(
    "timeout",
    "timeout",
    "No tab has deleted the registration in time. It is tried again until its time is over.",
  );
