// Loads the wasm when something first needs it, once, and again after a failure. Says why it failed.
import { loadError, toSdkError } from "./errors.js";
import type { WasmSource } from "./options.js";
import init, * as wasm from "./wasm/sipbreakout.js";

/** @internal */
export type Wasm = typeof wasm;

type Bytes = string | URL | Request | Response | BufferSource;

let packaged: (() => WasmSource) | undefined;
let loading: Promise<Wasm> | undefined;

/** @internal An entry says where its wasm is; nothing is fetched yet. */
export function provide(source: () => WasmSource): void {
  packaged ??= source;
}

/**
 * Loads the wasm now instead of at the first call, from `source` if one is given. Does nothing when it is loaded.
 * @throws LoadError
 */
export async function preload(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  await load(source);
}

/** @internal */
export function load(source?: WasmSource | Promise<WasmSource>): Promise<Wasm> {
  loading ??= instantiate(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** @internal Runs `work` against the wasm; whatever it throws becomes an error of ours. */
export async function enter<T>(work: (wasm: Wasm) => T | Promise<T>): Promise<T> {
  try {
    return await work(await load());
  } catch (thrown) {
    throw toSdkError(thrown);
  }
}

async function instantiate(given?: WasmSource | Promise<WasmSource>): Promise<Wasm> {
  if (typeof WebAssembly !== "object") {
    throw loadError("unsupported", "This browser has no WebAssembly.", "Use a newer one.");
  }
  const source = (await given) ?? packaged?.();
  const module = source instanceof WebAssembly.Module ? source : await compile(source as Bytes | undefined);
  await init({ module_or_path: module });
  return wasm;
}

async function compile(source: Bytes | undefined): Promise<WebAssembly.Module> {
  const bytes = await bytesOf(source);
  const head = new Uint8Array(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes).subarray(0, 4);
  if (String(head) !== "0,97,115,109") {
    const hint =
      head[0] === 0x3c
        ? 'An HTML page came instead. With Vite 7 add optimizeDeps.exclude: ["sipbreakout-web"]; otherwise serve the file.'
        : "Serve the package's wasm file, or import sipbreakout-web/inline.";
    throw loadError("not_wasm", "What was loaded is not the SDK's wasm.", hint);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (/content security policy|unsafe-eval/i.test(String(cause))) {
      const hint = "Add 'wasm-unsafe-eval' to script-src.";
      throw loadError("blocked_by_csp", "The page's Content-Security-Policy forbids WebAssembly.", hint, cause);
    }
    throw loadError("not_wasm", "The SDK's wasm does not compile.", "Check that the file is whole.", cause);
  }
}

async function bytesOf(source: Bytes | undefined): Promise<BufferSource> {
  if (source === undefined) throw loadError("not_found", "No wasm was named.", "Call preload(source) first.");
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source;
  if (source instanceof URL && source.protocol === "file:") return readFile(source);
  const hint = "Copy the package's dist/wasm folder beside the bundle, give preload() its address, or import sipbreakout-web/inline.";
  let response: Response;
  try {
    response = source instanceof Response ? source : await fetch(source);
  } catch (cause) {
    throw loadError("network", "The SDK's wasm could not be fetched.", "Check the network and connect-src.", cause);
  }
  if (!response.ok) throw loadError("not_found", `Fetching the SDK's wasm gave HTTP ${response.status}.`, hint);
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw loadError("network", "The SDK's wasm broke off while it was fetched.", "Try again.", cause);
  }
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
