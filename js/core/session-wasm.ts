// The wasm that sessions, keepers and call flows need. It is loaded when one of them first asks.
import { type Exports, instantiate } from "../wasm/sipbreakout-session.js";
import { packagedSession } from "./session-source.js";
import type { Given } from "./source.js";
import { WasmFile } from "./wasm-file.js";

/** @internal What one instance has. */
export type SessionWasm = Exports;

/** @internal */
export const sessionWasm = new WasmFile<SessionWasm>("sipbreakout-session", instantiate, packagedSession);

/**
 * Loads the wasm that signing in, renewing, keeping and call flows need now instead of when they first need it, from `source` if
 * one is given. Does nothing when it is loaded.
 * @throws LoadError
 */
export const preloadSession = (source?: Given): Promise<void> => sessionWasm.preload(source);
