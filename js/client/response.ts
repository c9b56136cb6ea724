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
  if (!isStatus(status) || typeof peek(headers, "entries") !== "function") return undefined;
  let read: string[] | undefined;
  const all = () => (read ??= flatten(headers as Headers));
  const flat = () => quietly(all) ?? [];
  const get = (name: string) => {
    // A page of jsdom has no Headers, but may have been given a fetch.
    if (typeof Headers === "function" && headers instanceof Headers) return textOf(headers.get(name));
    const at = all().findIndex((text, index) => index % 2 === 0 && text === name);
    return at < 0 ? undefined : all()[at + 1];
  };
  try {
    const isOpaqueRedirect = peek(response, "type") === "opaqueredirect";
    const contentType = get("content-type") ?? "";
    return { status, isOpaqueRedirect, contentType, get: (name) => quietly(() => get(name)), flat };
  } catch {
    return undefined;
  }
}

const isStatus = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1000;

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** What is read after the head was judged must not end the call: undefined if it throws. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
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

/** @internal A body. Afterwards `cancel` makes `next` give undefined, where the body lets itself be ended. */
export interface Chunks {
  readonly next: NextChunk;
  cancel(): void;
}

/** @internal How the body of `response` is read. @throws BodyFailure */
export function chunksOf(response: unknown): Chunks {
  if (peek(response, "bodyUsed")) throw new BodyFailure("BodyUnusable");
  const body = opened(() => read(response, "body"));
  if (typeof peek(body, "getReader") === "function") {
    const reader = opened(() => (body as ReadableStream<unknown>).getReader());
    const cancel = ending(() => reader.cancel());
    return { next: one(() => reader.read()), cancel };
  }
  // What `fetch` of a test or a polyfill returns may have another kind of stream, or none.
  if (typeof peek(body, Symbol.asyncIterator) === "function") {
    const chunks = opened(() => (body as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    const cancel = ending(() => chunks.return?.());
    return { next: one(() => chunks.next()), cancel };
  }
  if (typeof peek(response, "arrayBuffer") === "function") {
    return { next: whole(response as Response), cancel() {} };
  }
  if (body === undefined || body === null) return { next: async () => undefined, cancel() {} };
  throw new BodyFailure("NoBytes");
}

function opened<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new BodyFailure("BodyUnusable", cause);
  }
}

/** Whether the body likes to be ended is its own affair. */
const ending = (end: () => unknown) => () => {
  new Promise((resolve) => resolve(end())).catch(() => {});
};

/** What `find` finds in what `reading` resolves to. A promise that resolves to the thing itself would read its `then` again. */
async function awaited<T>(reading: () => unknown, find: (result: unknown) => T): Promise<T> {
  let result: unknown;
  try {
    result = await reading();
  } catch (cause) {
    throw new BodyFailure("BodyBroken", cause);
  }
  return find(result);
}

function chunk(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  if (!bytes) throw new BodyFailure("NoBytes");
  return bytes;
}

const inResult = (result: unknown) => (peek(result, "done") ? undefined : chunk(peek(result, "value")));

/** After so many empty chunks the page's timers, the deadline's among them, have their turn. */
const EMPTY_CHUNKS = 100;

/** One chunk after the other, of what gives `{ done, value }`. Empty ones are left out. */
function one(next: () => unknown): NextChunk {
  return async () => {
    for (let empty = 1; ; empty += 1) {
      const bytes = await awaited(next, inResult);
      if (bytes?.length !== 0) return bytes;
      if (empty % EMPTY_CHUNKS === 0) await new Promise<void>((resolve) => void setTimeout(resolve));
    }
  };
}

/** Without a stream all of it has to come before anything can be read. */
function whole(response: Response): NextChunk {
  let isRead = false;
  return async () => {
    if (isRead) return undefined;
    isRead = true;
    return awaited(() => response.arrayBuffer(), chunk);
  };
}
