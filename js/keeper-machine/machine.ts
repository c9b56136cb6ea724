// The keeper's machine in Rust (src/keeper/), as it is talked to: an event in, a flat list of actions out, both by number
// (src/bindings/keeper_events.rs, keeper_actions.rs). docs/decisions/0017 says why.
import { type SessionWasm, sessionWasm } from "../core/session-wasm.js";
import { now } from "../platform/clock.js";

/** @internal The numbers of events. (Those of actions are places in a list of js/keeper-machine/executor.ts.) */
export const Happened = {
  look: 0,
  owner: 1,
  ownerLeft: 2,
  foundDesired: 3,
  foundGrant: 4,
  moved: 5,
  loaded: 6,
  desired: 7,
  updated: 8,
  refresh: 9,
  stop: 10,
  overrule: 11,
  checked: 12,
  registered: 13,
  deleted: 14,
  failed: 15,
  written: 16,
  lock: 17,
  heard: 18,
  leaving: 19,
  back: 20,
  close: 21,
  list: 22,
  lookUp: 23,
  doubted: 24,
} as const;

/** @internal A number or text, or what was given as an error. */
export type Field = unknown;

/** @internal A machine of one instance of the wasm. `tab` is a name that no other has. */
export class Machine {
  readonly #wasm: SessionWasm;
  readonly #number: number;
  #isFree = false;

  constructor(wasm: SessionWasm, isV0: boolean, maxPerSecond: number, tab: string) {
    this.#wasm = wasm;
    this.#number = sessionWasm.ask(wasm, ({ newKeeper }) => newKeeper(isV0, maxPerSecond, tab));
  }

  /** What is to be done because of an event. @throws LoadError if the instance is no more */
  handle(event: number, fields: readonly Field[]): readonly Field[] {
    // Another machine may have its number.
    if (this.#isFree) return [];
    const { wallMs, monotonicMs, page } = now();
    const all = [event, wallMs, monotonicMs, page, Math.random(), ...fields];
    return sessionWasm.ask(this.#wasm, ({ keeperActions }) =>
      keeperActions(this.#number, all),
    ) as readonly Field[];
  }

  /** Nobody uses it any more. @throws LoadError if the instance is no more */
  free(): void {
    this.#isFree = true;
    sessionWasm.ask(this.#wasm, ({ freeKeeper }) => freeKeeper(this.#number));
  }
}
