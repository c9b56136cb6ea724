// Loads the wasm when something first needs it, once, and again after a failure. Says why it failed. An instance that
// traps takes the calls under way with it; the next call gets a fresh one, of the same compiled module.
import { loadError, toSdkError } from "../errors.js";
import { peek } from "../given/read.js";
import { type Exports, instantiate } from "../wasm/sipbreakout.js";
import { type Limits, watch } from "./limits.js";
import { otherBuild } from "./load-hints.js";
import { doubtCache, moduleOf } from "./module.js";
import { type Given, kept } from "./source.js";

export type { Limits } from "./limits.js";
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
  await load(loading || compiled ? source : kept(source));
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
  const module = compiled ?? (await moduleOf(given, signal));
  const underWay: Instance["underWay"] = new Set();
  let instance: Instance | undefined;
  const onTrap = (thrown: unknown) => {
    if (instance) instance.isDead = true;
    // No other instance is made while this one is the current one.
    loading = undefined;
    isLoaded = false;
    // Nobody waits: it is the page's to know.
    if (underWay.size === 0) globalThis.reportError?.(thrown);
    for (const reject of underWay) reject(thrown);
    underWay.clear();
  };
  let cause: unknown;
  try {
    // Another wasm would be instantiated for nothing, and its error be hard to read.
    if (WebAssembly.Module.exports(module).some(({ name }) => name === "clienthandle_upsertRegistration")) {
      const wasm = await instantiate(module, onTrap);
      compiled = module;
      instance = { wasm, underWay, isDead: false };
      return instance;
    }
  } catch (thrown) {
    // No memory, that is.
    if (peek(thrown, "name") === "RangeError") throw thrown;
    cause = thrown;
  }
  doubtCache();
  throw otherBuild(cause);
}
