// Lets foreign conformance suites drive the transport: raw bytes in, all that came out. It is the product's transport
// without what the product puts on top (tokens, retries, turns). Built by `npm run build:conformance`, beside its wasm.

import { instantiate } from "./sipbreakout.js";

let instance;

async function start() {
  const response = await fetch(new URL("./sipbreakout_bg.wasm", import.meta.url));
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return instantiate(module, () => {
    instance = undefined;
  });
}

/** Loads the wasm. Calls do it by themselves if need be. */
export async function init() {
  instance ??= start();
  await instance;
}

/**
 * One unary call, made once. `path` is `/pkg.Service/Method`, `requestBytes` the encoded message, `headers` is
 * `[[name, string | Uint8Array], …]` (bytes for `-bin` names; names may repeat). Resolves for every outcome.
 * @param {string} baseUrl
 * @param {string} path
 * @param {Uint8Array} requestBytes
 * @param {[string, string | Uint8Array][]} [headers]
 * @param {{ timeoutMs?: number, signal?: AbortSignal, maxMessageBytes?: number }} [opts]
 * @returns {Promise<{ code: number, message: string, details?: Uint8Array, headers: [string, string, Uint8Array | null][],
 *   trailers: [string, string, Uint8Array | null][], messages: Uint8Array[], merged?: true }>} `merged`: a reply of
 *   headers alone, whose trailers stand among them.
 */
export async function unary(baseUrl, path, requestBytes, headers = [], opts = {}) {
  await init();
  const { conformanceUnary } = await instance;
  const { timeoutMs, signal, maxMessageBytes } = opts;
  return conformanceUnary(baseUrl, path, requestBytes, [...headers], timeoutMs, signal, maxMessageBytes);
}
