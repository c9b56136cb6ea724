// `client.keepRegistered`: the application's view of a registration that is kept. What is done about it is decided in
// Rust (src/keeper/).
import { type SdkError, toldError } from "./errors.js";
import type { KeeperEvents } from "./events.js";
import type { RegistrationRequest } from "./options.js";

/**
 * How a kept registration stands.
 * - `registering`: the core has not taken it yet.
 * - `registered`: the core has it.
 * - `atRisk`: the core has it still, but could not be told again so far. It is tried again.
 * - `lapsed`: the core has forgotten it; calls do not reach the PBX. It is tried again.
 * - `rejected`: the core does not want it. Nothing more is tried until `update`.
 * - `suspended`: nobody is signed in, or somebody else. It goes on when the same person signs in again.
 * - `stopped`: it is kept no more.
 */
export type KeeperState =
  | "registering"
  | "registered"
  | "atRisk"
  | "lapsed"
  | "rejected"
  | "suspended"
  | "stopped";

/** @internal How Rust tells it. */
export interface Snapshot {
  owner?: string;
  request: RegistrationRequest;
  state: KeeperState;
  expiresAtMs?: number;
  nextRefreshAtMs?: number;
  error?: unknown;
}

/** @internal What a keeper asks of the client that made it. */
export interface Keepers {
  readonly isLeading: boolean;
  update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void>;
  refresh(keeper: RegistrationKeeper): Promise<void>;
  stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void>;
}

const date = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

/** @internal Tells a keeper how it stands. */
export let tell: (keeper: RegistrationKeeper, type: string, snapshot: Partial<Snapshot>) => void;

/** A registration that is kept. Made by `client.keepRegistered`. */
export class RegistrationKeeper extends (EventTarget as new () => KeeperEvents) {
  static {
    tell = (keeper, type, snapshot) => keeper.#tell(type, snapshot);
  }

  readonly #keepers: Keepers;
  #snapshot: Snapshot;
  #error: SdkError | undefined;

  /** @internal */
  constructor(keepers: Keepers, request: RegistrationRequest) {
    super();
    this.#keepers = keepers;
    this.#snapshot = { request, state: "registering" };
  }

  /** What is wanted. A number comes without the blanks it was written with. */
  get request(): Readonly<RegistrationRequest> {
    return this.#snapshot.request;
  }

  get state(): KeeperState {
    return this.#snapshot.state;
  }

  /** When the core forgets it, unless it is told again; undefined as long as it never had it. */
  get expiresAt(): Date | undefined {
    return date(this.#snapshot.expiresAtMs);
  }

  /** When the core is told next, as far as that is known. */
  get nextRefreshAt(): Date | undefined {
    return date(this.#snapshot.nextRefreshAtMs);
  }

  /** What came in the way; undefined after a success. With the `code` of the error in the tab that it happened in. */
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
    return this.#keepers.update(this, request);
  }

  /**
   * Tells the core now, not more often than once a second. Resolves when that is noted; events tell what comes of it.
   * @throws LoadError
   */
  refresh(): Promise<void> {
    return this.#keepers.refresh(this);
  }

  /**
   * Keeps it no more, in no tab. `delete`: and deletes it at the core; without, it ends there when its time is over.
   * @throws the error of the deletion: it is kept no more all the same
   */
  stop(options: { delete?: boolean | undefined } = {}): Promise<void> {
    return this.#keepers.stop(this, options);
  }

  #tell(type: string, snapshot: Partial<Snapshot>): void {
    // What is over stays so.
    if (this.#snapshot.state === "stopped") return;
    this.#snapshot = { ...this.#snapshot, ...snapshot };
    this.#error = snapshot.error === undefined ? undefined : toldError(snapshot.error);
    const detail = {
      state: this.state,
      expiresAt: this.expiresAt,
      nextRefreshAt: this.nextRefreshAt,
      error: this.#error,
    };
    if (type !== "change") this.dispatchEvent(new CustomEvent(type, { detail }));
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}
