// The wasm of this entry: small, for Node, and loaded when a function is first called.
import { readFile } from "../core/source.js";
import { loadError } from "../errors.js";
import { type Exports, instantiate } from "../wasm/sipbreakout-schedule.js";

/** Not within `new URL(…)`, where bundlers would take it for a file that a page needs. */
const FILE = "../wasm/sipbreakout-schedule_bg.wasm";

let module: WebAssembly.Module | undefined;
let instance: Exports | undefined;

function load(): Exports {
  try {
    module ??= new WebAssembly.Module(readFile(new URL(FILE, import.meta.url)));
    return instantiate(module);
  } catch (cause) {
    const hint =
      "It is for Node. Keep sipbreakout-web out of the server's bundle, or reinstall it. See the cause.";
    throw loadError("not_found", "The wasm of sipbreakout-web/schedule can't be loaded.", hint, cause);
  }
}

/** @internal What Rust says. All its functions are plain, so one that stopped has changed nothing. */
export function decide<T>(question: (wasm: Exports) => T): T {
  instance ??= load();
  try {
    return question(instance);
  } catch (cause) {
    instance = undefined;
    const message = "The wasm of sipbreakout-web/schedule stopped unexpectedly; nothing has changed.";
    throw loadError("crashed", message, "Call again, which starts it anew, and report this.", cause);
  }
}
