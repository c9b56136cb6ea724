// The page's address: reading the provider's answer from it, and leaving it.
import { authError } from "../errors.js";
import { isRecord, peek } from "../given/read.js";
import { isSafe } from "../loopback.js";

/** @internal An address as text; the page's without one. */
export function addressOf(url?: string | URL): string {
  try {
    return String(url ?? globalThis.location?.href ?? "");
  } catch {
    // What can't be read as a text is no address.
    return "";
  }
}

/** @internal A parameter of an address: without a value it is as good as left out (RFC 6749, section 3.1), and empty. */
export const parameterOf = (address: string | URL, name: string): string =>
  new URL(address).searchParams.getAll(name).find(Boolean) ?? "";

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
 * answer came to, has itself. All else stays as it is, to the letter.
 */
export function takeOut(names: readonly string[], home?: string): void {
  try {
    const own = home === undefined ? [] : pairsOf(new URL(home).search);
    rewriteQuery(({ name, value }) => {
      if (name === undefined || !names.includes(name)) return true;
      const index = own.findIndex((pair) => pair.name === name && pair.value === value);
      return index >= 0 && own.splice(index, 1).length > 0;
    });
  } catch {
    // No address bar, or one that may not be changed: the answer is handled all the same.
  }
}

/** @internal Leaves the pairs in the address that `isKept` says. Throws where there is no address bar. */
export function rewriteQuery(isKept: (pair: Pair) => boolean): void {
  const address = new URL(addressOf());
  const before = address.search;
  const kept = pairsOf(before).filter(isKept);
  address.search = kept.map(({ text }) => text).join("&");
  const { state } = globalThis.history;
  replaceAddress(before === address.search ? state : rewritten(state, before, address.search), address.href);
}

/** How Next's router marks the states of its entries. */
const NEXT = "__NA";

/**
 * A router that remembers the address must hear of the new one. Next's takes a state with its mark for a call of its own and
 * does not listen; without it, it adds the mark.
 */
function replaceAddress(state: unknown, href: string): void {
  const { history } = globalThis;
  const isNext = peek(state, NEXT) === true;
  history.replaceState(isNext ? { ...(state as object), [NEXT]: undefined } : state, "", href);
  if (isNext && peek(history.state, NEXT) !== true) history.replaceState(state, "", href);
}

/**
 * The state of the history entry is the router's and stays as it is, but for the query that left the address: vue-router has
 * that there, and writes it back into the address when it goes on.
 */
function rewritten(state: unknown, before: string, after: string): unknown {
  if (!isRecord(state) || ![Object.prototype, null].includes(Object.getPrototypeOf(state))) return state;
  const clean = (value: unknown) =>
    typeof value === "string" ? value.replaceAll(before, () => after) : value;
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, clean(value)]));
}

/** @internal Next's router hears of the address again: it may not have listened yet when the answer left it. */
export function remindRouter(): void {
  try {
    const { state } = globalThis.history;
    if (peek(state, NEXT) === true) replaceAddress(state, addressOf());
  } catch {}
}

interface Pair {
  /** As it is written. */
  text: string;
  name: string | undefined;
  value: string | undefined;
}

/** The parameters of a query. */
function pairsOf(query: string): Pair[] {
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
    const address = new URL(given, addressOf());
    if (isSafe(address)) return address.href;
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
