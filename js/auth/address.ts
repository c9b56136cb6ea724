// The page's address: reading the provider's answer from it, and leaving it.
import { authError } from "../errors.js";
import { isLoopback } from "../loopback.js";

/** @internal An address as text; the page's without one. */
export function addressOf(url?: string | URL): string {
  try {
    return String(url ?? globalThis.location?.href ?? "");
  } catch {
    // What can't be read as a text is no address.
    return "";
  }
}

/** @internal Whether the address bar has this answer, with whatever else is in it. */
export function isInAddressBar(answer: string): boolean {
  try {
    const [here, there] = [new URL(addressOf()), new URL(answer)];
    return (
      here.origin + here.pathname === there.origin + there.pathname &&
      ["state", "code", "error"].every(
        (name) => String(here.searchParams.getAll(name)) === String(there.searchParams.getAll(name)),
      )
    );
  } catch {
    return false;
  }
}

/**
 * @internal Takes an answer out of the address bar: the parameters of these names, but for those that `home`, where the
 * answer came to, has itself. All else stays as it is, to the letter, and so does the state of the history entry.
 */
export function takeOut(names: readonly string[], home?: string): void {
  try {
    const address = new URL(addressOf());
    const own = home === undefined ? [] : pairsOf(new URL(home).search);
    const kept = pairsOf(address.search).filter(({ name, value }) => {
      if (name === undefined || !names.includes(name)) return true;
      const index = own.findIndex((pair) => pair.name === name && pair.value === value);
      return index >= 0 && own.splice(index, 1).length > 0;
    });
    address.search = kept.map(({ text }) => text).join("&");
    globalThis.history.replaceState(globalThis.history.state, "", address.href);
  } catch {
    // No address bar, or one that may not be changed: the answer is handled all the same.
  }
}

/** The parameters of a query, each with the text that it is written in. */
function pairsOf(query: string): { text: string; name: string | undefined; value: string | undefined }[] {
  const texts = query.replace(/^\?/, "").split("&");
  return texts.map((text) => {
    // Behind an ampersand a question mark is a part of the name.
    const [[name, value] = []] = new URLSearchParams(`&${text}`);
    return { text, name, value };
  });
}

/** @internal An address to leave the page for, that others gave: one that begins with `javascript:` would run in it. */
export function safeAddress(given: string | URL): string {
  try {
    const { protocol, hostname, href } = new URL(given, addressOf());
    if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return href;
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
