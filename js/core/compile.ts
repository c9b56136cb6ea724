// From bytes to a module; what the bytes are when they are none.
import { loadError } from "../errors.js";
import { doubtCache } from "./source.js";

const magic = [0, 97, 115, 109];

/** @internal */
export async function compile(source: BufferSource, isFetched: boolean): Promise<WebAssembly.Module> {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
  // Chromium does not compile a DataView.
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const head = bytes.subarray(0, 4);
  // Some browsers show a body that was cut off as whole.
  const cutOff = (cause?: unknown) => {
    doubtCache();
    return loadError("network", "The SDK's wasm did not come whole.", "Try again.", cause);
  };
  if (isFetched && head.length < 4 && head.every((byte, index) => byte === magic[index])) throw cutOff();
  if (String(head) !== String(magic)) {
    doubtCache();
    const hint =
      head[0] === 0x3c
        ? 'An HTML page came instead. With Vite 7 add optimizeDeps.exclude: ["sipbreakout-web"]; otherwise serve the file.'
        : "Serve the package's wasm file, or import sipbreakout-web/inline.";
    throw loadError("not_wasm", "What was loaded is not the SDK's wasm.", hint);
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (/content security policy|unsafe-eval|\bCSP\b/i.test(String(cause))) {
      const hint = "Add 'wasm-unsafe-eval' to script-src.";
      throw loadError(
        "blocked_by_csp",
        "The page's Content-Security-Policy forbids WebAssembly.",
        hint,
        cause,
      );
    }
    if (isFetched) throw cutOff(cause);
    throw loadError("not_wasm", "The SDK's wasm does not compile.", "Check that the file is whole.", cause);
  }
}
