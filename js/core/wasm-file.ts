// One wasm file: loads it when something first needs it, once, and again after a failure. Says why it failed. Nothing waits inside
// an instance; when one traps, whatever comes next gets a fresh one, of the same compiled module.
import { isSdkError, loadError, toSdkError } from "../errors.js";
import { isArray, peek } from "../given/read.js";
import type { WasmSource } from "../options.js";
import { failure } from "./load-failure.js";
import { WasmModule } from "./module.js";
import { copied, type Given } from "./source.js";

/** What every instance has. */
interface Released {
  release(): void;
}

/** An instance, and who is told if it traps. */
interface Instance<Wasm> {
  wasm: Wasm;
  trapped: Set<(thrown: unknown) => void>;
  isDead: boolean;
}

/** A connection that hangs would leave every call waiting. */
const LOAD_TIMEOUT_MS = 60_000;

/** @internal Of `name`: that of the file, and of the module from which the wasm imports. */
export class WasmFile<Wasm extends Released> {
  readonly #name: string;
  readonly #instantiate: (coming: Promise<WebAssembly.Module>) => Promise<Wasm>;
  readonly #module: WasmModule;
  #loading: Promise<Instance<Wasm>> | undefined;
  /** Outlives a trap: a fresh instance needs no network. */
  #compiled: WebAssembly.Module | undefined;
  #live: Instance<Wasm> | undefined;
  /** Calls may take the instance without waiting: all calls that waited for it have it. */
  #isOpen = false;

  constructor(
    name: string,
    instantiate: (coming: Promise<WebAssembly.Module>) => Promise<Wasm>,
    packaged: () => WasmSource,
  ) {
    this.#name = name;
    this.#instantiate = instantiate;
    this.#module = new WasmModule(packaged);
  }

  /**
   * Loads the wasm now instead of when it is first needed, from `source` if one is given. Does nothing when it is loaded.
   * @throws LoadError
   */
  async preload(source?: Given): Promise<void> {
    const isKnown = this.#loading || this.#compiled;
    // One that is not needed may fail unheard.
    if (isKnown) Promise.resolve(source).catch(() => {});
    await this.#load(isKnown ? source : copied(source));
  }

  #load(source?: Given): Promise<Instance<Wasm>> {
    this.#loading ??= this.#loadInTime(source);
    return this.#loading;
  }

  async #loadInTime(source: Given): Promise<Instance<Wasm>> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Instance<Wasm>>((resolve, reject) => {
        const abort = new AbortController();
        timer = setTimeout(() => {
          reject(loadError("network", "The SDK's wasm did not come within a minute.", "Try again."));
          abort.abort();
        }, LOAD_TIMEOUT_MS);
        this.#start(source, abort.signal).then(resolve, reject);
      });
    } catch (error) {
      this.#loading = undefined;
      throw toSdkError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The wasm, if it is there, and no earlier call still waits for it. */
  current(): Wasm | undefined {
    return this.#isOpen ? this.#live?.wasm : undefined;
  }

  /** The wasm, if it is there, for a question that may come before those of earlier calls. */
  latest(): Wasm | undefined {
    return this.#live?.wasm;
  }

  /** Lets the instance go, and its memory with it: the next call gets a fresh one. Nothing may wait inside it. */
  letGo(): void {
    this.#loading = undefined;
    this.#live = undefined;
    this.#isOpen = false;
  }

  /** Begins `work` when the wasm is there: calls get it in the order in which they asked. */
  whenLoaded<T>(work: (wasm: Wasm) => T): Promise<T> {
    const begin = (instance: Instance<Wasm>): T | Promise<T> =>
      instance.isDead ? this.whenLoaded(work) : work(instance.wasm);
    return this.#load().then(begin);
  }

  /** The wasm, when it is there. */
  async loaded(): Promise<Wasm> {
    try {
      return await this.whenLoaded((wasm) => wasm);
    } catch (thrown) {
      throw toSdkError(thrown);
    }
  }

  /** Calls a plain function of `wasm`. Throws what that throws, an error of ours if it traps. */
  ask<T>(wasm: Wasm, work: (wasm: Wasm) => T): T {
    const asked = this.#live;
    if (asked?.wasm !== wasm) throw toSdkError(undefined);
    try {
      return work(wasm);
    } catch (thrown) {
      // What Rust means to throw is a text or an array, and a TypeError is JavaScript's, of an argument. Whatever else comes out of
      // it has left its work half done.
      const isMeant = typeof thrown === "string" || isArray(thrown) || isSdkError(thrown);
      if (isMeant || peek(thrown, "name") === "TypeError") throw thrown;
      if (!asked.isDead) this.#stop(asked, thrown);
      throw toSdkError(thrown);
    }
  }

  #stop(instance: Instance<Wasm>, thrown: unknown): void {
    instance.isDead = true;
    // Until it is read, a stack keeps what it is made of, the instance among it.
    void peek(thrown, "stack");
    // Of one that was let go there may be a successor.
    if (this.#live === instance) this.letGo();
    // Its memory may be a gigabyte. Later, because frames of it may be on the stack.
    queueMicrotask(instance.wasm.release);
    for (const listener of [...instance.trapped]) listener(thrown);
    instance.trapped.clear();
  }

  /** Calls `listener` when the instance stops. Returns how to stop listening. */
  whenTrapped(wasm: Wasm, listener: (thrown: unknown) => void): () => void {
    const trapped = this.#live?.wasm === wasm ? this.#live.trapped : undefined;
    trapped?.add(listener);
    return () => trapped?.delete(listener);
  }

  async #start(given: Given, signal: AbortSignal): Promise<Instance<Wasm>> {
    if (typeof WebAssembly !== "object") {
      throw loadError("unsupported", "This browser has no WebAssembly.", "Use a newer one.");
    }
    // The caller's stack may be full.
    await undefined;
    const coming = this.#compiled
      ? Promise.resolve(this.#compiled)
      : this.#module.of(given, signal).then((module) => this.#ours(module));
    try {
      const wasm = await this.#instantiate(coming);
      this.#compiled = await coming;
      // Given up meanwhile: a later load may be done.
      if (signal.aborted) throw signal.reason;
      const instance = { wasm, trapped: new Set<(thrown: unknown) => void>(), isDead: false };
      this.#live = instance;
      setTimeout(() => {
        this.#isOpen ||= this.#live === instance;
      });
      return instance;
    } catch (thrown) {
      // If there is no module, it rejects with why.
      await coming;
      // A RangeError means that there is no memory.
      if (signal.aborted || peek(thrown, "name") === "RangeError") throw thrown;
      throw await this.#foreignBuild(thrown);
    }
  }

  /** Another wasm would be instantiated for nothing, and its error be hard to read. */
  async #ours(module: WebAssembly.Module): Promise<WebAssembly.Module> {
    if (WebAssembly.Module.imports(module).some((import_) => import_.module === this.#name)) return module;
    throw await this.#foreignBuild(undefined);
  }

  #foreignBuild(cause: unknown): Promise<Error> {
    this.#module.doubtCache();
    return failure("otherBuild", [], "not_wasm", cause);
  }
}
