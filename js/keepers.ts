// The keepers of a client, as far as a page has them from the start: those that there are, and what is wanted of them in order. The
// rest is loaded when something is wanted first.
import type { RegistrationCalls } from "./client/registration-calls.js";
import { callsWasm } from "./core/calls-wasm.js";
import { type SdkError, toSdkError } from "./errors.js";
import { LiveKeepers } from "./keeper-face/live-keepers.js";
import { Overruling } from "./keeper-face/overruling.js";
import { RegistrationKeeper, tell } from "./keeper-face/registration-keeper.js";
import { closed } from "./keeper-machine/troubles.js";
import { type Later, loadLater } from "./load-later.js";
import type { KeepOptions, RegistrationRequest } from "./options.js";
import { rest } from "./patience.js";

/** What does what is wanted. */
type ClientKeepers = InstanceType<Later["ClientKeepers"]>;

interface Asked {
  run(keepers: ClientKeepers): void;
  fail(error: unknown): void;
}

/** @internal The keepers of one client. */
export class Keepers {
  readonly #calls: RegistrationCalls;
  readonly #live: LiveKeepers;
  readonly #onSilence: () => void;
  readonly #closing = new AbortController();
  readonly overruling: Overruling;
  #loaded: ClientKeepers | undefined;
  #isLoading = false;
  #asked: Asked[] = [];
  /** Told when a load has failed. */
  #troubled: ((error: SdkError) => void)[] = [];

  constructor(calls: RegistrationCalls, onChange: () => void, onSilence: () => void) {
    this.#calls = calls;
    this.#live = new LiveKeepers(onChange);
    this.#onSilence = onSilence;
    const drop = (request: RegistrationRequest, id?: string) =>
      this.#ask(async (keepers) => keepers.dropDeletion(request, id)).catch(() => {});
    this.overruling = new Overruling(calls.core, calls.options, drop, loadLater);
  }

  get isLeading(): boolean {
    return this.#loaded?.isLeading ?? false;
  }

  keep(request: RegistrationRequest, options?: KeepOptions): RegistrationKeeper {
    const keeper = new RegistrationKeeper(this, request);
    this.overruling.begin();
    this.#live.add(keeper, { options });
    if (this.#closing.signal.aborted) this.#live.end(keeper, closed());
    // What is wrong with it, or can't be loaded, its events tell.
    else this.#ask(async (keepers) => keepers.begin(keeper)).catch(() => {});
    return keeper;
  }

  async restore(): Promise<RegistrationKeeper[]> {
    if (this.#closing.signal.aborted) throw closed();
    const restored = this.#ask((keepers) => keepers.restore());
    if (this.#loaded) return restored;
    // That it can't be loaded now is told at once, and it is tried again all the same.
    restored.catch(() => {});
    return Promise.race([restored, new Promise<never>((_, reject) => this.#troubled.push(reject))]);
  }

  list(): readonly RegistrationKeeper[] {
    return this.#live.list();
  }

  async update(keeper: RegistrationKeeper, request: RegistrationRequest): Promise<void> {
    if (this.#isKept(keeper)) await this.#ask((keepers) => keepers.update(keeper, request));
  }

  async refresh(keeper: RegistrationKeeper): Promise<void> {
    if (this.#isKept(keeper)) await this.#ask((keepers) => keepers.refresh(keeper));
  }

  /** What is over stays so. */
  #isKept(keeper: RegistrationKeeper): boolean {
    const live = this.#live.get(keeper);
    return live !== undefined && !live.isLeaving;
  }

  /** What it ends is decided now: keepers that are made later want the number again. */
  async stop(keeper: RegistrationKeeper, options: { delete?: boolean | undefined }): Promise<void> {
    const stop = this.#live.leave(keeper, options.delete === true);
    if (stop && !stop.isKnown && this.#closing.signal.aborted) throw closed();
    if (stop) await this.#ask((keepers) => keepers.stop(keeper, stop));
  }

  close(): void {
    this.overruling.end();
    this.#closing.abort();
    this.#loaded?.close();
    // What was stopped just before is stopped all the same.
    for (const keeper of this.#live.every()) this.#live.end(keeper);
  }

  /** `work`, at once or in the order in which it was asked. */
  #ask<T>(work: (keepers: ClientKeepers) => Promise<T>): Promise<T> {
    if (this.#loaded) return work(this.#loaded);
    return new Promise<T>((resolve, reject) => {
      this.#asked.push({ run: (keepers) => resolve(work(keepers)), fail: reject });
      if (!this.#isLoading) this.#load();
    });
  }

  async #load(): Promise<void> {
    this.#isLoading = true;
    // It is needed, too, and comes meanwhile. If it does not, that is told when it is asked for.
    callsWasm.loaded().catch(() => {});
    const { signal } = this.#closing;
    for (let tries = 0; !this.#loaded; tries += 1) {
      try {
        this.#begin(await loadLater());
      } catch (thrown) {
        const error = toSdkError(thrown);
        for (const tellTrouble of this.#troubled.splice(0)) tellTrouble(error);
        for (const keeper of this.#live.every()) tell(keeper, "change", { error });
        if (!signal.aborted) await rest(error, tries, signal);
        if (!signal.aborted) continue;
        for (const { fail } of this.#asked.splice(0)) fail(error);
        break;
      }
    }
    this.#isLoading = false;
  }

  #begin({ ClientKeepers }: Later): void {
    const keepers = new ClientKeepers(this.#calls, {
      live: this.#live,
      view: this,
      overruling: this.overruling,
      closing: this.#closing.signal,
      onSilence: this.#onSilence,
    });
    this.#loaded = keepers;
    this.#troubled = [];
    for (const { run } of this.#asked.splice(0)) run(keepers);
    if (this.#closing.signal.aborted) keepers.close();
  }
}
