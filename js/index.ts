// The package's default entry: everything public, and the wasm as files beside this one.
import { provideCalls } from "./core/calls-wasm.js";
import { provideSession } from "./core/session-source.js";

// The only place that names the files: bundlers match these texts, and a second copy would be emitted twice.
provideCalls(() => new URL("./wasm/sipbreakout_bg.wasm", import.meta.url));
provideSession(() => new URL("./wasm/sipbreakout-session_bg.wasm", import.meta.url));

export * from "./api.js";
