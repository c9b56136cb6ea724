// The calls of the core that a keeper makes, and what came of each, as the machine is told.
import type { CoreCalls } from "../client/core-calls.js";
import { flatError } from "../errors.js";
import { bare } from "../given/read.js";
import { requestOfText } from "../keeper-store/records.js";
import type { CallOptions } from "../options.js";
import { type Field, Happened } from "./machine.js";

interface CallLimits {
  /** The deadline; the client's without it. */
  readonly timeoutMs?: number;
  /** Otherwise it is sent once. */
  readonly isRetried: boolean;
  readonly outlivesPage?: boolean;
  readonly signal?: AbortSignal;
}

/** What came of a call. */
type Ended = [event: number, ...fields: Field[]];

/** The application's own functions hear of its own calls. */
const silent = () => {};

const optionsOf = ({ timeoutMs, isRetried, outlivesPage, signal }: CallLimits): CallOptions =>
  bare({
    timeoutMs,
    signal,
    onHeader: silent,
    onTrailer: silent,
    ...(!isRetried && { retry: false as const }),
    ...(outlivesPage && { keepalive: true }),
  }) as CallOptions;

/** @internal `close()` of the client does not end them. */
export class KeeperCalls {
  readonly #core: CoreCalls;
  readonly #tell: (...ended: Ended) => void;
  readonly #underWay = new Set<AbortController>();

  /** `tell` hears of each call that has ended. */
  constructor(core: CoreCalls, tell: (...ended: Ended) => void) {
    this.#core = core;
    this.#tell = tell;
  }

  upsert(attempt: number, text: string, timeoutMs: number, isRetried: boolean): void {
    this.#make(attempt, true, async (signal) => {
      const limits = { timeoutMs, isRetried, signal };
      const { answer, sentAt } = await this.#core.upsert(bare(requestOfText(text)), optionsOf(limits), false);
      return [Happened.registered, attempt, answer * 1000, sentAt.wallMs, sentAt.monotonicMs, sentAt.page];
    });
  }

  delete(attempt: number, text: string, isRetried: boolean, isAbortable: boolean): void {
    this.#make(attempt, isAbortable, async (signal) => {
      await this.#remove(text, { isRetried, signal });
      return [Happened.deleted, attempt];
    });
  }

  /** Nobody will know what came of it. */
  deleteAtLast(text: string): void {
    this.#remove(text, { isRetried: true, outlivesPage: true }).catch(() => {});
  }

  /** Ends those that may be ended. */
  abort(): void {
    for (const calling of this.#underWay) calling.abort();
  }

  #remove(text: string, limits: CallLimits): Promise<unknown> {
    const { sipUri, phoneNumber } = requestOfText(text);
    return this.#core.delete(bare({ sipUri, phoneNumber }), optionsOf(limits), false);
  }

  async #make(
    attempt: number,
    isAbortable: boolean,
    work: (signal: AbortSignal) => Promise<Ended>,
  ): Promise<void> {
    const calling = new AbortController();
    if (isAbortable) this.#underWay.add(calling);
    let ended: Ended;
    try {
      ended = await work(calling.signal);
    } catch (thrown) {
      const [family, code, kind, , retryAfterMs, , error] = flatError(thrown);
      ended = [Happened.failed, attempt, family, code, kind, retryAfterMs, error];
    }
    this.#underWay.delete(calling);
    this.#tell(...ended);
  }
}
