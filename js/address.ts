// The page's address: reading the provider's answer from it, and leaving it.
import { toSdkError } from "./errors.js";
import type { AuthOptions } from "./options.js";

// What providers add to the redirect URI (RFC 6749 4.1.2, RFC 9207, OpenID Connect Session Management).
const ANSWER = ["code", "state", "iss", "scope", "session_state", "error", "error_description", "error_uri"];

/** @internal An address as text; the page's without one. */
export function addressOf(url?: string | URL): string {
  return String(url ?? globalThis.location?.href ?? "");
}

/** @internal Whether an address is the redirect URI with a code or an error and a state. Never throws. */
export function isAnswer(address: string, options: AuthOptions): boolean {
  try {
    const { origin, pathname, searchParams: query } = new URL(address);
    const home = new URL(options.redirectUri);
    return (
      origin + pathname === home.origin + home.pathname &&
      query.has("state") &&
      (query.has("code") || query.has("error"))
    );
  } catch {
    return false;
  }
}

// Where the history entry remembers whose answer was taken out of it. A reload keeps that, so that the page can say
// that the sign-in was interrupted. The state alone is of no use to anybody.
const TAKEN = "sipbreakout.state";

/** @internal The answer that this history entry had when it was reloaded, as an address; undefined if there was none. */
export function interrupted({ redirectUri }: AuthOptions): string | undefined {
  try {
    const { origin, pathname } = new URL(redirectUri);
    const state = globalThis.history.state?.[TAKEN] as unknown;
    const answer = `${origin}${pathname}?error=sign_in_interrupted&state=${encodeURIComponent(String(state))}`;
    return state && globalThis.location.href.startsWith(origin + pathname) ? answer : undefined;
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
    for (const name of ANSWER) address.searchParams.delete(name);
    const kept = globalThis.history.state as unknown;
    // An application's state that is no object is left as it is.
    const next = typeof kept === "object" ? { ...kept, [TAKEN]: state } : kept;
    globalThis.history.replaceState(next, "", address);
    return true;
  } catch {
    // No address bar, or one that may not be changed: the answer is handled all the same.
    return false;
  }
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
  return toSdkError({
    family: "auth",
    code: "invalid_config",
    kind: "config",
    retryable: false,
    message,
    cause,
  });
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
