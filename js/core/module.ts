// From a source to a compiled module.
import { loadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import type { WasmSource } from "../options.js";
import { compileBytes, compileReply } from "./compile.js";
import { imported } from "./imported.js";
import { failure } from "./load-failure.js";
import {
  type Address,
  type Given,
  isAddress,
  isModule,
  isResponse,
  readFile,
  settled,
  urlOf,
} from "./source.js";
import { isForbidden, listenForViolations } from "./violations.js";

/** How long after a request that failed a browser may still say that a policy forbade it. */
const VIOLATION_MS = 100;

/** @internal Of one wasm file. */
export class WasmModule {
  readonly #packaged: () => WasmSource;
  /** An address that the application gave, and that could not be loaded then. It is tried when the packaged one fails. */
  #givenAddress: Address | undefined;
  /** What a cache has was of no use. */
  #isCacheDoubted = false;

  /** `packaged` is the package's own. */
  constructor(packaged: () => WasmSource) {
    this.#packaged = packaged;
  }

  /** The next request asks the server, not a cache. */
  doubtCache(): void {
    this.#isCacheDoubted = true;
  }

  /** Of what is given; else the packaged one, or that of an address that was given before. */
  async of(given: Given, signal: AbortSignal): Promise<WebAssembly.Module> {
    try {
      return await this.#compiled(given, signal);
    } catch (thrown) {
      if (given !== undefined || this.#givenAddress === undefined || signal.aborted) throw thrown;
      return await this.#compiled(this.#givenAddress, signal);
    }
  }

  async #compiled(given: Given, signal: AbortSignal): Promise<WebAssembly.Module> {
    const module = await this.#from(given, signal);
    // Given up meanwhile: a later load may be done.
    if (signal.aborted) throw signal.reason;
    return module;
  }

  async #from(given: Given, signal: AbortSignal): Promise<WebAssembly.Module> {
    // Without a turn in between the request goes out before anything else is done.
    const source = given === undefined ? this.#packaged() : ((await settled(given)) ?? this.#packaged());
    if (isModule(source)) return source;
    if (isResponse(source)) return await this.#ofReply(source);
    if (!isAddress(source)) return await compileBytes(source);
    const url = urlOf(source);
    if (!url) throw await failure("invalidAddress", [], "not_found");
    if (url.protocol === "file:") return await compileBytes(readFile(url));
    if (url.protocol === "data:") return await compileBytes(await bytesIn(url));
    if (given !== undefined) this.#givenAddress = source;
    return await this.#ofReply(await replyOf(source, url, signal, this.#isCacheDoubted));
  }

  async #ofReply(reply: Response): Promise<WebAssembly.Module> {
    try {
      return await compileReply(reply);
    } catch (thrown) {
      if (peek(thrown, "code") !== "blocked_by_csp") this.doubtCache();
      throw thrown;
    }
  }
}

async function bytesIn(url: URL): Promise<BufferSource> {
  const { bytesOfDataUrl } = await imported(() => import("./data-url.js"));
  try {
    return bytesOfDataUrl(url);
  } catch (cause) {
    throw loadError("not_wasm", "The data: address is not valid.", "Give preload() the wasm's bytes.", cause);
  }
}

/**
 * Asks as `<link rel="preload" as="fetch" crossorigin>` does, in mode `cors` with the credentials of the same origin: a
 * browser takes what it has preloaded only then.
 */
async function replyOf(
  source: Address,
  url: URL,
  signal: AbortSignal,
  isCacheDoubted: boolean,
): Promise<Response> {
  let onViolation = () => {};
  const violations = listenForViolations(() => onViolation());
  try {
    const fresh: RequestInit = isCacheDoubted ? { cache: "reload" } : {};
    return await fetch(source, bare({ signal, ...fresh }));
  } catch (cause) {
    if ("addEventListener" in globalThis && violations.seen.length === 0) {
      await new Promise<void>((resolve) => {
        onViolation = resolve;
        setTimeout(resolve, VIOLATION_MS);
      });
    }
    const isBlocked = violations.seen.some((violation) => isForbidden(url, violation));
    // `fetch` quotes an address with a password, which it refuses.
    const isSecret = url.username !== "" || url.password !== "";
    const isGone = isSecret || (url.protocol === "blob:" && !isBlocked);
    const code = isGone ? "not_found" : isBlocked ? "blocked_by_csp" : "network";
    throw await failure("notFetched", [url, isBlocked], code, isSecret ? undefined : cause);
  } finally {
    violations.stop();
  }
}
