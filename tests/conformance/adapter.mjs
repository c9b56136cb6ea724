// Lets foreign conformance suites drive the transport: raw bytes in, all that came out. It is the product's own attempt
// without what the product puts on top (tokens, retries, turns). Built by `npm run build:conformance`, beside its wasm.

import { LocalFailure, localFailure } from "../../target/doors/dist/client/attempt.js";
import { attemptWithin, requestHeaders } from "../../target/doors/dist/client/attempts.js";
import { CallEnded, CallLimits } from "../../target/doors/dist/client/call-limits.js";
import { rulesOf } from "../../target/doors/dist/client/core-calls.js";
import { pairsOf } from "../../target/doors/dist/client/raw-failure.js";
import { Asked } from "../../target/doors/dist/client/request.js";
import { readClientSettings } from "../../target/doors/dist/client/settings.js";
import { callsWasm, preload, provideCalls } from "../../target/doors/dist/core/calls-wasm.js";

const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const INTERNAL = 13;

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MOST_BYTES = 2 ** 32 - 1;

/** An instance never gives memory back. One that has more is let go as soon as no call is under way. */
const ENOUGH_MEMORY_BYTES = 64 * 1024 * 1024;

const transport = { fetch: undefined, credentials: "same-origin", cache: undefined, keepalive: false };

let underWay = 0;

provideCalls(() => new URL("./sipbreakout_bg.wasm", import.meta.url));

const instance = async () => callsWasm.current() ?? (await callsWasm.loaded());

/** Loads the wasm. Calls do it by themselves if need be. */
export async function init() {
  await preload();
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
  underWay += 1;
  try {
    return await call(baseUrl, path, requestBytes, headers, opts);
  } catch (thrown) {
    return nothing(INTERNAL, `the wasm stopped: ${thrown}`);
  } finally {
    underWay -= 1;
    giveMemoryBack();
  }
}

async function call(baseUrl, path, requestBytes, headers, opts) {
  const wasm = await instance();
  const { signal } = opts;
  const timeoutMs = Number(opts.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const limits = new CallLimits(timeoutMs, signal);
  try {
    const request = { path, asked: Asked.bytes, tokens: [], transport };
    try {
      request.url = normal(baseUrl, wasm) + path;
      limits.check();
      if (!(timeoutMs > 0)) return await failed(await localFailure(LocalFailure.NoTime, path));
      request.headers = [...requestHeaders(wasm, timeoutMs, 0), ...metadata(wasm, headers)];
    } catch (thrown) {
      if (typeof thrown === "string") return nothing(INVALID_ARGUMENT, thrown);
      if (thrown.code === "invalid_input") return nothing(INVALID_ARGUMENT, thrown.message);
      if (thrown instanceof CallEnded)
        return await failed(await localFailure(LocalFailure.CancelledUnsent, path));
      throw thrown;
    }
    request.body = callsWasm.ask(wasm, ({ requestBody }) => requestBody(new Uint8Array(requestBytes)));
    if (!request.body) return nothing(RESOURCE_EXHAUSTED, "the request is over 4 GiB");
    const most = Math.trunc(Number(opts.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES));
    request.maxMessageBytes = Math.min(Math.max(most || 0, 0), MOST_BYTES);
    return await answered(await attemptWithin(request, limits, timeoutMs, timeoutMs));
  } catch (thrown) {
    if (!Array.isArray(thrown?.more)) throw thrown;
    return await failed(thrown);
  } finally {
    limits.stop();
  }
}

/** The address as a client has it. Throws what is wrong with it. */
const normal = (baseUrl, wasm) =>
  readClientSettings({ baseUrl: String(baseUrl), accessToken() {} })(rulesOf(wasm)).baseUrl;

/** Pairs as they go on the wire. Throws what is wrong with them, in words. */
function metadata(wasm, headers) {
  const checked = (name, value) => pairsOf(rulesOf(wasm).metadata([name, value]));
  return [...headers].flatMap(([name, value]) => {
    if (typeof value === "string") return checked(String(name), value);
    const bytes = new Uint8Array(value);
    if (/-bin$/i.test(name))
      return checked(name, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
    // A name that is not sent may have anything.
    const isSent = checked(String(name), "").length > 0;
    if (isSent) throw `metadata "${name.toLowerCase()}": bytes need a name that ends in '-bin'`;
    return [];
  });
}

/** An outcome without a reply. */
const nothing = (code, message) => ({
  code,
  message,
  details: undefined,
  headers: [],
  trailers: [],
  messages: [],
});

async function answered({ answer, head, trailers }) {
  const wasm = await instance();
  const headers = callsWasm.ask(wasm, ({ receivedHeaders }) => receivedHeaders(head.flat()));
  return {
    ...nothing(0, ""),
    headers: entries(wasm, headers),
    trailers: entries(wasm, trailers),
    messages: [answer],
  };
}

async function failed({ grpcStatus, message, headers, trailers, more: [serverMessage, details] }) {
  const wasm = await instance();
  const isMerged = serverMessage !== undefined && trailers.length === 0;
  return {
    ...nothing(grpcStatus, serverMessage ?? message),
    details,
    headers: entries(wasm, headers),
    trailers: entries(wasm, trailers),
    // A reply of headers alone: its trailers are among them.
    ...(isMerged && { merged: true }),
  };
}

const entries = (wasm, flat) =>
  pairsOf(flat).map(([name, value]) => {
    const bytes = callsWasm.ask(wasm, ({ bytesOfEntry }) => bytesOfEntry(name, value));
    return [name, value, bytes ?? null];
  });

function giveMemoryBack() {
  const wasm = callsWasm.latest();
  if (underWay > 0 || !wasm) return;
  if (callsWasm.ask(wasm, ({ memoryBytes }) => memoryBytes()) > ENOUGH_MEMORY_BYTES) callsWasm.letGo();
}
