// Keeping a registration no more: noted when all earlier wishes for it are, held without the wasm if that does not come.
import { LoadError } from "../errors.js";
import type { Live, LiveKeepers, Stop } from "../keeper-face/live-keepers.js";
import { type RegistrationKeeper, tell } from "../keeper-face/registration-keeper.js";
import type { Keeper, Valid } from "../keeper-machine/keeper.js";
import type { RegistrationRequest } from "../options.js";
import type { HeldStops, Holding } from "./held-stops.js";
import type { Turns } from "./turns.js";

/** @internal The client whose keepers are stopped. */
export interface StoppingClient {
  readonly live: LiveKeepers;
  readonly turns: Turns;
  readonly held: HeldStops;
  isLoaded(): boolean;
  /** Whether it was kept when the client was closed. */
  isWantedToTheEnd(key: string): boolean;
  keyOf(keeper: RegistrationKeeper): string;
  validOf(request: RegistrationRequest): Valid;
  end(keeper: RegistrationKeeper): void;
}

/** @internal */
export class Stopping {
  readonly #client: StoppingClient;

  constructor(client: StoppingClient) {
    this.#client = client;
  }

  async stop(keeper: RegistrationKeeper, { isDelete, isKnown, live, leaving: ending }: Stop): Promise<void> {
    let leaving = ending;
    const holding = this.#hold(keeper, isDelete, ending);
    try {
      const noted = this.#client.turns.note(
        () => {
          const key = this.#client.keyOf(keeper);
          if (key) live.key = key;
          // Met since, from another tab.
          if (isDelete && key) leaving = [...new Set([...leaving, ...this.#client.live.of(key)])];
          for (const one of leaving) Object.assign(this.#client.live.get(one) ?? {}, { isLeaving: true });
          return key;
        },
        (own) => this.#noteStop(own, keeper, live, isDelete),
        (error) => {
          tell(keeper, "change", { error });
          holding.begin();
        },
      );
      const given = noted.catch(async (thrown) => {
        // The wasm does not come any more. Who only keeps it no more needs nothing else.
        if (!(await holding.begin()) || isDelete) throw thrown;
        return undefined;
      });
      const gone = await (isDelete ? given : Promise.race([given, holding.held]));
      await gone?.();
      if (!isKnown) tell(keeper, "deleted", { inEffect: undefined });
    } finally {
      holding.end();
      for (const one of leaving) this.#client.end(one);
    }
  }

  /** Sees to it that a stop holds without the wasm, unless somebody wants the number all the same. */
  #hold(keeper: RegistrationKeeper, isDelete: boolean, leaving: readonly RegistrationKeeper[]): Holding {
    const ending = new Set(leaving);
    const isWanting = (other: RegistrationKeeper) =>
      !this.#client.live.get(other)?.isLeaving && !ending.has(other);
    const holding = this.#client.held.stop(keeper.request, isDelete, {
      isLoaded: () => this.#client.isLoaded(),
      isWanted: () => this.#client.live.ofNumber(keeper).some(isWanting),
    });
    if (keeper.lastError instanceof LoadError) holding.begin();
    return holding;
  }

  /** Resolves to what waits until it is deleted, if it is to be. */
  async #noteStop(
    own: Keeper,
    keeper: RegistrationKeeper,
    live: Live,
    isDelete: boolean,
  ): Promise<(() => Promise<void>) | undefined> {
    if (!live.key) return undefined;
    const others = this.#client.live.of(live.key).map((other) => this.#client.live.get(other));
    const wanting = others.filter((other) => other && !other.isMet && !other.isLeaving);
    // It is kept until the last one is stopped, or the client is closed: then other tabs go on.
    const isShared = this.#client.isWantedToTheEnd(live.key) || wanting.some((other) => other?.isNoted);
    if (!isDelete && !live.isMet && isShared) return undefined;
    // React's strict mode makes one, stops it, and makes another before the first is noted.
    const isAwaited = wanting.some((other) => !other?.isNoted);
    const id = await own.stop(this.#client.validOf(keeper.request), isDelete, isAwaited);
    return id === undefined ? undefined : () => own.gone(id);
  }
}
