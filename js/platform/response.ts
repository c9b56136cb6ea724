// A reply of `fetch`. A page may have wrapped or mocked that, and a reply may be another realm's (a frame's, a test runner's),
// so it is taken for what its properties say.
import { bytesOf } from "../given/bytes.js";
import { peek, read } from "../given/read.js";

/** @internal The head of a reply. */
export class Head {
  readonly status: number;
  readonly isOpaqueRedirect: boolean;
  readonly contentType: string;
  readonly #headers: Headers;
  #flat: string[] | undefined;

  constructor(status: number, isOpaqueRedirect: boolean, headers: Headers) {
    this.status = status;
    this.isOpaqueRedirect = isOpaqueRedirect;
    this.#headers = headers;
    this.contentType = this.#find("content-type") ?? "";
  }

  /** A header by its name in lower case. */
  get(name: string): string | undefined {
    return quietly(() => this.#find(name));
  }

  /** All headers that the browser lets be read: each name with its value behind it. */
  flat(): string[] {
    return quietly(() => this.#all()) ?? [];
  }

  #find(name: string): string | undefined {
    const headers = this.#headers;
    // A page of jsdom has no Headers, but may have been given a fetch.
    if (typeof Headers === "function" && headers instanceof Headers) return textOf(headers.get(name));
    const all = this.#all();
    const at = all.findIndex((text, index) => index % 2 === 0 && text === name);
    return at < 0 ? undefined : all[at + 1];
  }

  #all(): string[] {
    this.#flat ??= flatten(this.#headers);
    return this.#flat;
  }
}

/** @internal Undefined for what is no Response. */
export function headOf(response: unknown): Head | undefined {
  const status = peek(response, "status");
  const headers = peek(response, "headers");
  if (!isStatus(status) || typeof peek(headers, "entries") !== "function") return undefined;
  return quietly(() => new Head(status, peek(response, "type") === "opaqueredirect", headers as Headers));
}

const isStatus = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1000;

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** Undefined if it throws: what is read after the head was judged must not end the call. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function flatten(headers: Headers): string[] {
  const flat: string[] = [];
  // Of what a page's fetch made up, an entry may be anything.
  for (const entry of headers.entries()) {
    const [name, value] = [textOf(peek(entry, 0)), textOf(peek(entry, 1))];
    if (name !== undefined && value !== undefined) flat.push(name.toLowerCase(), value);
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

/** After so many empty chunks the page's timers, the deadline's among them, have their turn. */
const EMPTY_CHUNKS = 100;

/** @internal A body. */
export class Chunks {
  readonly #read: () => unknown;
  readonly #end: () => unknown;
  #isOver = false;

  /** `read` resolves to `{ done, value }`. */
  constructor(read: () => unknown, end: () => unknown) {
    this.#read = read;
    this.#end = end;
  }

  /** The next chunk that is not empty, or undefined at the end. @throws BodyFailure */
  readonly next = async (): Promise<Uint8Array | undefined> => {
    for (let empty = 1; !this.#isOver; empty += 1) {
      let result: unknown;
      try {
        result = await this.#read();
      } catch (cause) {
        throw new BodyFailure("BodyBroken", cause);
      }
      if (peek(result, "done")) return undefined;
      const bytes = bytesOf(peek(result, "value"));
      if (!bytes) throw new BodyFailure("NoBytes");
      if (bytes.length > 0) return bytes;
      if (empty % EMPTY_CHUNKS === 0) await new Promise<void>((resolve) => void setTimeout(resolve));
    }
    return undefined;
  };

  /** Afterwards `next` gives undefined; whether the body lets itself be ended is its own affair. */
  cancel(): void {
    this.#isOver = true;
    new Promise((resolve) => resolve(this.#end())).catch(() => {});
  }
}

/** @internal How the body of `response` is read. @throws BodyFailure */
export function chunksOf(response: unknown): Chunks {
  if (peek(response, "bodyUsed")) throw new BodyFailure("BodyUnusable");
  const body = opened(() => read(response, "body"));
  if (typeof peek(body, "getReader") === "function") {
    const reader = opened(() => (body as ReadableStream<unknown>).getReader());
    return new Chunks(
      () => reader.read(),
      () => reader.cancel(),
    );
  }
  // What `fetch` of a test or a polyfill returns may have another kind of stream, or none.
  if (typeof peek(body, Symbol.asyncIterator) === "function") {
    const chunks = opened(() => (body as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    return new Chunks(
      () => chunks.next(),
      () => chunks.return?.(),
    );
  }
  const hasBuffer = typeof peek(response, "arrayBuffer") === "function";
  if (!hasBuffer && body !== undefined && body !== null) throw new BodyFailure("NoBytes");
  // Without a stream all of it has to come before anything can be read.
  let done = !hasBuffer;
  return new Chunks(
    async () => {
      if (done) return { done };
      done = true;
      return { value: await (response as Response).arrayBuffer() };
    },
    () => {},
  );
}

function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new BodyFailure("BodyUnusable", cause);
  }
}
