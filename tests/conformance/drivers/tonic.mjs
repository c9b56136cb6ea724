// tonic over tonic-web-wasm-client, for the cases' page. It panics; what is under way then never settles, and the page
// sees an uncaught error. It takes no signal, no fetch and no metadata of the cases.

import load, { upsert } from "../../../target/conformance/canary.js";
import { codeNames } from "../cases/codes.mjs";

export const name = "tonic-web-wasm-client";

/** After a trap nothing of it works any more: the page must be loaded anew. */
export const isFragile = true;

export const init = () =>
  load({ module_or_path: new URL("../../../target/conformance/canary_bg.wasm", import.meta.url) });

export function createClient(baseUrl) {
  return {
    call({ timeoutMs } = {}) {
      return new Promise((resolve) => {
        const trapped = (event) => {
          event.preventDefault();
          resolve({ code: "traps", message: String(event.error ?? event.reason) });
        };
        addEventListener("error", trapped);
        addEventListener("unhandledrejection", trapped);
        const done = (outcome) => {
          removeEventListener("error", trapped);
          removeEventListener("unhandledrejection", trapped);
          resolve(outcome);
        };
        upsert(baseUrl, timeoutMs).then(
          ([code, message]) => done({ code: codeNames[code], message }),
          (error) => done({ code: "traps", message: String(error) }),
        );
      });
    },
  };
}
