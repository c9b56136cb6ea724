// `diagnose`: why calls fail, as far as a browser can tell. Not in Rust, because the wasm may be what does not load.
import { type Auth, authOptions } from "../auth/auth.js";
import { isTime } from "../core/limits.js";
import { preload } from "../core/load.js";
import { listenForViolations } from "../core/violations.js";
import { isSdkError, type LoadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { ADDRESSES, DIAGNOSIS } from "../given/shapes.js";
import { optionsOf } from "../given/snapshot.js";
import { clientOptions, type SipBreakoutClient } from "../sip-breakout-client.js";
import { conclude } from "./conclude.js";
import type { Evidence } from "./evidence.js";
import type { Finding } from "./finding.js";
import { localAccess } from "./local-network.js";
import { probeCore, probeIssuer, probeToken, type Surroundings } from "./probes.js";

/** What to look into: a client, a session, or addresses. */
export type DiagnoseTarget =
  | SipBreakoutClient
  | Auth
  | { baseUrl?: string | undefined; issuer?: string | undefined };

export interface DiagnoseOptions {
  /** Ends it early; what was found until then is the result. */
  signal?: AbortSignal | undefined;
  /** For all of it. Default 10000. */
  timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Of the preset, as `src/oauth/endpoints.rs` has it. */
const WGTWO_ISSUER = "https://id.wgtwo.com/";
const WGTWO_TOKEN = "https://id.wgtwo.com/oauth2/token";

interface Addresses {
  baseUrl: string | undefined;
  issuer: string | undefined;
  /** The token endpoint, if it is known without asking. */
  token: string | undefined;
  core: Surroundings;
  provider: Surroundings;
  stores: StoreName[];
}

type StoreName = "sessionStorage" | "localStorage";

/**
 * Finds out why calls or sign-ins fail: asks the core and the provider without a token, and looks at the page. Never
 * rejects, and changes nothing. An empty array: nothing seems wrong from here.
 */
export async function diagnose(target: DiagnoseTarget, options: DiagnoseOptions = {}): Promise<Finding[]> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => controller.abort();
  const how = optionsOf(options, DIAGNOSIS);
  const [timeoutMs, given] = [peek(how, "timeoutMs"), peek(how, "signal") as AbortSignal | undefined];
  const timer = setTimeout(stop, isTime(timeoutMs) ? timeoutMs : DEFAULT_TIMEOUT_MS);
  const violations = listenForViolations();
  const within = <T>(work: Promise<T>): Promise<T | undefined> =>
    Promise.race([
      work.catch(() => undefined),
      new Promise<undefined>((resolve) => {
        if (signal.aborted) resolve(undefined);
        // Later than what the abort itself ends.
        signal.addEventListener("abort", () => setTimeout(resolve, 100));
      }),
    ]);
  const reached = async (ask: typeof probeCore, url: string | undefined, around: Surroundings) => {
    if (!isAddress(url)) return undefined;
    // A fetch that does not end, though it was told to, is a place that does not answer.
    return (await within(ask(url, around, signal))) ?? { url, isSameOrigin: false, asked: { isLate: true } };
  };
  try {
    given?.addEventListener?.("abort", stop);
    if (given?.aborted) stop();
    const {
      baseUrl,
      issuer,
      core: aroundCore,
      provider: aroundProvider,
      stores,
      ...known
    } = addressesOf(target);
    const probeProvider = async () => {
      const place = await reached(probeIssuer, issuer, aroundProvider);
      // Only a session has one: an issuer by its address alone is no client of anybody.
      const url =
        known.token ?? (aroundProvider.clientId === undefined ? undefined : place?.asked.tokenEndpoint);
      return [place, await reached(probeToken, url, aroundProvider)] as const;
    };
    const [core, [provider, token], load] = await Promise.all([
      reached(probeCore, baseUrl, aroundCore),
      probeProvider(),
      within(loadProblem()),
    ]);
    const evidence: Evidence = {
      ...pageEvidence(stores),
      // Asking makes the browser ask the person: only afterwards is it known what came of it.
      access: await within(localAccess()),
      violations: violations.seen,
      core,
      issuer: provider,
      token,
      load,
    };
    return conclude(evidence);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
    given?.removeEventListener?.("abort", stop);
    violations.stop();
  }
}

function addressesOf(target: DiagnoseTarget): Addresses {
  const own = clientOptions(target);
  const auth = own ? peek(own, "auth") : target;
  const session = authOptions(auth);
  const given = own || session ? undefined : optionsOf(target, ADDRESSES);
  const text = (value: unknown) => (value === undefined ? undefined : String(value));
  const around = (options: unknown): Surroundings => {
    const fetch = peek(options, "fetch");
    return {
      fetch:
        typeof fetch === "function"
          ? (fetch as typeof globalThis.fetch)
          : (...all) => globalThis.fetch(...all),
      origin: globalThis.location?.origin,
      now: Date.now,
    };
  };
  const isWgtwo = peek(session, "preset") === "wgtwo";
  const token = text(peek(peek(session, "endpoints"), "token")) ?? (isWgtwo ? WGTWO_TOKEN : undefined);
  return {
    baseUrl: text(peek(own ?? given, "baseUrl")),
    issuer: text(peek(session ?? given, "issuer")) ?? (isWgtwo ? WGTWO_ISSUER : undefined),
    token,
    core: {
      ...around(own),
      headers: peek(own, "headers") as HeadersInit | undefined,
      credentials: peek(own, "credentials") as RequestCredentials | undefined,
      apiVersion: peek(own, "apiVersion") as "v1" | "v0" | undefined,
    },
    provider: {
      ...around(session),
      credentials: peek(session, "credentials") as RequestCredentials | undefined,
      clientId: text(peek(session, "clientId")),
      isDpop: peek(session, "dpop") === true,
    },
    stores: session === undefined ? [] : storesOf(peek(session, "storage")),
  };
}

/** A sign-in by redirect has a record in sessionStorage, wherever the tokens are. */
function storesOf(storage: unknown): StoreName[] {
  return storage === "local" ? ["sessionStorage", "localStorage"] : ["sessionStorage"];
}

function isAddress(url: string | undefined): url is string {
  return url !== undefined && URL.canParse(url);
}

async function loadProblem(): Promise<Evidence["load"]> {
  try {
    await preload();
    return undefined;
  } catch (error) {
    const { message, hint, httpStatus, cause } = error as LoadError;
    const said = cause === undefined ? undefined : String(peek(cause, "message") ?? "").slice(0, 300);
    const code = isSdkError(error) ? error.code : "crashed";
    return bare({ code, message: String(message), hint: hint ?? "", httpStatus, cause: said || undefined });
  }
}

function pageEvidence(stores: StoreName[]): Partial<Evidence> {
  const { navigator, location, isSecureContext } = globalThis;
  return {
    isOnline: navigator?.onLine,
    isSecureContext,
    isHttpsPage: location?.protocol === "https:",
    hasServiceWorker: Boolean(navigator?.serviceWorker?.controller),
    pageHost: location?.hostname,
    isStorageBlocked: location !== undefined && !stores.every(canStore),
  };
}

function canStore(name: StoreName): boolean {
  const key = "sipbreakout.diagnose";
  try {
    globalThis[name].setItem(key, "1");
    globalThis[name].removeItem(key);
    return true;
  } catch {
    return false;
  }
}
