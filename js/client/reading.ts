// A reply as far as it has come. Rust says what it comes to, or how much more has to come. It is told all of it each time, so
// that nothing is lost when the wasm stops because of something else.
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import type { Head } from "../platform/response.js";
import { retryAfterMs } from "../platform/retry-after.js";
import type { Request } from "./request.js";

/** As src/bindings/reply.rs tells it. */
type Outcome = readonly [
  isDrained: boolean,
  answer: unknown,
  failure: unknown[] | undefined,
  /** Those of an answer, also of one that means an error. */
  trailers: readonly string[] | undefined,
];

/** @internal What is known of the end of the body, for src/bindings/reply.rs. All smaller numbers are of `LocalFailure`. */
export const End = { coming: 100, ended: 101 } as const;

/** A body that is larger is handed over in parts, so that it can't grow the wasm's memory beyond the limits checked there. */
const PART_BYTES = 64 * 1024;

/** What needs more questions than this is no reply of a sound server (frames of no length, say), and may take a little longer. */
const MANY = 32;

const NO_TRAILERS: readonly string[] = [];
const NOTHING = new Uint8Array();

/** Whether a reply may be an answer, which needs no more of its head than this. */
const isHopeful = ({ status, contentType }: Head) =>
  status === 200 && /^application\/grpc-web(\+proto)?$/i.test(contentType);

/** @internal */
export class Reading {
  /** How many bytes have to come before Rust is worth asking. */
  missing: number;
  /** Whether the error is known, and the body has only words about it. */
  isExplanation = false;
  readonly #request: Request;
  readonly #head: Head;
  readonly #cameAtMs = Date.now();
  #isHopeful: boolean;
  #bytes: Uint8Array = NOTHING;
  #length = 0;
  /** Whether the bytes are somebody else's memory, in which the next chunk of the body may be. */
  #isBorrowed = false;
  #questions = 0;
  /** How many bytes Rust has asked for. */
  #wanted = 0;

  constructor(request: Request, head: Head) {
    this.#request = request;
    this.#head = head;
    this.#isHopeful = isHopeful(head);
    // Of a reply that is no answer the body may not come for long, and need not.
    this.missing = this.#isHopeful ? 1 : 0;
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length;
    this.missing -= chunk.length;
    if (this.#length === 0 && this.missing <= 0) {
      this.#bytes = chunk;
      this.#length = length;
      this.#isBorrowed = true;
      return;
    }
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** The outcome, if there is one. After the end of the body there is. */
  ask(wasm: Wasm, end: number): Outcome | undefined {
    const length = Math.min(this.#length, this.#wanted + PART_BYTES);
    const body = length < this.#bytes.length ? this.#bytes.subarray(0, length) : this.#bytes;
    const told = callsWasm.ask(wasm, (wasm) =>
      this.#told(wasm, body, body.length < this.#length ? End.coming : end),
    );
    if (typeof told !== "number") return told;
    if (this.#isBorrowed) this.#bytes = this.#bytes.slice();
    this.#isBorrowed = false;
    this.isExplanation = told < 0;
    const wanted = body.length + Math.abs(told);
    this.#wanted = Math.max(this.#wanted, wanted);
    this.#questions += 1;
    this.missing = wanted - this.#length;
    if (this.#questions > MANY && this.missing > 0) this.missing = Math.max(this.missing, this.#length / 8);
    return undefined;
  }

  #told(wasm: Wasm, body: Uint8Array, end: number): Outcome | number {
    const { asked, path, maxMessageBytes, headers, tokens } = this.#request;
    if (this.#isHopeful && end === End.coming) {
      const answer: unknown = wasm.answerAtOnce(asked, maxMessageBytes, body);
      if (Array.isArray(answer)) return [true, answer[0], undefined, answer[1]];
      if (typeof answer === "number" && answer < 0) return -answer;
      if (answer !== undefined) return [true, answer, undefined, NO_TRAILERS];
      this.#isHopeful = false;
    }
    const { status, isOpaqueRedirect } = this.#head;
    const head = [asked, path, status, isOpaqueRedirect, this.#head.flat(), maxMessageBytes] as const;
    const waitMs = retryAfterMs(this.#head.get("retry-after"), this.#cameAtMs);
    const sent = headers.flat() as string[];
    return wasm.readReply(...head, waitMs, sent, [...tokens], body, end) as Outcome | number;
  }
}
