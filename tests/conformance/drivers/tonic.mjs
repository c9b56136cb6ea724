// tonic over tonic-web-wasm-client, for the cases' page. It panics; what is under way then never settles, and the page
// sees an uncaught error. It takes no signal, no fetch and no metadata of the cases.
import load, { upsert } from "../../../target/conformance/canary.js";

export const name = "tonic-web-wasm-client";

/** After a trap nothing of it works any more: the page must be loaded anew. */
export const isFragile = true;

export const init = () =>
  load({ module_or_path: new URL("../../../target/conformance/canary_bg.wasm", import.meta.url) });

const codes = [
  ...["ok", "cancelled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists"],
  ...[
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
  ],
  ...["internal", "unavailable", "data_loss", "unauthenticated"],
];

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
          ([code, message]) => done({ code: codes[code], message }),
          (error) => done({ code: "traps", message: String(error) }),
        );
      });
    },
  };
}
