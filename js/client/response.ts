// A reply of `fetch`. A page may have wrapped or mocked that, and a reply may be another realm's (a frame's, a test runner's),
// so it is taken for what its properties say.
import { bytesOf } from "../given/bytes.js";
import { peek, read } from "../given/read.js";

/** @internal The head of a reply. */
export interface Head {
  status: number;
  isOpaqueRedirect: boolean;
  contentType: string;
  /** A header by its name in lower case. */
  get(name: string): string | undefined;
  /** All headers that the browser lets be read: each name with its value behind it. */
  flat(): string[];
}

/** @internal Undefined for what is no Response. */
export function headOf(response: unknown): Head | undefined {
  const status = peek(response, "status");
  const headers = peek(response, "headers") as Headers | undefined;
  if (typeof status !== "number" || typeof peek(headers, "entries") !== "function") return undefined;
  let flat: string[] | undefined;
  const all = () => (flat ??= flatten(headers as Headers));
  const get = (name: string) => {
    // A page of jsdom has no Headers, but may have been given a fetch.
    if (typeof Headers === "function" && headers instanceof Headers) return headers.get(name) ?? undefined;
    const at = all().findIndex((text, index) => index % 2 === 0 && text === name);
    return at < 0 ? undefined : all()[at + 1];
  };
  try {
    const isOpaqueRedirect = peek(response, "type") === "opaqueredirect";
    return { status, isOpaqueRedirect, contentType: get("content-type") ?? "", get, flat: all };
  } catch {
    return undefined;
  }
}

function flatten(headers: Headers): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers.entries()) {
    if (typeof name === "string" && typeof value === "string") flat.push(name.toLowerCase(), value);
  }
  return flat;
}

/** @internal Why a body can't be read. */
export class BodyFailure {
  readonly which: "BodyBroken" | "BodyUnusable" | "NoBytes";
  readonly cause: unknown;

  constructor(which: BodyFailure["which"], cause?: unknown) {
    this.which = which;
    this.cause = cause;
  }
}

/** @internal Gives the next chunk, or undefined at the end; throws a BodyFailure. */
export type NextChunk = () => Promise<Uint8Array | undefined>;

/** @internal How the body of `response` is read. @throws BodyFailure */
export function chunksOf(response: unknown): NextChunk {
  if (peek(response, "bodyUsed")) throw new BodyFailure("BodyUnusable");
  const body = opened(() => read(response, "body"));
  if (typeof peek(body, "getReader") === "function") {
    const reader = opened(() => (body as ReadableStream<unknown>).getReader());
    return one(() => reader.read());
  }
  // What `fetch` of a test or a polyfill returns may have another kind of stream, or none.
  if (typeof peek(body, Symbol.asyncIterator) === "function") {
    const chunks = opened(() => (body as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    return one(() => chunks.next());
  }
  if (typeof peek(response, "arrayBuffer") === "function") return whole(response as Response);
  if (body === undefined || body === null) return async () => undefined;
  throw new BodyFailure("NoBytes");
}

function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new BodyFailure("BodyUnusable", cause);
  }
}

async function awaited(reading: () => unknown): Promise<unknown> {
  try {
    return await reading();
  } catch (cause) {
    throw new BodyFailure("BodyBroken", cause);
  }
}

function chunk(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  if (!bytes) throw new BodyFailure("NoBytes");
  return bytes;
}

/** One chunk after the other, of what gives `{ done, value }`. Empty ones are left out. */
function one(next: () => unknown): NextChunk {
  return async () => {
    for (;;) {
      const result = await awaited(next);
      if (peek(result, "done")) return undefined;
      const bytes = chunk(peek(result, "value"));
      if (bytes.length > 0) return bytes;
    }
  };
}

/** Without a stream all of it has to come before anything can be read. */
function whole(response: Response): NextChunk {
  let isRead = false;
  return async () => {
    if (isRead) return undefined;
    isRead = true;
    return chunk(await awaited(() => response.arrayBuffer()));
  };
}
