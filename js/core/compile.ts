// From bytes, or a reply whose bytes are still coming, to a module.
import { bare, peek } from "../given/read.js";
import { cameBy, failure } from "./load-failure.js";
import type { Came } from "./load-hints.js";

/** Enough to know a page by, behind a byte order mark and blank lines. */
const HEAD_BYTES = 64;

/**
 * @internal Compiles while the bytes come, where the browser does that: only for this very type, and for a response of its
 * own. A copy of the body to judge it by would be held twice, so what the compiler says is what there is to go by.
 */
export async function compileReply(reply: Response): Promise<WebAssembly.Module> {
  const came = cameBy(reply);
  if (!reply.ok || came.isRead) {
    const { httpStatus, retryAfterMs, isRead } = came;
    // A server that is busy or down says so; what else it says is for good, as far as anybody can tell.
    const mayPass = httpStatus >= 500 || [408, 425, 429].includes(httpStatus);
    const code = isRead || httpStatus === 0 ? "not_wasm" : mayPass ? "network" : "not_found";
    const more = bare({ httpStatus, ...(!Number.isNaN(retryAfterMs) && { retryAfterMs }) });
    throw await failure("refused", [came, mayPass], code, undefined, isRead ? undefined : more);
  }
  if (came.type.toLowerCase() === "application/wasm" && typeof WebAssembly.compileStreaming === "function") {
    try {
      return await WebAssembly.compileStreaming(reply);
    } catch (cause) {
      // It is no Response of this realm; nothing was read of it.
      const isUnread = peek(cause, "name") === "TypeError" && peek(reply, "bodyUsed") !== true;
      if (!isUnread) throw await notCompiled(cause, undefined, came);
    }
  }
  let body: ArrayBuffer;
  try {
    body = await reply.arrayBuffer();
  } catch (cause) {
    throw await failure("cutOff", [], "network", cause);
  }
  return await compileBytes(body, came);
}

/** @internal */
export async function compileBytes(source: BufferSource, came?: Came): Promise<WebAssembly.Module> {
  const bytes = bytesOf(source);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw await notCompiled(cause, bytes.subarray(0, HEAD_BYTES), came);
  }
}

function notCompiled(cause: unknown, head: Uint8Array | undefined, came: Came | undefined) {
  const [name, words] = [String(peek(cause, "name")), String(peek(cause, "message"))];
  const isForbidden = /content security policy|unsafe-eval|\bCSP\b/i.test(`${name} ${words}`);
  // Whether a reply was cut off, or is another thing, is seen with the words.
  const code = isForbidden ? "blocked_by_csp" : came ? "network" : "not_wasm";
  return failure("notCompiled", [isForbidden, name, words, head, came], code, cause);
}

function bytesOf(source: BufferSource): Uint8Array<ArrayBuffer> {
  try {
    if (typeof source !== "object") throw new TypeError();
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
    // Chromium does not compile a DataView.
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch {
    // It is neither bytes nor anything else that is taken.
    return new Uint8Array();
  }
}
