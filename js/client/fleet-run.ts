// The work of one fleet: requests that are taken as there is room, and a call for each of them.
import { type RpcError, type SdkError, toSdkError } from "../errors.js";
import type { FleetResult } from "../fleet-result.js";
import { peek } from "../given/read.js";
import { digitsOf } from "../phone-number.js";
import { FleetCounts } from "./fleet-counts.js";
import type { Call, FleetSettings } from "./fleet-options.js";
import { FleetPace } from "./fleet-pace.js";
import { RequestSource, type Requests } from "./fleet-requests.js";

/** A request that was taken. Of two with the same key the second waits for the first. */
interface Item<Request> {
  index: number;
  request: Request;
  key: string;
}

type Outcome<Response> =
  | { status: "ok"; response: Response }
  | { status: "failed" | "unknown"; error: SdkError }
  | { status: "notSent" };

/** Errors of kind `auth` that say nothing of the next call: another number, or another try of the application's function. */
const OF_ONE_CALL = ["permission_denied", "token_supplier_failed"];
/** How long a request that was asked for before the fleet was aborted is waited for. */
const GRACE_MS = 1000;

/** @internal */
export class FleetRun<Request, Response> {
  readonly #call: Call<Request, Response>;
  readonly #settings: FleetSettings;
  readonly #source: RequestSource<Request>;
  readonly #counts: FleetCounts;
  readonly #pace: FleetPace;
  /** Ends the calls. */
  readonly #abort = new AbortController();
  readonly #results: FleetResult<Request, Response>[] = [];
  #readCount = 0;
  /** The keys of the calls under way. */
  readonly #underWay = new Set<string>();
  /** Waits until it may be sent; nothing else is taken meanwhile. */
  #head: Item<Request> | undefined;
  #isPulling = false;
  /** Nothing more is taken, and why; without an error, because there is no more. */
  #end: { error?: unknown } | undefined;
  #isStopped = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  /** What was asked for is not waited for any longer. */
  #isLate = false;
  #isFinished = false;
  #wake = () => {};

  constructor(call: Call<Request, Response>, requests: Requests<Request>, settings: FleetSettings) {
    this.#call = call;
    this.#settings = settings;
    this.#counts = new FleetCounts(settings.onProgress);
    this.#pace = new FleetPace(settings.intervalMs, () => this.advance());
    this.#source = new RequestSource(requests);
  }

  /** What has come of a request; undefined if there is nothing new. */
  result(): FleetResult<Request, Response> | undefined {
    return this.#results.shift();
  }

  /** A result was read: there is room for a request. */
  resultWasRead(): void {
    this.#readCount += 1;
  }

  /** Each request that was taken has its result, and no more are taken. */
  get isOver(): boolean {
    return (
      this.#end !== undefined && !this.#underWay.size && !this.#head && (!this.#isPulling || this.#isLate)
    );
  }

  /** @throws what ended it before its requests did */
  throwIfFailed(): void {
    if (this.#end && isFailure(this.#end)) throw this.#end.error;
  }

  /** Settles when something has changed. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Does whatever can be done now. */
  advance(): void {
    const item = this.#head;
    if (item && (this.#isStopped || (!this.#underWay.has(item.key) && this.#pace.takeTurn()))) {
      this.#head = undefined;
      if (this.#isStopped) this.#settle(item, { status: "notSent" });
      else void this.#launch(item);
    }
    const hasRoom = this.#counts.taken - this.#readCount < this.#settings.concurrency;
    if (hasRoom && !this.#head && !this.#end && !this.#isPulling) void this.#pull();
    this.#wake();
  }

  abort(reason: unknown): void {
    if (this.#isFinished) return;
    const message = "the fleet was aborted; what it had taken has its results";
    const raw = {
      family: "rpc",
      code: "cancelled",
      kind: "aborted",
      grpcStatus: 1,
      retryable: false,
    } as const;
    this.#stop(toSdkError({ ...raw, message, cause: reason }));
    this.#abort.abort(reason);
  }

  /** `isLeft`: nobody reads what is still to come, so the calls are ended and the requests closed. */
  async finish(isLeft: boolean): Promise<void> {
    if (isLeft) {
      this.#stop(undefined);
      this.#abort.abort();
      while (this.#underWay.size) await this.change();
    }
    this.#isFinished = true;
    this.#pace.stop();
    clearTimeout(this.#grace);
    this.#counts.end();
    await this.#source.release(isLeft);
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      if (this.#source.needsRest) await this.#source.rest();
      if (!this.#end) {
        const taken = await this.#source.take();
        if (this.#isFinished) return;
        if (taken.isEnd) this.#end ??= {};
        else this.#accept(taken.request);
      }
    } catch (error) {
      this.#end ??= { error };
    }
    this.#isPulling = false;
    this.advance();
  }

  #accept(request: Request): void {
    this.#head = { index: this.#counts.taken, request, key: keyOf(request) };
    this.#counts.add("taken");
  }

  async #launch(item: Item<Request>): Promise<void> {
    this.#underWay.add(item.key);
    const options = { ...this.#settings.callOptions, signal: this.#abort.signal };
    try {
      this.#settle(item, { status: "ok", response: await this.#call(item.request, options) });
    } catch (thrown) {
      this.#fail(item, thrown as SdkError);
    }
    this.#underWay.delete(item.key);
    this.advance();
  }

  #fail(item: Item<Request>, error: SdkError): void {
    // Nobody is signed in any more, or the core refuses even a fresh token: no other call can succeed.
    if (error.kind === "auth" && !OF_ONE_CALL.includes(error.code)) this.#stop(error);
    const isAborted = this.#abort.signal.aborted && error.code === "cancelled";
    const wasSent = !isAborted || (error as RpcError).attempts;
    const status = isAborted ? "unknown" : "failed";
    this.#settle(item, wasSent ? { status, error } : { status: "notSent" });
  }

  #settle({ index, request }: Item<Request>, outcome: Outcome<Response>): void {
    this.#results.push({ index, request, ...outcome });
    this.#counts.add(outcome.status);
  }

  #stop(error: unknown): void {
    // What is under way, or waits, will not all be done: that is no good end.
    if (!this.#end || (!isFailure(this.#end) && (this.#underWay.size || this.#head))) this.#end = { error };
    this.#isStopped = true;
    this.#grace ??= setTimeout(() => {
      this.#isLate = true;
      this.#wake();
    }, GRACE_MS);
    this.advance();
  }
}

const isFailure = (end: { error?: unknown }) => Object.hasOwn(end, "error");

/** What the core takes for the same number has the same digits. Who names none means their own. */
function keyOf(request: unknown): string {
  const number = peek(request, "phoneNumber");
  return typeof number === "string" ? digitsOf(number) : "";
}
