// The package's default entry: everything public, and the wasm as a file beside this one.
import { provide } from "./core/load.js";

// The only place that names the file: bundlers match this text, and a second copy would be emitted twice.
provide(() => new URL("./wasm/sipbreakout_bg.wasm", import.meta.url));

export * from "./api.js";
