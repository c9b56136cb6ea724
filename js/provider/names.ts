// The names that a session goes by, made of its namespace: issuer, client and name. Tabs of other versions know them too.

/** @internal What the names of all sign-ins under way begin with. */
export const SIGN_INS = "sipbreakout/sign-in/";

/** @internal As a form writes it. */
export const encoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);

/** Issuer and client, without the session's name. */
const placeOf = (namespace: string) => namespace.slice(0, Math.max(namespace.lastIndexOf("/"), 0));

/** @internal Whose registrations those of `sub` are: the session's name and where it is kept have no part in it. */
export const ownerName = (namespace: string, sub: string): string => `${placeOf(namespace)}/${encoded(sub)}`;

/**
 * @internal Whose registrations the session called `id` has, as long as the person is not known. No person's name looks like
 * it: a colon is written otherwise there.
 */
export const sessionOwnerName = (namespace: string, id: string): string =>
  `${placeOf(namespace)}/session:${id}`;

/** @internal The key pair that the tokens of the session called `id` are bound to. */
export const keyName = (namespace: string, id: string): string => `sipbreakout/key/${namespace}/${id}`;

/** @internal FNV-1a with 32 bits. It tells the sessions of a page apart, no more: the record is what counts. */
export function tagOf(namespace: string): string {
  let hash = 0x811c9dc5;
  for (const character of namespace) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** @internal The session's name, as all its records have it. Null is as good as missing. */
export const nameOrDefault = (name: string | null | undefined): string => name ?? "default";

/** @internal The session's name in a state: empty for the default. */
export function nameTag(given: string | null | undefined): string {
  const name = nameOrDefault(given);
  return name === "default" ? "" : base64Url(new TextEncoder().encode(name));
}

/** @internal */
export type StateMark = "" | "p" | "f" | "c";

/**
 * @internal The `state` of a sign-in, with what the page must know of an answer before the wasm is loaded: that it is this
 * package's and this session's, and whether it is for a popup to pass on (`p`; to a page in a frame `f`) or ends a consent
 * (`c`). Tabs of 0.1.0 look for mark and name behind the dots.
 */
export function stateOf(
  namespace: string,
  name: string | undefined,
  random: string,
  mark: StateMark,
): string {
  const tag = nameTag(name);
  const state = `sipbreakout1-${tagOf(namespace)}-${random}`;
  return mark === "" && tag === "" ? state : `${state}.${mark}.${tag}`;
}

/** @internal Base64 for URLs, without padding (RFC 4648, section 5). */
export function base64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
