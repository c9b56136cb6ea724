// What an error says of a wasm that did not come. It is loaded when that happens, so it imports nothing that pages need
// otherwise: a bundler would divide their code for it.
import type { LoadErrorCode } from "../errors.js";
import { askedOrigin, hasContentHash, type IsLoopback, isOfViteServer } from "./wasm-address.js";

/** @internal */
export type Hint = [
  message: string,
  hint: string,
  reloadMayHelp?: boolean,
  /** Where more is seen here than without the words. */
  code?: LoadErrorCode,
];

/** @internal A reply. */
export interface Came {
  url: unknown;
  /** 0 where it is hidden. */
  httpStatus: number;
  /** How `fetch` calls it: `basic`, `cors`, `opaque`. */
  kind: unknown;
  isRead: boolean;
  isRedirected: boolean;
  type: string;
  /** Not a number without such a header. */
  retryAfterMs: number;
}

interface Advice {
  hint: string;
  reloadMayHelp: boolean;
}

const MAGIC = [0, 97, 115, 109];

/** Types of a Response that nobody can read. */
const UNREADABLE = ["opaque", "opaqueredirect", "error"];

const NOT_FETCHED = "The SDK's wasm could not be fetched";

/** @internal It ended too early. */
export const cutOff = (): Hint => ["The SDK's wasm did not come whole.", "Try again.", false, "network"];

/** @internal */
export const invalidAddress = (): Hint => [
  "What was given to preload() is no address.",
  "Give it a URL, or the wasm's bytes.",
];

/** @internal It compiles, and is not what this JavaScript was built with. */
export const otherBuild = (): Hint => [
  "What was loaded is not this SDK's wasm.",
  "JavaScript and wasm must be of one build: after a deploy a cache may still have an old file. Reload the page.",
  true,
];

/** @internal `fetch` rejected: what of it is known, and what it may be. */
export function notFetched(isLoopback: IsLoopback, url: URL, isForbidden: boolean): Hint {
  const { origin, inPolicy, isOwn } = askedOrigin(url);
  if (url.username || url.password) {
    return [`${NOT_FETCHED}: its address has a user name or a password.`, "Leave them out."];
  }
  const from = `${NOT_FETCHED} from ${origin}`;
  const because = (hint: string): Hint => [`${from}.`, hint];
  if (isForbidden) {
    const message = `${from}: the page's Content-Security-Policy forbids it.`;
    return [message, `Add ${inPolicy} to connect-src.`];
  }
  if (url.protocol === "blob:") {
    return because("Keep the blob: address until preload() resolves, and allow blob: in connect-src.");
  }
  if (globalThis.navigator?.onLine === false) return because("The browser is offline.");
  const { location } = globalThis;
  if (location?.protocol === "https:" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    return because("Serve it by https: an https page may load nothing by http.");
  }
  if (isOwn || !location) {
    return because(`Check the network, and that no redirect leads to another origin.${ofWorker()}`);
  }
  return because(
    `Unless the network is down, ${origin} does not let this page read it (CORS: access-control-allow-origin), or the page's Content-Security-Policy does not (connect-src; the browser reported no violation).${ofWorker()}`,
  );
}

/** @internal No reply that can be read, or not of success. `mayPass`: later it may be another one. */
export function refused(isLoopback: IsLoopback, came: Came, mayPass: boolean): Hint {
  const { httpStatus } = came;
  const why = came.isRead ? "read already" : UNREADABLE.find((kind) => kind === came.kind);
  if (why) {
    const hint = 'Give preload() one that nobody has read, fetched in mode "cors".';
    return [`The Response that was given is ${why}.`, hint, false, "not_wasm"];
  }
  const message = `Fetching the SDK's wasm gave HTTP ${httpStatus}.`;
  if (mayPass) return [message, "Try again."];
  if (httpStatus === 401) {
    const hint = "It is behind a sign-in: reload the page to sign in, or let the file be read without.";
    return [message, hint, true];
  }
  const { hint, reloadMayHelp } = missing(isLoopback, came);
  const before =
    httpStatus === 403
      ? "A file store answers so where it has no such file; a proxy, where it blocks or wants a sign-in. "
      : "";
  return [message, `${before}${hint}${ofWorker()}`, reloadMayHelp];
}

