// wasm-bindgen's glue can fetch, compile and instantiate in several ways. js/load.ts does the first two itself, with
// errors that say what to do; the rest would be 450 bytes (gzip) that never run.

import { CommandError } from "../processes.mjs";

const instantiate = `
async function __wbg_init({ module_or_path: module }) {
    const instance = await WebAssembly.instantiate(module, __wbg_get_imports());
    // A load that was given up may end beside its successor: there is one instance for all handles.
    if (wasm === undefined) __wbg_finalize_init(instance, module);
}

export { __wbg_init as default };
`;

const declaration = `
/** Instantiates the wasm, once. */
export default function __wbg_init(source: { module_or_path: WebAssembly.Module }): Promise<void>;
`;

function replaceFrom(marker, text, replacement) {
  const start = text.indexOf(`\n${marker}`);
  if (start === -1) throw new CommandError(`the glue of this wasm-bindgen has no "${marker}".`);
  return text.slice(0, start) + replacement;
}

/** The glue with one way to instantiate: from a module that is compiled already. */
export function trimGlue(javascript) {
  return replaceFrom("async function __wbg_load(", javascript, instantiate);
}

/** The declarations to go with it. */
export function trimDeclarations(declarations) {
  return replaceFrom("export type InitInput = ", declarations, declaration);
}
