// The options of a session and of its methods, read and checked, in the order in which src/bindings/auth_settings.rs takes
// them. What belongs to OAuth is checked in Rust.
import { sender } from "./auth-requests.js";
import { guarded } from "./auth-store.js";
import { invalidInput } from "./errors.js";
import { peek } from "./given/read.js";
import { Reader } from "./given/reader.js";
import type { RegistrationProblem } from "./options.js";

/** The kinds of stores, as src/bindings/auth_settings.rs numbers them. */
const Place = { memory: 0, session: 1, local: 2, adapter: 3 } as const;

/** @internal Where the package itself keeps sessions. */
export interface Places {
  memory: object;
  /** Nobody else has this memory. */
  isOwnMemory: boolean;
  /** Of `local`: what tabs tell each other about it. */
  kept: object;
  isCopied: () => unknown;
  tab: () => string;
  nameOf: (object: object) => string;
}

const METHODS = ["get", "set", "remove"];

/** Kind, what it is kept in, and the name of that. */
function readStorage(reader: Reader, places: Places): unknown[] {
  const given = reader.value("storage");
  if (typeof given === "object" && given !== null) {
    const missing = METHODS.find((name) => typeof peek(given, name) !== "function");
    if (missing) reader.problem("storage", "wrong_type", `Its method \`${missing}\` is missing.`);
    return [Place.adapter, guarded(given), places.nameOf(given)];
  }
  if (given === "session") return [Place.session, places.isCopied, places.tab()];
  if (given === "local") return [Place.local, places.kept, ""];
  if (given !== "memory" && given !== undefined) {
    const wanted = "Give `memory`, `session`, `local`, or an object with `get`, `set` and `remove`.";
    reader.problem("storage", "wrong_type", wanted);
  }
  return [Place.memory, places.memory, places.isOwnMemory ? places.nameOf(places.memory) : ""];
}

const ENDPOINTS = ["authorization", "token", "revocation", "endSession", "userInfo", "jwks"];

function refuse(problems: readonly RegistrationProblem[]): void {
  if (problems.length > 0) throw invalidInput(problems);
}

/** @internal The options of `createAuth`. @throws InvalidRequestError with all that is wrong */
export function readAuthSettings(options: unknown, places: Places): unknown[] {
  const reader = new Reader(options, "options");
  const text = (field: string) => reader.string(field);
  const [clientId, redirectUri] = [text("clientId"), text("redirectUri")];
  const scope = reader.names("scope");
  const [issuer, preset] = [text("issuer"), text("preset")];
  const endpoints = Reader.nested(reader.value("endpoints"), "endpoints");
  const params = reader.record("authorizationParams");
  const storage = readStorage(reader, places);
  const name = text("name");
  const more = [
    reader.milliseconds("timeoutMs"),
    reader.boolean("dpop"),
    reader.boolean("autoRefresh") ?? true,
    reader.boolean("dangerouslySkipIdTokenSignature"),
    sender(reader.function("fetch")),
  ];
  const addresses = ENDPOINTS.map((field) => endpoints.string(field));
  refuse([...reader.finish(), ...endpoints.finish()]);
  return [clientId, redirectUri, issuer, preset, name, ...addresses, scope, params, ...storage, ...more];
}

/** @internal The options of a sign-in. @throws InvalidRequestError with all that is wrong */
export function readSignIn(options: unknown): unknown[] {
  const reader = new Reader(options, "options");
  const appState = reader.value("appState");
  if (appState !== undefined && typeof appState !== "string") {
    reader.problem("appState", "wrong_type", "It must be something that JSON can say.");
  }
  const texts = [appState, reader.string("prompt"), reader.string("loginHint")];
  const params = reader.record("authorizationParams");
  const popup = reader.boolean("popup");
  if (popup) {
    // The page heeds them (`popup.ts`).
    reader.signal("signal");
    reader.number("popupTimeoutMs", 1, 2_147_483_647);
  }
  refuse(reader.finish());
  return [...texts, params, popup];
}

/** @internal The options of `getAccessToken`. @throws InvalidRequestError with all that is wrong */
export function readTokenOptions(options: unknown): [forceRefresh: boolean, signal: unknown] {
  const reader = new Reader(options, "options");
  const forceRefresh = reader.boolean("forceRefresh") ?? false;
  const signal = reader.signal("signal");
  refuse(reader.finish());
  return [forceRefresh, signal];
}

/** @internal The options of `signOut`. @throws InvalidRequestError with all that is wrong */
export function readSignOut(
  options: unknown,
): [returnTo: string | undefined, localOnly: boolean, deleteRegistrations: boolean] {
  const reader = new Reader(options, "options");
  const returnTo = reader.string("returnTo");
  const localOnly = reader.boolean("localOnly") ?? false;
  const deleteRegistrations = reader.boolean("deleteRegistrations") ?? false;
  refuse(reader.finish());
  return [returnTo, localOnly, deleteRegistrations];
}
