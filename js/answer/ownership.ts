// Whose answer an address holds. The page decides that before the wasm is loaded, by two things: the record of a
// sign-in in sessionStorage, and the form of the `state`. Neither replaces the check of the record, which is Rust's.
//
// Names of records and forms of states are in js/provider/names.ts. Tabs of another version read them, too.

import type { AuthOptions } from "../auth-options.js";
import { isAt } from "../flows/place.js";
import { bare, peek } from "../given/read.js";
import { fieldsOf, NONE } from "../platform/stored-json.js";
import { encoded, nameOrDefault, nameTag, SIGN_INS, tagOf } from "../provider/names.js";
import { parameterOf } from "./address.js";
import { isHandled } from "./handled.js";

/** As in `src/oauth/endpoints.rs`. */
const WGTWO_ISSUER = "https://id.wgtwo.com/";

/** How long a sign-in may take, as in js/flows/sign-in-record.ts. */
const LIFE_MS = 600_000;

/** @internal The kinds of answers that a session gets. */
export interface AnswerKind {
  name: "sign-in" | "consent";
  /**
   * Whether an address holds an answer of this kind for the session with these options: one to be handled, or one that was
   * handled before. Never throws.
   */
  find(address: string, options: AuthOptions): "new" | "handled" | undefined;
  /** The parameters that the provider adds. */
  parameters: readonly string[];
}

/** @internal The issuer in its options' words, as a part of names; an authorization endpoint stands for a missing one. */
export function issuerPart(options: AuthOptions): string {
  const issuer = peek(options, "preset") === "wgtwo" ? WGTWO_ISSUER : peek(options, "issuer");
  return encoded(String(issuer ?? peek(peek(options, "endpoints"), "authorization")));
}

/** @internal The part that is in the names of all records of a session. */
export function namespaceOf(options: AuthOptions): string {
  // Options that were left out are checked later.
  const { clientId, name } = options ?? bare({} as AuthOptions);
  return [issuerPart(options), encoded(clientId), encoded(nameOrDefault(name))].join("/");
}

// What 0.1.0 wrote: 32 random bytes as base64url. Their last character stands for four bits, so that 16 of the 64
// can be there. Behind them a mark and the name, if there is one of them.
const FIRST_FORM = /^[\w-]{42}[AEIMQUYcgkosw048](?:\.(?:[pc]\.[\w-]*|\.[\w-]+))?$/;

/** Behind the random part: `p` or `f` for a popup window, `c` for a revocation of consent, else nothing. */
const markOf = (state: string) => state.split(".")[1] ?? "";

/** Whether a state has the form that this session gives it, in this version or the first. */
function isOurForm(state: string, options: AuthOptions): boolean {
  if (state.startsWith(`sipbreakout1-${tagOf(namespaceOf(options))}-`)) return true;
  return FIRST_FORM.test(state) && (state.split(".")[2] ?? "") === nameTag(options.name);
}

function stored(key: string): string | null {
  try {
    return globalThis.sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Whether of all sign-ins of this tab exactly one waits at this redirect URI, and is this session's. */
function isOnlyPending(options: AuthOptions): boolean {
  const waiting = Object.keys(globalThis.sessionStorage).filter((key) => {
    if (!key.startsWith(SIGN_INS)) return false;
    const { step, redirect_uri, created_wall_ms } = fieldsOf(stored(key) ?? "") ?? NONE;
    const isRecent = Math.abs(Date.now() - Number(created_wall_ms)) <= LIFE_MS;
    return step === "sent" && isRecent && redirect_uri === options.redirectUri;
  });
  return waiting.length === 1 && waiting[0]?.startsWith(`${SIGN_INS}${namespaceOf(options)}/`) === true;
}

/** @internal A sign-in's, at the redirect URI. Several sessions of a page may have one. */
export const signInAnswer: AnswerKind = {
  name: "sign-in",
  // RFC 6749 4.1.2, RFC 9207, OpenID Connect Session Management. `response` (JARM) is nothing that was asked for: an
  // answer that has it is refused, and may hold a code in it.
  parameters: [
    "code",
    "state",
    "iss",
    "scope",
    "session_state",
    "error",
    "error_description",
    "error_uri",
    "response",
  ],
  find(given, options) {
    try {
      const [address, home] = [new URL(given), new URL(options.redirectUri)];
      const has = (name: string) => parameterOf(address, name) !== "";
      const state = parameterOf(address, "state");
      if (state === "")
        return has("error") && !has("code") && isAt(home, address) && isOnlyPending(options)
          ? "new"
          : undefined;
      if (
        address.origin + address.pathname !== home.origin + home.pathname ||
        !["code", "error", "response"].some(has)
      )
        return undefined;
      const namespace = namespaceOf(options);
      if (stored(`${SIGN_INS}${namespace}/${encoded(state)}`) !== null) return "new";
      if (isHandled(namespace, state)) return "handled";
      return markOf(state) !== "c" && isOurForm(state, options) ? "new" : undefined;
    } catch {
      return undefined;
    }
  },
};

/** @internal A revocation's. Where it comes back to is the application's affair, and so is what else is in the address. */
export const consentAnswer: AnswerKind = {
  name: "consent",
  parameters: ["state", "error", "error_description", "error_uri"],
  find(given, options) {
    try {
      const state = parameterOf(given, "state");
      // Most pages have none, and the first look at a storage takes a page a millisecond.
      if (markOf(state) !== "c") return undefined;
      const namespace = namespaceOf(options);
      const { state: begun } = fieldsOf(stored(`sipbreakout/consent/${namespace}`) ?? "") ?? NONE;
      if (begun === state) return "new";
      if (isHandled(namespace, state)) return "handled";
      return isOurForm(state, options) ? "new" : undefined;
    } catch {
      return undefined;
    }
  },
};

/** @internal Whether an answer is to be passed on by the popup window that it came to. */
export const isForPopup = (answer: string): boolean =>
  ["p", "f"].includes(markOf(parameterOf(answer, "state")));

/** @internal Whether the page that opened the window is in a frame. */
export const isForFrame = (answer: string): boolean => markOf(parameterOf(answer, "state")) === "f";
