// What `diagnose` does: asks the addresses, looks at the page, and concludes.
import { preload } from "../core/calls-wasm.js";
import { preloadSession } from "../core/session-wasm.js";
import type { Violation } from "../core/violations.js";
import { isSdkError, type LoadError } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { conclude } from "./conclude.js";
import type { Evidence } from "./evidence.js";
import type { Finding } from "./finding.js";
import { localAccess } from "./local-network.js";
import { probeCore, probeIssuer, probeToken, type Surroundings } from "./probes.js";

/** @internal What is to be asked. */
export interface Addresses {
  baseUrl: string | undefined;
  issuer: string | undefined;
  /** The token endpoint, if it is known without asking. */
  token: string | undefined;
  core: Surroundings;
  provider: Surroundings;
  stores: StoreName[];
}

/** @internal */
export type StoreName = "sessionStorage" | "localStorage";

/** @internal `violations` are those of now and of what is still to come. When `signal` is aborted, what was found is the result. */
export async function examine(
  addresses: Addresses,
  violations: Violation[],
  signal: AbortSignal,
): Promise<Finding[]> {
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
  const { baseUrl, issuer, core: aroundCore, provider: aroundProvider, stores, ...known } = addresses;
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
    within(loadProblem(issuer !== undefined)),
  ]);
  const evidence: Evidence = {
    ...pageEvidence(stores),
    // Asking makes the browser ask the person: only afterwards is it known what came of it.
    access: await within(localAccess()),
    violations,
    core,
    issuer: provider,
    token,
    load,
  };
  return conclude(evidence);
}

function isAddress(url: string | undefined): url is string {
  return url !== undefined && URL.canParse(url);
}

async function loadProblem(hasSession: boolean): Promise<Evidence["load"]> {
  try {
    await preload();
    if (hasSession) await preloadSession();
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
