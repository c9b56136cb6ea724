// The page's address: reading the provider's answer from it, and leaving it.

// What providers add to the redirect URI (RFC 6749 4.1.2, RFC 9207, OpenID Connect Session Management).
const ANSWER = ["code", "state", "iss", "scope", "session_state", "error", "error_description", "error_uri"];

function parse(url?: string | URL): URL | undefined {
  try {
    return new URL(url ?? globalThis.location.href);
  } catch {
    return undefined;
  }
}

/** @internal Whether an address carries a code or an error together with a state. */
export function isAnswer(url?: string | URL): boolean {
  const query = parse(url)?.searchParams;
  return query !== undefined && query.has("state") && (query.has("code") || query.has("error"));
}

/** @internal Takes an answer out of the address bar, if that is where it is. Returns the address with it. */
export function clean(url?: string | URL): string {
  const address = parse(url);
  if (!address) return String(url ?? "");
  const { href } = address;
  if (isAnswer(address) && globalThis.location?.href === href && globalThis.history) {
    for (const name of ANSWER) address.searchParams.delete(name);
    globalThis.history.replaceState(globalThis.history.state, "", address);
  }
  return href;
}

/** @internal Which sign-in an address answers; empty if none. */
export function stateOf(url: string): string {
  return parse(url)?.searchParams.get("state") ?? "";
}

/** @internal */
export function navigate(url: URL): void {
  globalThis.location.assign(url.href);
}

/** @internal By POST, because the log-out hint is an ID token and must not stand in a URL. */
export function postForm(form: { url: string; fields: [string, string][] }): void {
  const element = document.createElement("form");
  element.method = "post";
  element.action = form.url;
  element.hidden = true;
  for (const [name, value] of form.fields) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    element.append(input);
  }
  document.body.append(element);
  element.submit();
}
