// `diagnose`: why calls fail, as far as a browser can tell. Not in Rust, because the wasm may be what does not load. What it does
// is loaded when it is called.
import type { Auth } from "../auth/auth.js";
import type { AuthOptions } from "../auth-options.js";
import { NOT_COME } from "../core/imported.js";
import { isTime } from "../core/limits.js";
import { listenForViolations } from "../core/violations.js";
import { peek } from "../given/read.js";
import { ADDRESSES, DIAGNOSIS } from "../given/shapes.js";
import { optionsOf } from "../given/snapshot.js";
import { OPTIONS } from "../owners.js";
import { clientOptions, type SipBreakoutClient } from "../sip-breakout-client.js";
import type { Addresses, StoreName } from "./examine.js";
import type { Finding } from "./finding.js";
import type { Surroundings } from "./probes.js";

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
  try {
    given?.addEventListener?.("abort", stop);
    if (given?.aborted) stop();
    const addresses = addressesOf(target);
    const ended = new Promise<undefined>((resolve) =>
      signal.addEventListener("abort", () => resolve(undefined)),
    );
    const code = await Promise.race([import("./examine.js").catch(notLoading), ended]);
    if (!code || Array.isArray(code)) return code ?? [];
    return await code.examine(addresses, violations.seen, signal);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
    given?.removeEventListener?.("abort", stop);
    violations.stop();
  }
}

function notLoading(cause: unknown): Finding[] {
  return [
    {
      code: "sdk_not_loading",
      certainty: "certain",
      message: "A part of the SDK's JavaScript, which looks for causes, does not load.",
      evidence: [String(peek(cause, "message"))],
      advice: NOT_COME,
    },
  ];
}

function addressesOf(target: DiagnoseTarget): Addresses {
  const own = clientOptions(target);
  const auth = own ? peek(own, "auth") : target;
  const session = peek(auth, OPTIONS) as AuthOptions | undefined;
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
