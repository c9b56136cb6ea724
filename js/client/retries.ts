// Whether a call is made again: the numbers of one call, and of its client. Rust decides (src/grpc_web/retry.rs).
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import type { CallFailure } from "./raw-failure.js";
import type { RetrySettings } from "./settings.js";

/** @internal Keeps a client from making things worse: when most attempts fail, it stops making them again. */
export interface RetryBucket {
  /** Undefined before the first failure. */
  level: number | undefined;
  /** Attempts that were answered since the level was told. */
  successes: number;
}

/** @internal */
export const newBucket = (): RetryBucket => ({ level: undefined, successes: 0 });

/** @internal What follows a failed attempt. */
export const Next = { again: 0, stop: 1, tooLate: 2 } as const;

/** @internal The attempts of one call. */
export class Retries {
  /** Attempts that have begun. One that was refused for its token alone does not count. */
  attempts = 0;
  #step = 0;
  readonly #policy: RetrySettings;
  readonly #bucket: RetryBucket;

  constructor(policy: RetrySettings, bucket: RetryBucket) {
    this.#policy = policy;
    this.#bucket = bucket;
  }

  #numbers() {
    const { maxAttempts, initialDelayMs, maxDelayMs } = this.#policy;
    const { level, successes } = this.#bucket;
    return [maxAttempts, initialDelayMs, maxDelayMs, level, successes, this.attempts, this.#step] as const;
  }

  /** An attempt begins: how many of the milliseconds that are left it may take. */
  begin(wasm: Wasm, leftMs: number): number {
    const numbers = this.#numbers();
    this.attempts += 1;
    return callsWasm.ask(wasm, ({ attemptLimitMs }) => attemptLimitMs(...numbers, leftMs));
  }

  succeeded(): void {
    this.#bucket.successes += 1;
  }

  /** The last attempt failed. `isCutShort`: it had less than all the time that was left. */
  failed(
    wasm: Wasm,
    failure: CallFailure,
    isCutShort: boolean,
    leftMs: number,
  ): { next: number; waitMs: number } {
    const { repeatable, wishMs } = failure;
    const [next, waitMs, level, step] = callsWasm.ask(wasm, ({ afterFailure }) =>
      afterFailure(...this.#numbers(), repeatable, wishMs, isCutShort, leftMs, Math.random()),
    ) as unknown as [number, number, number, number];
    Object.assign(this.#bucket, { level, successes: 0 });
    this.#step = step;
    return { next, waitMs };
  }
}
