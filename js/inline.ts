// `sipbreakout-web/inline`: the wasm within the JavaScript, for bundlers and servers that can't serve a file beside it.
import { provide } from "./core/load.js";
import { base64 } from "./wasm/sipbreakout-inline.js";

provide(() => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));

export * from "./api.js";
