// What the wasm may be taken from: told apart, and copied as it was given.
import { loadError } from "../errors.js";
import { peek } from "../given/read.js";
import type { WasmSource } from "../options.js";

/** @internal What `preload` takes. */
export type Given = WasmSource | Promise<WasmSource> | undefined;

/** @internal */
export type Address = string | URL | Request;

/** @internal What was given, if anything was. */
export async function settled(given: Given): Promise<WasmSource | undefined> {
  try {
    return await given;
  } catch (cause) {
    throw loadError("network", "The promise of the SDK's wasm was rejected.", "See the cause.", cause);
  }
}

// Sources are told apart by what they have, not by `instanceof`: in tests URL and Response may be jsdom's or a polyfill's,
// and a module may come from a frame.
/** @internal */
export const isModule = (source: unknown): source is WebAssembly.Module =>
  Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
const isUrl = (source: unknown): source is URL => typeof peek(source, "href") === "string";
const isRequest = (source: unknown): source is Request => typeof peek(source, "url") === "string";
/** @internal */
export const isResponse = (source: unknown): source is Response => typeof peek(source, "status") === "number";
/** @internal */
export const isAddress = (source: unknown): source is Address =>
  typeof source === "string" || isUrl(source) || (isRequest(source) && !isResponse(source));

/** @internal An address in full; undefined for what is none. */
export function urlOf(source: Address | Response): URL | undefined {
  const text = typeof source === "string" ? source : isUrl(source) ? source.href : source.url;
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}

/** @internal Bytes and addresses that the caller may change while it loads are copied. */
export function copied(source: Given): Given {
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  try {
    // A buffer of whatever realm; anything else throws.
    return ArrayBuffer.prototype.slice.call(source, 0);
  } catch {
    const href = isUrl(source) ? peek(source, "href") : undefined;
    return typeof href === "string" && URL.canParse(href) ? new URL(href) : source;
  }
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readFileSync(path: URL): Uint8Array<ArrayBuffer> } | undefined;
}

/**
 * @internal Node: the file beside the package. Asked for by name at run time, because bundlers stumble over imports of
 * node:fs.
 */
export function readFile(url: URL): BufferSource {
  const process = Reflect.get(globalThis, "process") as NodeProcess | undefined;
  const fs = process?.getBuiltinModule?.("node:fs");
  if (!fs) throw loadError("unsupported", "Files can't be read here.", "Give preload() the wasm's bytes.");
  try {
    return fs.readFileSync(url);
  } catch (cause) {
    throw loadError("not_found", "The SDK's wasm file is missing.", "Reinstall the package.", cause);
  }
}
