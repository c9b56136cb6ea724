// Loads the wasm when something first needs it, once, and again after a failure. Says why it failed. Nothing waits inside an
// instance; when one traps, whatever comes next gets a fresh one, of the same compiled module.
import { isSdkError, loadError, toSdkError } from "../errors.js";
import { isArray, peek } from "../given/read.js";
import { type Exports, instantiate } from "../wasm/sipbreakout.js";
import { failure } from "./load-failure.js";
import { doubtCache, moduleOf } from "./module.js";
import { copied, type Given } from "./source.js";

export { provide } from "./source.js";

/** @internal What one instance has. */
export type Wasm = Exports;

/** An instance, and who is told if it traps. */
interface Instance {
  wasm: Wasm;
  trapped: Set<(thrown: unknown) => void>;
  isDead: boolean;
}

/** A connection that hangs would leave every call waiting. */
const LOAD_TIMEOUT_MS = 60_000;

let loading: Promise<Instance> | undefined;
/** Outlives a trap: a fresh instance needs no network. */
let compiled: WebAssembly.Module | undefined;

/**
 * Loads the wasm now instead of at the first call, from `source` if one is given. Does nothing when it is loaded.
 * @throws LoadError
 */
export async function preload(source?: Given): Promise<void> {
  // One that is not needed may fail unheard.
  if (loading || compiled) Promise.resolve(source).catch(() => {});
  await load(loading || compiled ? source : copied(source));
}

function load(source?: Given): Promise<Instance> {
  loading ??= new Promise<Instance>((resolve, reject) => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      reject(loadError("network", "The SDK's wasm did not come within a minute.", "Try again."));
      abort.abort();
    }, LOAD_TIMEOUT_MS);
    start(source, abort.signal)
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  }).catch((error: unknown) => {
    loading = undefined;
    throw toSdkError(error);
  });
  return loading;
}

let live: Instance | undefined;
/** Calls may take the instance without waiting: all calls that waited for it have it. */
let isOpen = false;

/** @internal The wasm, if it is there, and no earlier call still waits for it. */
export function current(): Wasm | undefined {
  return isOpen ? live?.wasm : undefined;
}

/** @internal The wasm, if it is there, for a question that may come before those of earlier calls. */
export function latest(): Wasm | undefined {
  return live?.wasm;
}

/** @internal Lets the instance go, and its memory with it: the next call gets a fresh one. Nothing may wait inside it. */
export function letGo(): void {
  loading = undefined;
  live = undefined;
  isOpen = false;
}

/** @internal Begins `work` when the wasm is there: calls get it in the order in which they asked. */
export function whenLoaded<T>(work: (wasm: Wasm) => T): Promise<T> {
  const begin = (instance: Instance): T | Promise<T> =>
    instance.isDead ? whenLoaded(work) : work(instance.wasm);
  return load().then(begin);
}

/** @internal The wasm, when it is there. */
export async function loaded(): Promise<Wasm> {
  try {
    return await whenLoaded((wasm) => wasm);
  } catch (thrown) {
    throw toSdkError(thrown);
  }
}

/** @internal Calls a plain function of `wasm`. Throws what that throws, an error of ours if it traps. */
export function ask<T>(wasm: Wasm, work: (wasm: Wasm) => T): T {
  const asked = live;
  if (asked?.wasm !== wasm) throw toSdkError(undefined);
  try {
    return work(wasm);
  } catch (thrown) {
    // What Rust means to throw is a text or an array, and a TypeError is JavaScript's, of an argument. Whatever else comes out of
    // it has left its work half done.
    const isMeant = typeof thrown === "string" || isArray(thrown) || isSdkError(thrown);
    if (isMeant || peek(thrown, "name") === "TypeError") throw thrown;
    if (!asked.isDead) stop(asked, thrown);
    throw toSdkError(thrown);
  }
}

function stop(instance: Instance, thrown: unknown): void {
  instance.isDead = true;
  // Until it is read, a stack keeps what it is made of, the instance among it.
  void peek(thrown, "stack");
  // Of one that was let go there may be a successor.
  if (live === instance) letGo();
  // Its memory may be a gigabyte. Later, because frames of it may be on the stack.
  queueMicrotask(instance.wasm.release);
  for (const listener of [...instance.trapped]) listener(thrown);
  instance.trapped.clear();
}

/** @internal Calls `listener` when the instance stops. Returns how to stop listening. */
export function whenTrapped(wasm: Wasm, listener: (thrown: unknown) => void): () => void {
  const { trapped } = live?.wasm === wasm ? live : { trapped: undefined };
  trapped?.add(listener);
  return () => trapped?.delete(listener);
}

async function start(given: Given, signal: AbortSignal): Promise<Instance> {
  if (typeof WebAssembly !== "object") {
    throw loadError("unsupported", "This browser has no WebAssembly.", "Use a newer one.");
  }
  // The caller's stack may be full.
  await undefined;
  const coming = compiled ? Promise.resolve(compiled) : moduleOf(given, signal).then(ours);
  try {
    const wasm = await instantiate(coming);
    compiled = await coming;
    // Given up meanwhile: a later load may be done.
    if (signal.aborted) throw signal.reason;
    const instance = { wasm, trapped: new Set<(thrown: unknown) => void>(), isDead: false };
    live = instance;
    setTimeout(() => {
      isOpen ||= live === instance;
    });
    return instance;
  } catch (thrown) {
    // If there is no module, it rejects with why.
    await coming;
    // A RangeError means that there is no memory.
    if (signal.aborted || peek(thrown, "name") === "RangeError") throw thrown;
    throw await foreignBuild(thrown);
  }
}

/** Another wasm would be instantiated for nothing, and its error be hard to read. */
async function ours(module: WebAssembly.Module): Promise<WebAssembly.Module> {
  if (WebAssembly.Module.imports(module).some((import_) => import_.module === "sipbreakout")) return module;
  throw await foreignBuild(undefined);
}

function foreignBuild(cause: unknown): Promise<Error> {
  doubtCache();
  return failure("otherBuild", [], "not_wasm", cause);
}
