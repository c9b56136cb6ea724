// Keepers of what was kept before a reload, or is by other tabs.
import { LoadError, type SdkError, toSdkError } from "../errors.js";
import type { RegistrationKeeper } from "../keeper-face/registration-keeper.js";
import { mayPass, rest } from "../patience.js";

type Restore = () => Promise<RegistrationKeeper[]>;

/** @internal */
export class Restoring {
  readonly #restore: Restore;
  readonly #closing: AbortSignal;
  /** It is tried again and again. */
  #isUnderWay = false;

  constructor(restore: Restore, closing: AbortSignal) {
    this.#restore = restore;
    this.#closing = closing;
  }

  /**
   * If the wasm can't be loaded they come when it can: what was kept must not lapse because nobody asks again.
   * @throws LoadError
   */
  async restore(): Promise<RegistrationKeeper[]> {
    try {
      return await this.#restore();
    } catch (thrown) {
      const error = toSdkError(thrown);
      if (error instanceof LoadError && !this.#isUnderWay) this.#restoreLater(error);
      throw error;
    }
  }

  async #restoreLater(error: SdkError): Promise<void> {
    this.#isUnderWay = true;
    let last = error;
    for (let tries = 0; mayPass(last) && !this.#closing.aborted; tries += 1) {
      await rest(last, tries, this.#closing);
      try {
        if (!this.#closing.aborted) await this.#restore();
        break;
      } catch (thrown) {
        last = toSdkError(thrown);
      }
    }
    this.#isUnderWay = false;
  }
}
