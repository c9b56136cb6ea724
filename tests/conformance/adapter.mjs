// Lets foreign conformance suites drive the transport: raw bytes in, all that came out. It is the product's transport
// without what the product puts on top (tokens, retries, turns). Built by `npm run build:conformance`, beside its wasm.

import { instantiate } from "./sipbreakout.js";

const INTERNAL = 13;

/** The instance, and how the calls under way in it are ended if it traps. */
let loading;

async function load() {
  const underWay = new Set();
  const response = await fetch(new URL("./sipbreakout_bg.wasm", import.meta.url));
  const module = await WebAssembly.compile(await response.arrayBuffer());
  const exports = await instantiate(module, (thrown) => {
    loading = undefined;
    for (const end of underWay) end(thrown);
  });
  return { exports, underWay };
}

function start() {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Loads the wasm. Calls do it by themselves if need be. */
export async function init() {
  await start();
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
  const { exports, underWay } = await start();
  const { timeoutMs, signal, maxMessageBytes } = opts;
  return new Promise((resolve, reject) => {
    const crashed = (thrown) =>
      resolve({
        code: INTERNAL,
        message: `the wasm stopped: ${thrown}`,
        headers: [],
        trailers: [],
        messages: [],
      });
    underWay.add(crashed);
    const given = [baseUrl, path, requestBytes, [...headers], timeoutMs, signal, maxMessageBytes];
    exports
      .conformanceUnary(...given)
      .then(resolve, reject)
      .finally(() => underWay.delete(crashed));
  });
}
