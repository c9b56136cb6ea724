// From bytes, or a reply whose bytes are still coming, to a module; what the bytes are when they are none.
import { loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { type Came, cutOff, foreign, refused, unreadable } from "./load-hints.js";

const MAGIC = [0, 97, 115, 109];

/** Enough to know a page by, behind a byte order mark and blank lines. */
const HEAD_BYTES = 64;

/** @internal */
export function compileBytes(source: BufferSource): Promise<WebAssembly.Module> {
  return compile(source);
}

/**
 * @internal Compiles while the bytes come, where the browser does that: only for this very type, and for a response of its
 * own. A copy of the body to judge it by would be held twice, so what the compiler says is what there is to go by.
 */
export async function compileReply(reply: Response): Promise<WebAssembly.Module> {
  const unread = unreadable(reply);
  if (unread) throw unread;
  if (!reply.ok) throw refused(reply);
  const type = contentType(reply);
  if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function") {
    try {
      return await WebAssembly.compileStreaming(reply);
    } catch (cause) {
      if (isForbidden(cause)) throw forbidden(cause);
      // It is no Response of this realm; nothing was read of it.
      const isUnread = peek(cause, "name") === "TypeError" && peek(reply, "bodyUsed") !== true;
      if (!isUnread) throw judged(cause, bare({ reply }));
    }
  }
  let body: ArrayBuffer;
  try {
    body = await reply.arrayBuffer();
  } catch (cause) {
    throw cutOff(cause);
  }
  return await compile(body, bare({ reply }));
}

function contentType(reply: Response): string {
  const headers = peek(reply, "headers") as Headers | undefined;
  return String(headers?.get?.("content-type") ?? "").toLowerCase();
}

/** What stopped the compiler in the middle of a reply. */
function judged(cause: unknown, came: Came): Error {
  const words = String(peek(cause, "message"));
  // Firefox says the same of a body that ended before its fourth byte, but for the place.
  const isForeign =
    peek(cause, "name") === "CompileError" && /magic/.test(words) && !/offset 0\b/.test(words);
  if (!isForeign) return cutOff(cause);
  const found = /found ((?:[\da-f]{2} ?){4})/.exec(words)?.[1]?.trim().split(" ") ?? [];
  return foreign(
    Uint8Array.from(found, (byte) => Number.parseInt(byte, 16)),
    came,
  );
}

async function compile(source: BufferSource, came?: Came): Promise<WebAssembly.Module> {
  const bytes = bytesOf(source);
  const head = bytes.subarray(0, HEAD_BYTES);
  // Some browsers show a body that was cut off as whole.
  const isCutOff = came && head.length < MAGIC.length && head.every((byte, index) => byte === MAGIC[index]);
  if (isCutOff) throw cutOff();
  if (MAGIC.some((byte, index) => byte !== head[index])) throw foreign(head, came);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (isForbidden(cause)) throw forbidden(cause);
    if (came) throw cutOff(cause);
    throw loadError("not_wasm", "The SDK's wasm does not compile.", "Check that the file is whole.", cause);
  }
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

function isForbidden(cause: unknown): boolean {
  return /content security policy|unsafe-eval|\bCSP\b/i.test(String(cause));
}

function forbidden(cause: unknown): Error {
  const hint = "Add 'wasm-unsafe-eval' to script-src.";
  return loadError("blocked_by_csp", "The page's Content-Security-Policy forbids WebAssembly.", hint, cause);
}
