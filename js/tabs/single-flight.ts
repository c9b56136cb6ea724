// One at a time in the page: whoever comes while the work is under way gets the same result.

/** @internal */
export class SingleFlight<T> {
  #underWay: Promise<T> | undefined;

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  /** The result of the work under way; without one, of `work`, which then runs to its end even if nobody waits. */
  join(work: () => Promise<T>): Promise<T> {
    if (this.#underWay) return this.#underWay;
    // Its result is not kept: it may be a token.
    const own = work().finally(() => {
      this.#underWay = undefined;
    });
    this.#underWay = own;
    return own;
  }
}
