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

/** @internal Takes an answer out of the address bar. False if the address bar does not have it. */
export function takeOut(answer: string): boolean {
  const stateOf = (url: URL) => url.searchParams.get("state");
  try {
    const address = new URL(addressOf());
    if (stateOf(address) !== stateOf(new URL(answer))) return false;
    for (const name of ANSWER) address.searchParams.delete(name);
    globalThis.history.replaceState(globalThis.history.state, "", address);
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
