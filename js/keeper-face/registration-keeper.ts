// `client.keepRegistered`: the application's view of a registration that is kept. What is done about it is decided in
// Rust (src/keeper/).

import { invalidOption, type SdkError } from "../errors.js";
import type { KeeperEvents, KeeperState } from "../events.js";
import { bare, read } from "../given/read.js";
import { REGISTRATION } from "../given/shapes.js";
import { requestOf } from "../given/snapshot.js";
import type { Snapshot } from "../keeper-machine/snapshots.js";
import type { RegistrationRequest } from "../options.js";
import { dispatch } from "../platform/dispatch.js";
import { sameDate, sameError, sameRequest } from "../same.js";

/** @internal What a keeper asks of the client that made it. */
export interface Keepers {
  readonly isLeading: boolean;
  update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void>;
  refresh(keeper: RegistrationKeeper): Promise<void>;
  stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void>;
}

/** @internal Tells a keeper how it stands. */
export let tell: (keeper: RegistrationKeeper, type: string, snapshot: Partial<Snapshot>) => void;

/**
 * A registration that is kept. Made by `client.keepRegistered`. Each property is the same object until it changes, and has
 * changed when an event says so.
 */
export class RegistrationKeeper extends (EventTarget as new () => KeeperEvents) {
  static {
    tell = (keeper, type, snapshot) => keeper.#tell(type, snapshot);
  }

  readonly #keepers: Keepers;
  #snapshot: Snapshot;
  #error: SdkError | undefined;
  #expiresAt: Date | undefined;
  #nextRefreshAt: Date | undefined;

  /** @internal */
  constructor(keepers: Keepers, request: RegistrationRequest, snapshot?: Snapshot) {
    super();
    this.#keepers = keepers;
    this.#snapshot = bare({ request, state: "registering" });
    if (snapshot) this.#take(snapshot);
  }

  /** What is wanted. A number comes without the blanks it was written with. */
  get request(): Readonly<RegistrationRequest> {
    return this.#snapshot.request;
  }

  /**
   * What the core was told last, and accepted, and has still, as far as this browser knows. Another one than `request`
   * while the core has not accepted that; compare the fields, because the objects are never the same. Undefined when it
   * accepted nothing, or has forgotten or deleted it.
   */
  get inEffect(): Readonly<RegistrationRequest> | undefined {
    const { inEffect, state, expiresAtMs = 0 } = this.#snapshot;
    // A keeper that is stopped hears no more of it.
    return state === "stopped" && expiresAtMs <= Date.now() ? undefined : inEffect;
  }

  get state(): KeeperState {
    return this.#snapshot.state;
  }

  /** When the core forgets it, unless it is told again; undefined as long as it never had it. */
  get expiresAt(): Date | undefined {
    this.#expiresAt = sameDate(this.#expiresAt, this.#snapshot.expiresAtMs);
    return this.#expiresAt;
  }

  /** When the core is told next, as far as that is known. */
  get nextRefreshAt(): Date | undefined {
    this.#nextRefreshAt = sameDate(this.#nextRefreshAt, this.#snapshot.nextRefreshAtMs);
    return this.#nextRefreshAt;
  }

  /**
   * What came in the way; undefined after a success. With the `code` of the error in the tab that it happened in. Also why the
   * session can't be renewed for now, before anything is due (`sessionUncertain`).
   */
  get lastError(): SdkError | undefined {
    return this.#error;
  }

  /** Whether this page is the one that tells the core. Of several tabs one is. */
  get isLeading(): boolean {
    return this.#keepers.isLeading;
  }

  /**
   * Keeps `request` instead, of the same number. Resolves when that is noted; events tell what the core says.
   * @throws InvalidRequestError, LoadError
   */
  update(request: RegistrationRequest): Promise<void> {
    return this.#keepers.update(this, requestOf(request, REGISTRATION));
  }

  /**
   * Tells the core now, not more often than once a second. Resolves when that is noted; events tell what comes of it.
   * @throws LoadError
   */
  refresh(): Promise<void> {
    return this.#keepers.refresh(this);
  }

  /**
   * Keeps it no more, in no tab. If this page asked several times for the number with `keepRegistered`, it is kept until
   * the last of those keepers is stopped. `delete`: ends all keepers of the number, and deletes it at the core; without, it
   * ends there when its time is over.
   * @throws the error of the deletion: it is kept no more all the same. `superseded`: a newer wish for the number came
   * before the core was told to delete. LoadError
   */
  stop(options: { delete?: boolean | undefined } = {}): Promise<void> {
    try {
      return this.#keepers.stop(this, { delete: read(options, "delete") === true });
    } catch {
      return Promise.reject(invalidOption("delete", "unreadable", "It can't be read."));
    }
  }

  #tell(type: string, snapshot: Partial<Snapshot>): void {
    // What is over stays so, but it may be deleted later.
    const isLate = type === "deleted";
    if (this.#snapshot.state === "stopped" && !isLate) return;
    this.#take(snapshot);
    const detail = {
      state: this.state,
      inEffect: this.inEffect,
      expiresAt: this.expiresAt,
      nextRefreshAt: this.nextRefreshAt,
      error: this.#error,
    };
    if (type !== "change" && !isLate) dispatch(this, new CustomEvent(type, bare({ detail })));
    dispatch(this, new CustomEvent("change", bare({ detail })));
  }

  #take(told: Partial<Snapshot>): void {
    const known = this.#snapshot;
    const snapshot = bare(told);
    const next = bare({ ...known, ...snapshot });
    if (snapshot.request) next.request = sameRequest(known.request, snapshot.request);
    if (next.inEffect) next.inEffect = sameRequest(known.inEffect, next.inEffect);
    this.#snapshot = next;
    this.#error = sameError(this.#error, snapshot.error);
  }
}
