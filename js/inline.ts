// `sipbreakout-web/inline`: the wasm within the JavaScript, for bundlers and servers that can't serve a file beside it.
import { provideCalls } from "./core/calls-wasm.js";
import { provideSession } from "./core/session-source.js";
import { base64 as calls } from "./wasm/sipbreakout-inline.js";
import { base64 as session } from "./wasm/sipbreakout-session-inline.js";

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

provideCalls(() => bytesOf(calls));
provideSession(() => bytesOf(session));

export * from "./api.js";
