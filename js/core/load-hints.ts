// What an error says of a wasm that did not come.
import { type LoadError, loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { isLoopback } from "../loopback.js";
import { isForbidden, type Violation } from "./violations.js";
import { askedOrigin, hasContentHash, isOfViteServer } from "./wasm-address.js";

/** @internal The reply that bytes came in. */
export interface Came {
  reply: Response;
}

interface Advice {
  hint: string;
  reloadMayHelp: boolean;
}

const UNREADABLE = ["opaque", "opaqueredirect", "error"];

const NOT_FETCHED = "The SDK's wasm could not be fetched";

/** @internal It ended too early. */
export function cutOff(cause?: unknown): LoadError {
  return loadError("network", "The SDK's wasm did not come whole.", "Try again.", cause);
}

/** @internal */
export function invalidAddress(): LoadError {
  return loadError(
    "not_found",
    "What was given to preload() is no address.",
    "Give it a URL, or the wasm's bytes.",
  );
}

/** @internal It compiles, and is not what this JavaScript was built with. */
export function otherBuild(cause: unknown): LoadError {
  const hint =
    "JavaScript and wasm must be of one build: after a deploy a cache may still have an old file. Reload the page.";
  return loadError("not_wasm", "What was loaded is not this SDK's wasm.", hint, cause, {
    reloadMayHelp: true,
  });
}

/** @internal For a Response that nobody can read. */
export function unreadable(reply: Response): LoadError | undefined {
  const type = peek(reply, "type");
  const why = peek(reply, "bodyUsed") === true ? "read already" : UNREADABLE.find((kind) => kind === type);
  if (!why) return undefined;
  const hint = 'Give preload() one that nobody has read, fetched in mode "cors".';
  return loadError("not_wasm", `The Response that was given is ${why}.`, hint);
}

/** @internal `fetch` rejected: what of it is known, and what it may be. */
export function notFetched(url: URL, cause: unknown, violations: Violation[]): LoadError {
  const { origin, inPolicy, isOwn } = askedOrigin(url);
  // `fetch` quotes an address with a password, which it refuses.
  if (url.username || url.password) {
    return loadError(
      "not_found",
      `${NOT_FETCHED}: its address has a user name or a password.`,
      "Leave them out.",
    );
  }
  const from = `${NOT_FETCHED} from ${origin}`;
  const network = (hint: string) => loadError("network", `${from}.`, hint, cause);
  if (violations.some((violation) => isForbidden(url, violation))) {
    return loadError(
      "blocked_by_csp",
      `${from}: the page's Content-Security-Policy forbids it.`,
      `Add ${inPolicy} to connect-src.`,
      cause,
    );
  }
  if (url.protocol === "blob:") {
    const hint = "Keep the blob: address until preload() resolves, and allow blob: in connect-src.";
    return loadError("not_found", `${from}.`, hint, cause);
  }
  if (globalThis.navigator?.onLine === false) return network("The browser is offline.");
  const { location } = globalThis;
  if (location?.protocol === "https:" && url.protocol === "http:" && !isLoopback(url.hostname)) {
    return network("Serve it by https: an https page may load nothing by http.");
  }
  if (isOwn || !location) {
    return network(`Check the network, and that no redirect leads to another origin.${ofWorker()}`);
  }
  return network(
    `Unless the network is down, ${origin} does not let this page read it (CORS: access-control-allow-origin), or the page's Content-Security-Policy does not (connect-src; the browser reported no violation).${ofWorker()}`,
  );
}

/** @internal A server that is busy or down says so; what else it says is for good, as far as anybody can tell. */
export function refused(reply: Response): LoadError {
  const { status, headers } = reply;
  const retryAfterMs = patience(headers?.get("retry-after"));
  const more = bare({ httpStatus: status, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  const message = `Fetching the SDK's wasm gave HTTP ${status}.`;
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  if (mayPass) return loadError("network", message, "Try again.", undefined, more);
  if (status === 401) {
    const hint = "It is behind a sign-in: reload the page to sign in, or let the file be read without.";
    return loadError("not_found", message, hint, undefined, bare({ ...more, reloadMayHelp: true }));
  }
  const { hint, reloadMayHelp } = missing(reply);
  const before =
    status === 403
      ? "A file store answers so where it has no such file; a proxy, where it blocks or wants a sign-in. "
      : "";
  const words = `${before}${hint}${ofWorker()}`;
  return loadError("not_found", message, words, undefined, bare({ ...more, reloadMayHelp }));
}

/** @internal Something else came. `head` is its beginning, as far as that is known. */
export function foreign(head: Uint8Array, came?: Came): LoadError {
  const message = "What was loaded is not the SDK's wasm.";
  const headers = came && (peek(came.reply, "headers") as Headers | undefined);
  const type = String(headers?.get?.("content-type") ?? "").slice(0, 60);
  const isPage = /^\s*</.test(new TextDecoder().decode(head)) || /^text\/html\b/i.test(type);
  if (!isPage) {
    const served = type && ` It came as ${type}.`;
    const hint = `Serve the package's wasm file, or import sipbreakout-web/inline.${served}`;
    return loadError("not_wasm", message, hint);
  }
  const url = addressOf(came?.reply);
  if (url && peek(came?.reply, "redirected") === true) {
    const hint = `An HTML page came instead, by a redirect to ${url.origin}: it may be a log-in page. Reload the page to sign in, or let the wasm be read without.`;
    return loadError("not_wasm", message, hint, undefined, { reloadMayHelp: true });
  }
  const { hint, reloadMayHelp } = missing(came?.reply, true);
  const words = `An HTML page came instead. ${hint}${came ? ofWorker() : ""}`;
  return loadError("not_wasm", message, words, undefined, { reloadMayHelp });
}

/** There is no wasm at its address: it never was, or no longer is. */
function missing(reply?: Response, isPage = false): Advice {
  const url = addressOf(reply);
  const exclude = 'add optimizeDeps.exclude: ["sipbreakout-web"]';
  if (url && isOfViteServer(url)) {
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

function addressOf(reply?: Response): URL | undefined {
  const url = peek(reply, "url");
  return typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
}

function ofWorker(): string {
  return globalThis.navigator?.serviceWorker?.controller
    ? " The page's service worker may have answered instead of the server."
    : "";
}

/** What `Retry-After` asks for: seconds, or a date. */
function patience(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
