// A reply that is read chunk by chunk. Its reader is an object in the wasm: when that stops because of something else, the
// reply begins anew in the next instance, with what has come of it.
import { ask, current, latest, loaded, type Wasm } from "../core/load.js";
import type { Request } from "./attempt.js";
import type { Head } from "./response.js";

type Reader = InstanceType<Wasm["ReplyReader"]>;

/** @internal As src/bindings/reply_reader.rs tells it. */
export type Outcome = [
  isDrained: boolean,
  answer: unknown,
  failure: unknown[] | undefined,
  /** Those of an answer, also of one that means an error. */
  trailers: string[] | undefined,
];

/** A chunk that is larger is handed over in parts, so that it can't grow the wasm's memory beyond the limits checked there. */
const PART_BYTES = 64 * 1024;

/** @internal Each method resolves to the outcome as soon as there is one. */
export class Reading {
  /** Whether the error is known, and the body has only words about it. */
  isExplanation = false;
  readonly #request: Request;
  readonly #head: Head;
  readonly #cameAtMs = Date.now();
  #wasm: Wasm | undefined;
  #reader: Reader | undefined;
  /** What the reader was given. It wants no more than a message may have. */
  readonly #parts: Uint8Array[] = [];

  constructor(request: Request, head: Head) {
    this.#request = request;
    this.#head = head;
  }

  /** The head. */
  async begin(): Promise<Outcome | undefined> {
    const outcome = await this.#outcome((reader) => reader.begin());
    this.isExplanation = outcome === undefined && (await this.#tell((reader) => reader.isExplanation));
    return outcome;
  }

  async chunk(bytes: Uint8Array): Promise<Outcome | undefined> {
    for (let at = 0; at < bytes.length; at += PART_BYTES) {
      const part = bytes.subarray(at, at + PART_BYTES);
      const outcome = await this.#outcome((reader) => reader.chunk(part));
      if (outcome) return outcome;
      // A copy: the next chunk of a body may be of the same memory.
      this.#parts.push(part.slice());
    }
    return undefined;
  }

  /** The body is at its end. */
  end(): Promise<Outcome | undefined> {
    return this.#outcome((reader) => reader.end());
  }

  /** Reading the body failed. */
  broken(which: number): Promise<Outcome | undefined> {
    return this.#outcome((reader) => reader.broken(which));
  }

  stop(): void {
    // Of an instance that has stopped there is nothing to free.
    if (this.#wasm && this.#wasm === latest()) this.#reader?.free();
  }

  #outcome(work: (reader: Reader) => unknown): Promise<Outcome | undefined> {
    return this.#tell(work) as Promise<Outcome | undefined>;
  }

  async #tell<T>(work: (reader: Reader) => T): Promise<T> {
    if (!this.#wasm || this.#wasm !== latest()) this.#open(current() ?? (await loaded()));
    return ask(this.#wasm as Wasm, () => work(this.#reader as Reader));
  }

  #open(wasm: Wasm): void {
    const { asked, path, maxMessageBytes, headers, tokens } = this.#request;
    const { status, isOpaqueRedirect } = this.#head;
    const head = [asked, path, status, isOpaqueRedirect, this.#head.flat(), maxMessageBytes] as const;
    const sent = headers.flat() as string[];
    this.#wasm = wasm;
    this.#reader = ask(wasm, ({ ReplyReader }) => {
      const reader = new ReplyReader(...head, this.#cameAtMs, sent, [...tokens]);
      for (const part of this.#parts) reader.chunk(part);
      return reader;
    });
  }
}
