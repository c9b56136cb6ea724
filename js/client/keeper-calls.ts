// The calls that keepers make, as Rust asks for them (src/bindings/keeper_calls.rs): plain values in, plain values out.
import { bare } from "../given/read.js";
import type { CallOptions } from "../options.js";
import type { CoreCalls } from "./core-calls.js";

/**
 * @internal What a keeper calls the core by. Both reject with an error of this package. The deadline is the client's without
 * `timeoutMs`. A call that is not to be retried is sent once.
 */
export interface KeeperCalls {
  /**
   * Resolves to the time to live in seconds, and when the request was sent: by the wall clock, by the page's, and which page
   * that is.
   */
  upsert(
    sipUri: string,
    routeType: string,
    phoneNumber: string | undefined,
    mobileOriginatingPrefix: string,
    mobileTerminatingPrefix: string,
    timeoutMs: number | undefined,
    isRetried: boolean,
    signal: AbortSignal,
  ): Promise<[ttlSeconds: number, wallMs: number, monotonicMs: number, page: number]>;
  delete(
    sipUri: string,
    phoneNumber: string | undefined,
    timeoutMs: number | undefined,
    isRetried: boolean,
    outlivesPage: boolean,
    signal: AbortSignal,
  ): Promise<void>;
}

/** The application's own functions hear of its own calls. */
const silent = () => {};

function options(
  timeoutMs: number | undefined,
  isRetried: boolean,
  outlivesPage: boolean,
  signal: AbortSignal,
): CallOptions {
  return bare({
    timeoutMs,
    signal,
    onHeader: silent,
    onTrailer: silent,
    ...(!isRetried && { retry: false as const }),
    ...(outlivesPage && { keepalive: true }),
  });
}

/** @internal The keeper's calls. `close()` of the client must not end what a page deletes when it goes. */
export function keeperCalls(calls: CoreCalls): KeeperCalls {
  return bare<KeeperCalls>({
    async upsert(
      sipUri,
      routeType,
      phoneNumber,
      mobileOriginatingPrefix,
      mobileTerminatingPrefix,
      timeoutMs,
      isRetried,
      signal,
    ) {
      const request = bare({
        sipUri,
        routeType,
        phoneNumber,
        mobileOriginatingPrefix,
        mobileTerminatingPrefix,
      });
      const how = options(timeoutMs, isRetried, false, signal);
      const { answer: ttlSeconds, sentAt } = await calls.upsert(request, how, false);
      return [ttlSeconds, sentAt.wallMs, sentAt.monotonicMs, sentAt.page];
    },
    async delete(sipUri, phoneNumber, timeoutMs, isRetried, outlivesPage, signal) {
      const how = options(timeoutMs, isRetried, outlivesPage, signal);
      await calls.delete(bare({ sipUri, phoneNumber }), how, false);
    },
  });
}
