// The keepers of a client that are not stopped, by the registrations that they keep.
import { bare, peek } from "../given/read.js";
import type { Snapshot } from "../keeper-machine/snapshots.js";
import type { KeepOptions } from "../options.js";
import { digitsOf } from "../phone-number.js";
import { type RegistrationKeeper, tell } from "./registration-keeper.js";

/** @internal What is known of a keeper beside how it stands. */
export interface Live {
  /** The digits of its number; undefined for the number of whoever is signed in. */
  readonly digits?: string | undefined;
  /** Of the registration that it is a keeper of. */
  key?: string;
  options?: KeepOptions | undefined;
  /** Whose it is; after a trap it must not become another person's. */
  owner?: string | undefined;
  /** Of what is wanted, as the machine told it last: after a trap it is no new wish. */
  id?: string | undefined;
  flags?: number | undefined;
  /** The application did not ask for it: another tab keeps it, or a page before this one did. */
  isMet?: boolean;
  /** Rust knows that it is wanted: what happens to the registration happens to it. */
  isNoted?: boolean;
  /** It is to be kept no more. */
  isLeaving?: boolean;
}

/** @internal What is to be stopped. */
export interface Stop {
  readonly isDelete: boolean;
  /** It was kept until now. */
  readonly isKnown: boolean;
  readonly live: Live;
  readonly leaving: readonly RegistrationKeeper[];
}

/** @internal */
export class LiveKeepers {
  readonly #live = new Map<RegistrationKeeper, Live>();
  readonly #byKey = new Map<string, Set<RegistrationKeeper>>();
  readonly #byNumber = new Map<string | undefined, RegistrationKeeper[]>();
  /** The same until there are others. */
  #list: readonly RegistrationKeeper[] | undefined;
  /** There will be more: they are told as one change. */
  #isFilling = false;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  add(keeper: RegistrationKeeper, live: Live): void {
    const digits = numberOf(keeper);
    this.#live.set(keeper, bare({ ...live, digits }));
    const others = this.#byNumber.get(digits);
    if (others) others.push(keeper);
    else this.#byNumber.set(digits, [keeper]);
    this.#changed();
  }

  /** Those that `add` adds are one change. */
  fill(add: () => void): void {
    const before = this.#live.size;
    this.#isFilling = true;
    try {
      add();
    } finally {
      this.#isFilling = false;
      if (this.#live.size !== before) this.#onChange();
    }
  }

  /** Undefined for one that is stopped. */
  get(keeper: RegistrationKeeper): Live | undefined {
    return this.#live.get(keeper);
  }

  /** One for each number: the one that was made last. */
  list(): readonly RegistrationKeeper[] {
    this.#list ??= Object.freeze(
      [...this.#byNumber.values()].map((keepers) => keepers[keepers.length - 1] as RegistrationKeeper),
    );
    return this.#list;
  }

  /** Those of the same number as `keeper`, as far as that can be told without Rust. */
  ofNumber(keeper: RegistrationKeeper): readonly RegistrationKeeper[] {
    return this.#byNumber.get(numberOf(keeper)) ?? [];
  }

  every(): RegistrationKeeper[] {
    return [...this.#live.keys()];
  }

  all(): Live[] {
    return [...this.#live.values()];
  }

  /** Those of one registration. */
  of(key: string): RegistrationKeeper[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  /** A keeper's registration is known. */
  know(keeper: RegistrationKeeper, key: string): void {
    const live = this.#live.get(keeper);
    if (!live) return;
    live.key = key;
    this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(keeper));
  }

  /** False for one that was removed before. `tell` runs before the list is said to be another one. */
  remove(keeper: RegistrationKeeper, tell: () => void): void {
    const live = this.#live.get(keeper);
    if (!live) return;
    this.#live.delete(keeper);
    const others = (this.#byNumber.get(live.digits) ?? []).filter((other) => other !== keeper);
    if (others.length > 0) this.#byNumber.set(live.digits, others);
    else this.#byNumber.delete(live.digits);
    if (live.key !== undefined) {
      const keepers = this.#byKey.get(live.key);
      keepers?.delete(keeper);
      if (keepers?.size === 0) this.#byKey.delete(live.key);
    }
    tell();
    this.#changed();
  }

  /** It is kept no more. */
  end(keeper: RegistrationKeeper, error?: unknown, last?: Snapshot): void {
    this.remove(keeper, () => tell(keeper, "stopped", { ...last, state: "stopped", error }));
  }

  /** Keepers of the number are to be kept no more: `keeper`, with `isDelete` all that there are now. Undefined for one that is over. */
  leave(keeper: RegistrationKeeper, isDelete: boolean): Stop | undefined {
    // It may be kept no more, and the core have it still: then there is something to delete.
    const known = this.get(keeper);
    const live = known ?? (isDelete && keeper.inEffect !== undefined ? {} : undefined);
    if (!live) return undefined;
    const leaving = isDelete ? [...new Set([...this.ofNumber(keeper), keeper])] : [keeper];
    live.isLeaving = true;
    for (const one of leaving) Object.assign(this.get(one) ?? {}, { isLeaving: true });
    return { isDelete, isKnown: known !== undefined, live, leaving };
  }

  #changed(): void {
    this.#list = undefined;
    if (!this.#isFilling) this.#onChange();
  }
}

function numberOf({ request }: RegistrationKeeper): string | undefined {
  const phoneNumber = peek(request, "phoneNumber");
  return phoneNumber === undefined ? undefined : digitsOf(phoneNumber);
}
