// What was thrown, as the cause of an error. It is somebody else's and stays as it is, unless it repeats a secret that it
// was given: an error of `fetch` may quote headers, one of the application's function a token.
import { bytesOf } from "../given/bytes.js";
import { bare, peek } from "../given/read.js";

/** @internal The secrets that must not be shown. Rust knows the encodings in which they may be repeated. */
export interface Secrets {
  /** Whether a secret, or a piece of one, is in `text`. What is so short that it may be an ordinary word does not count. */
  isSecret(text: string): boolean;
  /** `text` without those secrets. */
  cut(text: string): string;
}

/** How many objects, and characters, of a thrown thing are looked at. One that has more is not shown. */
const OBJECTS = 400;
const CHARACTERS = 1_000_000;

/** What errors and requests have, though not always as properties of their own. */
const NAMES = ["name", "message", "stack", "cause", "errors", "reason", "headers", "url", "href", "body"];

/** Part of no secret, of no escape and of no base64: what stands on either side is not taken for one text. */
const BETWEEN = "\0";

/** @internal `thrown` as a cause. A reply, or a part of one, is none. */
export function causeOf(thrown: unknown, secrets: Secrets): unknown {
  if (bytesOf(thrown) || isReply(thrown)) return undefined;
  const text = textIn(thrown);
  if (text !== undefined && !secrets.isSecret(text) && !isPromising(thrown)) return thrown;
  const cut = (value: unknown) =>
    typeof value === "string" && value.length <= CHARACTERS ? secrets.cut(value) : "";
  if (typeof thrown === "string") return cut(thrown);
  const error = new Error(cut(peek(thrown, "message")));
  const name = cut(peek(thrown, "name"));
  // Assigning fails where a page has frozen Error.prototype.
  if (name) Object.defineProperty(error, "name", bare({ value: name }));
  return error;
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** A promise that resolved to it would ask it: it could answer anything, or never. */
function isPromising(value: unknown): boolean {
  try {
    return isObject(value) && typeof (value as { then?: unknown }).then === "function";
  } catch {
    return true;
  }
}

/** A `Response` of any realm. */
function isReply(value: unknown): boolean {
  const parts = ["headers", "arrayBuffer"].map((name) => peek(value, name));
  return typeof peek(value, "status") === "number" && parts.every(isObject);
}

/** All texts in `thrown`, and in what it has; undefined when it has too much to tell. */
function textIn(thrown: unknown): string | undefined {
  const texts: string[] = [];
  let length = 0;
  // They may have each other. What is added while they are looked at is looked at, too.
  const objects = new Set<object>();
  const hasTooMuch = () => objects.size > OBJECTS || length > CHARACTERS;
  const note = (value: unknown) => {
    const text = typeof value === "symbol" ? value.description : value;
    if (typeof text === "string") {
      texts.push(text);
      length += text.length;
    } else if (isObject(value)) objects.add(value);
  };
  note(thrown);
  for (const object of objects) {
    const bytes = bytesOf(object);
    length += bytes?.length ?? 0;
    if (hasTooMuch()) return undefined;
    if (bytes) {
      const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      note(text);
      // In base64 a secret that is no text is found as well.
      note(btoa(text));
      continue;
    }
    for (const name of new Set([...ownNames(object), ...NAMES])) {
      note(name);
      note(peek(object, name));
    }
    for (const entry of entriesOf(object)) {
      note(entry);
      if (hasTooMuch()) break;
    }
  }
  return hasTooMuch() ? undefined : texts.join(BETWEEN);
}

function ownNames(object: object): PropertyKey[] {
  try {
    return Reflect.ownKeys(object);
  } catch {
    return [];
  }
}

/** What `Headers`, a `Map`, or a `URLSearchParams` holds. An array has its items as properties. */
function* entriesOf(object: object): Iterable<unknown> {
  try {
    if (Array.isArray(object) || typeof peek(object, "forEach") !== "function") return;
    yield* (object as Map<unknown, unknown>).entries();
  } catch {
    // What it gave until then is looked at.
  }
}