/**
 * @internal The compiler's error, by its name and message. `head`: how the bytes begin, if they are at hand; otherwise they
 * were compiled while they came.
 */
export function notCompiled(
  isLoopback: IsLoopback,
  isForbidden: boolean,
  name: string,
  words: string,
  head?: Uint8Array,
  came?: Came,
): Hint {
  if (isForbidden) {
    const message = "The page's Content-Security-Policy forbids WebAssembly.";
    return [message, "Add 'wasm-unsafe-eval' to script-src."];
  }
  if (!head) {
    // Firefox says the same of a body that ended before its fourth byte, but for the place.
    const isForeign = name === "CompileError" && /magic/.test(words) && !/offset 0\b/.test(words);
    if (!isForeign) return cutOff();
    const found = /found ((?:[\da-f]{2} ?){4})/.exec(words)?.[1]?.trim().split(" ") ?? [];
    const quoted = Uint8Array.from(found, (byte) => Number.parseInt(byte, 16));
    return foreign(isLoopback, quoted, came);
  }
  // Some browsers show a body that was cut off as whole.
  const isCutOff = came && head.length < MAGIC.length && head.every((byte, index) => byte === MAGIC[index]);
  if (isCutOff) return cutOff();
  if (MAGIC.some((byte, index) => byte !== head[index])) return foreign(isLoopback, head, came);
  if (came) return cutOff();
  return ["The SDK's wasm does not compile.", "Check that the file is whole.", false, "not_wasm"];
}

/** Something else came. `head` is its beginning, as far as that is known. */
function foreign(isLoopback: IsLoopback, head: Uint8Array, came?: Came): Hint {
  const message = "What was loaded is not the SDK's wasm.";
  const type = (came?.type ?? "").slice(0, 60);
  const isPage = /^\s*</.test(new TextDecoder().decode(head)) || /^text\/html\b/i.test(type);
  if (!isPage) {
    const served = type && ` It came as ${type}.`;
    const hint = `Serve the package's wasm file, or import sipbreakout-web/inline.${served}`;
    return [message, hint, false, "not_wasm"];
  }
  const url = addressOf(came);
  if (url && came?.isRedirected) {
    const hint = `An HTML page came instead, by a redirect to ${url.origin}: it may be a log-in page. Reload the page to sign in, or let the wasm be read without.`;
    return [message, hint, true, "not_wasm"];
  }
  const { hint, reloadMayHelp } = missing(isLoopback, came, true);
  const words = `An HTML page came instead. ${hint}${came ? ofWorker() : ""}`;
  return [message, words, reloadMayHelp, "not_wasm"];
}

/** There is no wasm at its address: it never was, or no longer is. */
function missing(isLoopback: IsLoopback, came?: Came, isPage = false): Advice {
  const url = addressOf(came);
  const exclude = 'add optimizeDeps.exclude: ["sipbreakout-web"]';
  if (url && isOfViteServer(url, isLoopback)) {
    const hint = `Vite's development server lacks it: with Vite 7 ${exclude}, otherwise check its address.`;
    return { hint, reloadMayHelp: false };
  }
  const deployed = "a newer version of the page may have been deployed since it was opened: reload it";
  if (url && hasContentHash(url)) {
    const hint = `A${deployed.slice(1)}. If that does not help, the server lacks the file.`;
    return { hint, reloadMayHelp: true };
  }
  const copy =
    "copy the package's dist/wasm folder beside the bundle, give preload() its address, or import sipbreakout-web/inline";
  const vite = isPage ? `, with Vite 7's development server ${exclude}` : "";
  return { hint: `If it never was there, ${copy}${vite}; otherwise ${deployed}.`, reloadMayHelp: true };
}

function addressOf(came?: Came): URL | undefined {
  const url = came?.url;
  return typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
}

function ofWorker(): string {
  return globalThis.navigator?.serviceWorker?.controller
    ? " The page's service worker may have answered instead of the server."
    : "";
}
