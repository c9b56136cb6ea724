// The wasm that calls need: requests, replies, retries, and what a registration may be.
import type { WasmSource } from "../options.js";
import { type Exports, instantiate } from "../wasm/sipbreakout.js";
import type { Given } from "./source.js";
import { WasmFile } from "./wasm-file.js";

/** @internal What one instance has. */
export type Wasm = Exports;

let packaged: () => WasmSource;

/** @internal An entry says where the file is; nothing is fetched yet. */
export function provideCalls(source: () => WasmSource): void {
  packaged ??= source;
}

/** @internal */
export const callsWasm = new WasmFile<Wasm>("sipbreakout", instantiate, () => packaged());

/**
 * Loads the wasm that calls need now instead of at the first call, from `source` if one is given. Does nothing when it is loaded.
 * @throws LoadError
 */
export const preload = (source?: Given): Promise<void> => callsWasm.preload(source);
