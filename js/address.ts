// The page's address: reading the provider's answer from it, and leaving it.
import { authError } from "./errors.js";
import type { AuthOptions } from "./options.js";

// What providers add to the redirect URI (RFC 6749 4.1.2, RFC 9207, OpenID Connect Session Management).
const ANSWER = ["code", "state", "iss", "scope", "session_state", "error", "error_description", "error_uri"];

/** @internal An address as text; the page's without one. */
export function addressOf(url?: string | URL): string {
  return String(url ?? globalThis.location?.href ?? "");
}

/** What stands behind the random part of a state: a mark, and the name of the session (`src/auth/config.rs` writes it). */
function tagOf(state: string | null): { mark: string; name: string } {
  const [, mark = "", name = ""] = state?.split(".") ?? [];
  return { mark, name };
}

/** The mark of a revocation of consent. */
const CONSENT = "c";

function nameTag({ name = "default" }: AuthOptions): string {
  if (name === "default") return "";
  const text = String.fromCharCode(...new TextEncoder().encode(name));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @internal Whether an address is the redirect URI with a code or an error, and a state of this session: several in a
 * page may have one redirect URI. Never throws.
 */
export function isAnswer(address: string, options: AuthOptions): boolean {
  try {
    const { origin, pathname, searchParams: query } = new URL(address);
    const home = new URL(options.redirectUri);
    const { mark, name } = tagOf(query.get("state"));
    return (
      origin + pathname === home.origin + home.pathname &&
      query.has("state") &&
      (query.has("code") || query.has("error")) &&
      mark !== CONSENT &&
      name === nameTag(options)
    );
  } catch {
    return false;
  }
}

/** @internal Whether an answer is to be passed on by the popup window that it came to. */
export function isForPopup(answer: string): boolean {
  return tagOf(new URL(answer).searchParams.get("state")).mark === "p";
}

/** @internal Whether an address is the answer to a revocation of consent by this session. Never throws. */
export function isConsentAnswer(address: string, options: AuthOptions): boolean {
  try {
    const { mark, name } = tagOf(new URL(address).searchParams.get("state"));
    return mark === CONSENT && name === nameTag(options);
  } catch {
    return false;
  }
}

// Where the history entry remembers whose answer was taken out of it. A reload keeps that, so that the page can say
// that the sign-in was interrupted, or go on with a revocation of consent. The state alone is of no use to anybody.
const TAKEN = "sipbreakout.state";

/**
 * @internal The answer that this history entry had when it was reloaded, as an address, if it is one of the kind that
 * `isOurs` knows; undefined if there was none.
 */
export function interrupted(
  options: AuthOptions,
  isOurs: (address: string, options: AuthOptions) => boolean,
): string | undefined {
  try {
    const [state, refusal] = (globalThis.history.state[TAKEN] as string).split(" ") as [string, string?];
    const isConsent = tagOf(state).mark === CONSENT;
    const here = addressOf();
    const { origin, pathname } = new URL(isConsent ? here : options.redirectUri);
    const error = isConsent ? refusal : "sign_in_interrupted";
    const answer = `${origin}${pathname}?${new URLSearchParams({ state, ...(error && { error }) })}`;
    return here.startsWith(origin + pathname) && isOurs(answer, options) ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** @internal The answer is handled: the history entry forgets it. */
export function forget(): void {
  const { [TAKEN]: taken, ...state } = globalThis.history?.state ?? {};
  if (taken) globalThis.history.replaceState(state, "");
}

/** @internal Takes an answer out of the address bar. False if the address bar does not have it. */
export function takeOut(answer: string): boolean {
  const stateOf = (url: URL) => url.searchParams.get("state");
  try {
    const address = new URL(addressOf());
    const state = stateOf(address);
    if (state !== stateOf(new URL(answer))) return false;
    const refusal = tagOf(state).mark === CONSENT && address.searchParams.get("error");
    const taken = refusal ? `${state} ${refusal}` : state;
    for (const name of ANSWER) address.searchParams.delete(name);
    const kept = globalThis.history.state as unknown;
    // An application's state that is no object is left as it is.
    const next = typeof kept === "object" ? { ...kept, [TAKEN]: taken } : kept;
    globalThis.history.replaceState(next, "", address);
    return true;
  } catch {
    // No address bar, or one that may not be changed: the answer is handled all the same.
    return false;
  }
}

/**
 * @internal An address to leave the page for, that others gave: one that begins with `javascript:` would run in it. What
 * is secure enough is the same in `src/seams/urls.rs`.
 */
export function safeAddress(given: string | URL): string {
  try {
    const { protocol, hostname, href } = new URL(given, addressOf());
    const isLoopback = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
    if (protocol === "https:" || (protocol === "http:" && isLoopback)) return href;
  } catch {}
  const message = "The address to go to must be https (http is accepted for loopback hosts only).";
  throw authError("invalid_config", "config", message);
}

/** @internal Leaves the page. What goes wrong with that is the page's affair: a sandboxed frame, a policy. */
export function leave(how: () => void): void {
  try {
    how();
  } catch (cause) {
    throw cannotLeave("The browser could not leave the page.", cause);
  }
}

/** @internal */
export function cannotLeave(message: string, cause?: unknown): Error {
  return authError("invalid_config", "config", message, cause);
}

/** @internal By POST, because the log-out hint is an ID token and must not stand in a URL. */
export function postForm({ url, fields }: { url: string; fields: [string, string][] }): void {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: url, hidden: true });
  for (const [name, value] of fields) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.documentElement.append(form);
  form.submit();
}
