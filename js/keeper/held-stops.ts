// Stops that have to hold although the wasm, which notes them, can't be loaded.
import type { ClientOptions } from "../client-options.js";
import { storeStop, type Undo } from "../keeper-store/stored-stops.js";
import type { RegistrationRequest } from "../options.js";
import { isSameNumber } from "../phone-number.js";

/** A load that takes longer may not end before the page does. */
const PATIENCE_MS = 3000;

/** @internal One stop. */
export interface Holding {
  /** Resolves when the stop holds. Never, if that is not needed or can't be done. */
  held: Promise<void>;
  /** The wasm can't be loaded for now. */
  begin(): Promise<boolean>;
  /** It is noted, or given up. */
  end(): void;
}

/** What may change while a stop is being stored. */
interface Circumstances {
  /** The wasm is there: it notes the stop. */
  isLoaded: () => boolean;
  /** Somebody wants the number all the same. */
  isWanted: () => boolean;
}

/** @internal Those of one client. */
export class HeldStops {
  readonly #options: () => ClientOptions;
  #stopped: { request: RegistrationRequest; undo: Undo }[] = [];

  constructor(options: () => ClientOptions) {
    this.#options = options;
  }

  stop(request: RegistrationRequest, isDelete: boolean, now: Circumstances): Holding {
    let begun: Promise<boolean> | undefined;
    let resolve: () => void;
    const held = new Promise<void>((done) => {
      resolve = done;
    });
    const begin = async () => {
      begun ??= this.#hold(request, isDelete, now);
      const isHeld = await begun;
      if (isHeld) resolve();
      return isHeld;
    };
    const timer = setTimeout(begin, PATIENCE_MS);
    return { held, begin, end: () => clearTimeout(timer) };
  }

  async #hold(
    request: RegistrationRequest,
    isDelete: boolean,
    { isLoaded, isWanted }: Circumstances,
  ): Promise<boolean> {
    const isMissed = () => !isLoaded() && !isWanted();
    if (!isMissed()) return false;
    try {
      const undo = await storeStop(this.#options(), request, isDelete, isMissed);
      // If the wasm came meanwhile it finds the stop in the store, or notes the same.
      if (isWanted()) await undo();
      else if (!isLoaded()) this.#stopped.push({ request, undo });
      return true;
    } catch {
      // No database, or no session that can be read: the wasm will have to tell.
      return false;
    }
  }

  /** The number is wanted again, before the wasm was there: what was stored is put back. */
  release(request: RegistrationRequest): void {
    for (const one of this.#stopped) if (isSameNumber(one.request, request)) one.undo().catch(() => {});
    this.#stopped = this.#stopped.filter((one) => !isSameNumber(one.request, request));
  }

  /** The wasm is there, and has read what is stored. */
  forget(): void {
    this.#stopped = [];
  }
}
