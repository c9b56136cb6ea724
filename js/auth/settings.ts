// The options of a session and of its methods, read and checked. What belongs to OAuth is checked in Rust.

import type { AuthOptions } from "../auth-options.js";
import { invalidInput } from "../errors.js";
import type { SignInGiven } from "../flows/sign-in.js";
import { peek } from "../given/read.js";
import { CREDENTIALS, Reader } from "../given/reader.js";
import { isSafe } from "../loopback.js";
import type { RegistrationProblem } from "../options.js";
import type { ProviderSettings } from "../provider/provider.js";

const METHODS = ["get", "set", "remove"];

function checkStorage(reader: Reader): void {
  const given = reader.value("storage");
  if (typeof given === "object" && given !== null) {
    const missing = METHODS.find((name) => typeof peek(given, name) !== "function");
    if (missing) reader.problem("storage", "wrong_type", `Its method \`${missing}\` is missing.`);
  } else if (given !== undefined && given !== "memory" && given !== "session" && given !== "local") {
    const wanted = "Give `memory`, `session`, `local`, or an object with `get`, `set` and `remove`.";
    reader.problem("storage", "wrong_type", wanted);
  }
}

/** An address; the rest of the rules for one is Rust's. */
function readAddress(reader: Reader, field: string): string | undefined {
  const text = reader.string(field);
  try {
    if (text === undefined || isSafe(new URL(text))) return text;
  } catch {
    // A server that renders a page does not know the page's address. The first call finds what is wrong.
    if (field === "redirectUri" && !globalThis.location) return text;
  }
  reader.problem(
    field,
    "bad_url",
    "It must be an absolute https URL (http is accepted for loopback hosts only).",
  );
  return text;
}

const ENDPOINTS = ["authorization", "token", "revocation", "endSession", "userInfo", "jwks"];

function refuse(problems: readonly RegistrationProblem[]): void {
  if (problems.length > 0) throw invalidInput(problems);
}

/** @internal The options of `createAuth`. @throws InvalidRequestError with all that is wrong and needs no Rust to be seen */
export function readAuthSettings(options: unknown): ProviderSettings {
  const reader = new Reader(options, "options");
  const text = (field: string) => reader.string(field);
  const [clientId, redirectUri] = [text("clientId"), readAddress(reader, "redirectUri")];
  const scope = reader.names("scope");
  const [issuer, preset] = [readAddress(reader, "issuer"), reader.choice("preset", ["wgtwo"])];
  const endpoints = Reader.nested(reader.value("endpoints"), "endpoints");
  const params = reader.record("authorizationParams");
  checkStorage(reader);
  const name = text("name");
  const timeoutMs = reader.milliseconds("timeoutMs");
  const isDpop = reader.boolean("dpop") ?? false;
  const isAutoRefresh = reader.boolean("autoRefresh") ?? true;
  const isSignatureSkipped = reader.boolean("dangerouslySkipIdTokenSignature") ?? false;
  const fetch = reader.function<NonNullable<AuthOptions["fetch"]>>("fetch");
  const credentials = reader.choice("credentials", CREDENTIALS) ?? "same-origin";
  const addresses = ENDPOINTS.map((field) => readAddress(endpoints, field));
  const missing = (field: string, value: unknown, what: string) => {
    if (value === undefined) reader.problem(field, "missing", `Give ${what}.`);
  };
  missing("clientId", clientId, "the id of a client that is registered with the provider");
  missing("redirectUri", redirectUri, "the address that the provider sends the browser back to");
  const [authorization, token] = addresses;
  const provider = reader.value("preset") ?? issuer ?? (authorization && token);
  missing("issuer", provider, "`issuer`, `preset`, or both `endpoints.authorization` and `endpoints.token`");
  refuse([...reader.finish(), ...endpoints.finish()]);
  return {
    ...{ clientId, redirectUri, issuer, preset, name, endpoints: addresses, scope, params },
    ...{ timeoutMs, isDpop, isAutoRefresh, isSignatureSkipped, fetch, credentials },
  };
}

/** By which the caller gives up. */
interface Ending {
  readonly signal: AbortSignal | undefined;
}

/** @internal The options of methods that have no others. @throws InvalidRequestError */
export function readWait(options: unknown): Ending {
  const reader = new Reader(options, "options");
  const signal = reader.signal("signal");
  refuse(reader.finish());
  return { signal };
}

/** @internal The options of a sign-in. @throws InvalidRequestError with all that is wrong */
export function readSignIn(options: unknown, isPopup: boolean): SignInGiven & Ending {
  const reader = new Reader(options, "options");
  const appState = reader.value("appState");
  if (appState !== undefined && typeof appState !== "string") {
    reader.problem("appState", "wrong_type", "It must be something that JSON can say.");
  }
  const [prompt, loginHint] = [reader.string("prompt"), reader.string("loginHint")];
  const params = reader.record("authorizationParams");
  const signal = reader.signal("signal");
  // The page heeds it (`popup.ts`).
  if (isPopup) reader.number("popupTimeoutMs", 1, 2_147_483_647);
  refuse(reader.finish());
  return { appState: appState as string | undefined, prompt, loginHint, params, signal };
}

/** @internal The options of `getAccessToken`. @throws InvalidRequestError with all that is wrong */
export function readTokenOptions(options: unknown) {
  const reader = new Reader(options, "options");
  const isForced = reader.boolean("forceRefresh") ?? false;
  const signal = reader.signal("signal");
  refuse(reader.finish());
  return { isForced, signal };
}

/** @internal The options of `signOut`. @throws InvalidRequestError with all that is wrong */
export function readSignOut(options: unknown) {
  const reader = new Reader(options, "options");
  const returnTo = reader.string("returnTo");
  const localOnly = reader.boolean("localOnly") ?? false;
  const deleteRegistrations = reader.boolean("deleteRegistrations") ?? false;
  const signal = reader.signal("signal");
  refuse(reader.finish());
  return { returnTo, localOnly, deleteRegistrations, signal };
}

/** @internal What `revokeConsent` is given. @throws InvalidRequestError */
export function checkLink(link: unknown): void {
  if (typeof link === "function") return;
  refuse([
    { field: "link", code: "wrong_type", message: "Give a function that returns the page's address." },
  ]);
}
