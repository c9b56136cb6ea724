// Loads the wasm when something first needs it, once, and again after a failure. Says why it failed. An instance that
// traps takes with it what waits inside it; whatever comes next gets a fresh one, of the same compiled module.
import { loadError, toSdkError } from "../errors.js";
import { peek } from "../given/read.js";
import { type Exports, instantiate } from "../wasm/sipbreakout.js";
import { type Limits, watch } from "./limits.js";
import { otherBuild } from "./load-hints.js";
import { doubtCache, moduleOf } from "./module.js";
import { copied, type Given } from "./source.js";

export { provide } from "./source.js";

/** @internal What one instance has. Handles of one are nothing to another. */
export type Wasm = Exports;

/** An instance, and how the calls under way in it are ended if it traps. */
interface Instance {
  wasm: Wasm;
  underWay: Set<(thrown: unknown) => void>;
  isDead: boolean;
}

/** A connection that hangs would leave every call waiting. */
const LOAD_TIMEOUT_MS = 60_000;

let loading: Promise<Instance> | undefined;
let isLoaded = false;
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
  }).then(
    (loaded) => {
      isLoaded = true;
      return loaded;
    },
    (error: unknown) => {
      loading = undefined;
      throw toSdkError(error);
    },
  );
  return loading;
}

/**
 * @internal Runs `work` against the wasm; whatever it throws becomes an error of ours. Calls reach the wasm in the order
 * in which they were made.
 */
export async function enter<T>(work: (wasm: Wasm) => T | Promise<T>, limits?: Limits): Promise<T> {
  let watched: ReturnType<typeof watch> | undefined;
  try {
    watched = limits && watch(limits, isLoaded);
    // No `await` before `work`: each more or less would change the order.
    const go = (instance: Instance): Promise<T> => {
      // A call of the same turn was quicker, and ended it.
      if (instance.isDead) return load().then(go);
      return !watched || watched.handOver() ? run(instance, work) : watched.ended;
    };
    const done = load().then(go);
    return await (watched ? Promise.race([watched.ended, done]) : done);
  } catch (thrown) {
    // The caller's stack may be full: on the next turn there is room to say so.
    await undefined;
    throw toSdkError(thrown);
  } finally {
    watched?.stop();
  }
}

let live: Instance | undefined;
/** Calls may take the instance without waiting: all calls that waited for it have it. */
let isOpen = false;
/** A plain function of the wasm is running: what it throws is its caller's to know. */
let isAsked = false;

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
  isLoaded = false;
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
  const wasAsked = isAsked;
  isAsked = true;
  try {
    if (live?.wasm !== wasm) throw toSdkError(undefined);
    return work(wasm);
  } catch (thrown) {
    throw live?.wasm === wasm ? thrown : toSdkError(thrown);
  } finally {
    isAsked = wasAsked;
  }
}

/** `work` in `instance`; if that traps meanwhile, in whatever callback, its error. */
function run<T>({ wasm, underWay }: Instance, work: (wasm: Wasm) => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    underWay.add(reject);
    const done = () => underWay.delete(reject);
    // A promise of its own, so that what is thrown at once rejects like the rest.
    new Promise<T>((settle) => settle(work(wasm))).then(resolve, reject).then(done, done);
  });
}

async function start(given: Given, signal: AbortSignal): Promise<Instance> {
  if (typeof WebAssembly !== "object") {
    throw loadError("unsupported", "This browser has no WebAssembly.", "Use a newer one.");
  }
  // The caller's stack may be full.
  await undefined;
  const coming = compiled ? Promise.resolve(compiled) : moduleOf(given, signal).then(ours);
  const underWay: Instance["underWay"] = new Set();
  let instance: Instance | undefined;
  const onTrap = (thrown: unknown) => {
    if (instance) instance.isDead = true;
    // Of one that was let go there may be a successor.
    if (live === instance) letGo();
    // Nobody waits: it is the page's to know.
    if (underWay.size === 0 && !isAsked) globalThis.reportError?.(thrown);
    for (const reject of underWay) reject(thrown);
    underWay.clear();
  };
  try {
    const wasm = await instantiate(coming, onTrap);
    compiled = await coming;
    instance = { wasm, underWay, isDead: false };
    live = instance;
    setTimeout(() => {
      isOpen = true;
    });
    return instance;
  } catch (thrown) {
    // If there is no module, it rejects with why.
    await coming;
    // No memory, that is.
    if (peek(thrown, "name") === "RangeError") throw thrown;
    throw foreignBuild(thrown);
  }
}

/** Another wasm would be instantiated for nothing, and its error be hard to read. */
function ours(module: WebAssembly.Module): WebAssembly.Module {
  if (WebAssembly.Module.imports(module).some((import_) => import_.module === "sipbreakout")) return module;
  throw foreignBuild(undefined);
}

function foreignBuild(cause: unknown): Error {
  doubtCache();
  return otherBuild(cause);
}
