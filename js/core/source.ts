// What the wasm is taken from: told apart, kept as it was given, and read.
import { LoadError, loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import type { WasmSource } from "../options.js";
import { refused } from "./load-hints.js";

/** @internal What `preload` takes. */
export type Given = WasmSource | Promise<WasmSource> | undefined;

type Address = string | URL | Request;

let packaged: () => WasmSource;
/** An address that the application gave, and that could not be loaded then. It is tried when the packaged one fails. */
let givenAddress: Address | undefined;
/** What a cache has was of no use. */
let isCacheDoubted = false;

/** @internal An entry says where its wasm is; nothing is fetched yet. */
export function provide(source: () => WasmSource): void {
  packaged ??= source;
}

/** @internal The next request asks the server, not a cache. */
export function doubtCache(): void {
  isCacheDoubted = true;
}

/** @internal The address that was given before. */
export function addressBefore(): Address | undefined {
  return givenAddress;
}

// Sources are told apart by what they have, not by `instanceof`: in tests URL and Response may be jsdom's or a polyfill's,
// and a module may come from a frame.
/** @internal */
export const isModule = (source: unknown): source is WebAssembly.Module =>
  Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
const isUrl = (source: unknown): source is URL => typeof peek(source, "href") === "string";
const isResponse = (source: unknown): source is Response => typeof peek(source, "status") === "number";
const isRequest = (source: unknown): source is Request => typeof peek(source, "url") === "string";

/** @internal Bytes and addresses that the caller may change while it loads are copied. */
export function kept(source: Given): Given {
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  try {
    // A buffer of whatever realm; anything else throws.
    return ArrayBuffer.prototype.slice.call(source, 0);
  } catch {
    return isUrl(source) ? new URL(source.href) : source;
  }
}

/** @internal What was read. What was fetched may be cut off, or another file the next time. */
export interface Read {
  source: BufferSource | WebAssembly.Module;
  isFetched: boolean;
}

/** @internal */
export async function read(given: Given, signal: AbortSignal): Promise<Read> {
  try {
    const source = (await given) ?? packaged();
    if (isUrl(source) && source.protocol === "file:") return { source: readFile(source), isFetched: false };
    const isAddress =
      typeof source === "string" || isUrl(source) || (isRequest(source) && !isResponse(source));
    if (!isAddress && !isResponse(source)) return { source, isFetched: false };
    if (isAddress && given !== undefined) givenAddress = source;
    const fresh: RequestInit = isCacheDoubted ? { cache: "reload" } : {};
    const response = isAddress ? await fetch(source, bare({ signal, ...fresh })) : source;
    if (response.ok) return { source: await response.arrayBuffer(), isFetched: true };
    doubtCache();
    throw refused(response);
  } catch (cause) {
    if (cause instanceof LoadError) throw cause;
    // `fetch` quotes an address with a password, which it refuses.
    const isQuoting = /\/\/[^/\s]*@/.test(String(peek(cause, "message")));
    throw loadError(
      "network",
      "The SDK's wasm could not be fetched.",
      "Check the network and connect-src.",
      isQuoting ? undefined : cause,
    );
  }
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
}

// Node: the file beside the package. Asked for by name at run time, because bundlers stumble over imports of node:fs.
function readFile(url: URL): BufferSource {
  const process = Reflect.get(globalThis, "process") as NodeProcess | undefined;
  const fs = process?.getBuiltinModule?.("node:fs");
  if (!fs) throw loadError("unsupported", "Files can't be read here.", "Give preload() the wasm's bytes.");
  try {
    return fs.readFileSync(url);
  } catch (cause) {
    throw loadError("not_found", "The SDK's wasm file is missing.", "Reinstall the package.", cause);
  }
}
