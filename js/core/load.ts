// Loads the wasm when something first needs it, once, and again after a failure. Says why it failed. An instance that
// traps takes the calls under way with it; the next call gets a fresh one, of the same compiled module.
import { LoadError, loadError, toSdkError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { type Limits, watch } from "./limits.js";
import type { WasmSource } from "../options.js";
import { type Exports, instantiate } from "../wasm/sipbreakout.js";

/** @internal What one instance has. Handles of one are nothing to another. */
export type Wasm = Exports;

/** An instance, and how the calls under way in it are ended if it traps. */
interface Instance {
  wasm: Wasm;
  underWay: Set<(thrown: unknown) => void>;
  isDead: boolean;
}

type Given = WasmSource | Promise<WasmSource> | undefined;
type Address = string | URL | Request;

/** A connection that hangs would leave every call waiting. */
const LOAD_TIMEOUT_MS = 60_000;

let packaged: () => WasmSource;
let loading: Promise<Instance> | undefined;
let isLoaded = false;
/** Outlives a trap: a fresh instance needs no network. */
let compiled: WebAssembly.Module | undefined;
/** An address that the application gave, and that could not be loaded then. It is tried when the packaged one fails. */
let givenAddress: Address | undefined;
/** What a cache has was of no use. */
let isCacheDoubted = false;

/** @internal An entry says where its wasm is; nothing is fetched yet. */
export function provide(source: () => WasmSource): void {
  packaged ??= source;
}

/**
 * Loads the wasm now instead of at the first call, from `source` if one is given. Does nothing when it is loaded.
 * @throws LoadError
 */
export async function preload(source?: Given): Promise<void> {
  // One that is not needed may fail unheard.
  if (loading || compiled) Promise.resolve(source).catch(() => {});
  await load(loading || compiled ? source : kept(source));
}

/** Bytes and addresses that the caller may change while it loads are copied. */
function kept(source: Given): Given {
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  try {
    // A buffer of whatever realm; anything else throws.
    return ArrayBuffer.prototype.slice.call(source, 0);
  } catch {
    return isUrl(source) ? new URL(source.href) : source;
  }
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
  const module = compiled ?? (await anyModule(given, signal));
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
  isCacheDoubted = true;
  const hint = "JavaScript and wasm must be of one build: after a deploy a cache may still have an old file.";
  throw loadError("not_wasm", "What was loaded is not this SDK's wasm.", hint, cause);
}

/** Of what is given; else the packaged one, or that of an address that was given before. */
async function anyModule(given: Given, signal: AbortSignal): Promise<WebAssembly.Module> {
  try {
    return await fetchModule(given, signal);
  } catch (thrown) {
    if (given !== undefined || givenAddress === undefined || signal.aborted) throw thrown;
    return await fetchModule(givenAddress, signal);
  }
}

async function fetchModule(given: Given, signal: AbortSignal): Promise<WebAssembly.Module> {
  const { source, isFetched } = await read(given, signal);
  const module = isModule(source) ? source : await compile(source as BufferSource, isFetched);
  // Given up meanwhile: a later load may be done.
  if (signal.aborted) throw signal.reason;
  return module;
}

const magic = [0, 97, 115, 109];

// Sources are told apart by what they have, not by `instanceof`: in tests URL and Response may be jsdom's or a polyfill's,
// and a module may come from a frame.
const isModule = (source: unknown): source is WebAssembly.Module =>
  Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
const isUrl = (source: unknown): source is URL => typeof peek(source, "href") === "string";
const isResponse = (source: unknown): source is Response => typeof peek(source, "status") === "number";
const isRequest = (source: unknown): source is Request => typeof peek(source, "url") === "string";

async function compile(source: BufferSource, isFetched: boolean): Promise<WebAssembly.Module> {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
  // Chromium does not compile a DataView.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const head = bytes.subarray(0, 4);
  // Some browsers show a body that was cut off as whole.
  const cutOff = (cause?: unknown) => {
    isCacheDoubted = true;
    return loadError("network", "The SDK's wasm did not come whole.", "Try again.", cause);
  };
  if (isFetched && head.length < 4 && head.every((byte, index) => byte === magic[index])) throw cutOff();
  if (String(head) !== String(magic)) {
    isCacheDoubted = true;
    const hint =
      head[0] === 0x3c
        ? 'An HTML page came instead. With Vite 7 add optimizeDeps.exclude: ["sipbreakout-web"]; otherwise serve the file.'
        : "Serve the package's wasm file, or import sipbreakout-web/inline.";
    throw loadError("not_wasm", "What was loaded is not the SDK's wasm.", hint);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (/content security policy|unsafe-eval|\bCSP\b/i.test(String(cause))) {
      const hint = "Add 'wasm-unsafe-eval' to script-src.";
      throw loadError(
        "blocked_by_csp",
        "The page's Content-Security-Policy forbids WebAssembly.",
        hint,
        cause,
      );
    }
    if (isFetched) throw cutOff(cause);
    throw loadError("not_wasm", "The SDK's wasm does not compile.", "Check that the file is whole.", cause);
  }
}

/** What was read. What was fetched may be cut off, or another file the next time. */
interface Read {
  source: BufferSource | WebAssembly.Module;
  isFetched: boolean;
}

async function read(given: Given, signal: AbortSignal): Promise<Read> {
  try {
    const source = (await given) ?? packaged();
    if (isUrl(source) && source.protocol === "file:") return { source: readFile(source), isFetched: false };
    const isAddress =
      typeof source === "string" || isUrl(source) || (isRequest(source) && !isResponse(source));
    if (!isAddress && !isResponse(source)) return { source, isFetched: false };
    if (isAddress && given !== undefined) givenAddress = source;
    const fresh: RequestInit = isCacheDoubted ? { cache: "reload" } : {};
    const response = isAddress ? await fetch(source, bare({ signal, ...fresh })) : source;
    if (response.ok) return { source: await response.arrayBuffer(), isFetched: true };
    isCacheDoubted = true;
    throw refused(response);
  } catch (cause) {
    if (cause instanceof LoadError) throw cause;
    // `fetch` quotes an address with a password, which it refuses.
    const isQuoting = /\/\/[^/\s]*@/.test(String(peek(cause, "message")));
    throw loadError(
      "network",
      "The SDK's wasm could not be fetched.",
      "Check the network and connect-src.",
      isQuoting ? undefined : cause,
    );
  }
}

/** A server that is busy or down says so; what else it says is for good, as far as anybody can tell. */
function refused({ status, headers }: Response): LoadError {
  const retryAfterMs = patience(headers.get("retry-after"));
  const more = { httpStatus: status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const message = `Fetching the SDK's wasm gave HTTP ${status}.`;
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  if (mayPass) return loadError("network", message, "Try again.", undefined, more);
  const hint =
    "Copy the package's dist/wasm folder beside the bundle, give preload() its address, or import sipbreakout-web/inline.";
  return loadError("not_found", message, hint, undefined, more);
}

/** What `Retry-After` asks for: seconds, or a date. */
function patience(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
}

// Node: the file beside the package. Asked for by name at run time, because bundlers stumble over imports of node:fs.
function readFile(url: URL): BufferSource {
  const process = Reflect.get(globalThis, "process") as NodeProcess | undefined;
  const fs = process?.getBuiltinModule?.("node:fs");
  if (!fs) throw loadError("unsupported", "Files can't be read here.", "Give preload() the wasm's bytes.");
  try {
    return fs.readFileSync(url);
  } catch (cause) {
    throw loadError("not_found", "The SDK's wasm file is missing.", "Reinstall the package.", cause);
  }
}
