// The package's default entry: everything public, and the wasm as files beside this one.
import { callsWasm } from "./core/calls-wasm.js";
import { sessionWasm } from "./core/session-wasm.js";

// The only place that names the files: bundlers match these texts, and a second copy would be emitted twice.
callsWasm.provide(() => new URL("./wasm/sipbreakout_bg.wasm", import.meta.url));
sessionWasm.provide(() => new URL("./wasm/sipbreakout-session_bg.wasm", import.meta.url));

export * from "./api.js";
