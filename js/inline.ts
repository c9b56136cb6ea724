// `sipbreakout-web/inline`: the wasm within the JavaScript, for bundlers and servers that can't serve a file beside it.
import { callsWasm } from "./core/calls-wasm.js";
import { sessionWasm } from "./core/session-wasm.js";
import { base64 as calls } from "./wasm/sipbreakout-inline.js";
import { base64 as session } from "./wasm/sipbreakout-session-inline.js";

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

callsWasm.provide(() => bytesOf(calls));
sessionWasm.provide(() => bytesOf(session));

export * from "./api.js";
