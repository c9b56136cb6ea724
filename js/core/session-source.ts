// Where the wasm of sessions and keepers is: an entry says so, also on pages that never load it, or the code that does.
import type { WasmSource } from "../options.js";

let packaged: () => WasmSource;

/** @internal Nothing is fetched yet. */
export function provideSession(source: () => WasmSource): void {
  packaged ??= source;
}

/** @internal */
export const packagedSession = (): WasmSource => packaged();
