// What an error says of a wasm that did not come.
import { type LoadError, loadError } from "../errors.js";

/** @internal A server that is busy or down says so; what else it says is for good, as far as anybody can tell. */
export function refused({ status, headers }: Response): LoadError {
  const retryAfterMs = patience(headers.get("retry-after"));
  const more = { httpStatus: status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  const message = `Fetching the SDK's wasm gave HTTP ${status}.`;
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  if (mayPass) return loadError("network", message, "Try again.", undefined, more);
  const hint =
    "Copy the package's dist/wasm folder beside the bundle, give preload() its address, or import sipbreakout-web/inline.";
  return loadError("not_found", message, hint, undefined, more);
}

/** What `Retry-After` asks for: seconds, or a date. */
function patience(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
