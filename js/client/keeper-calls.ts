// The calls that keepers make, as Rust asks for them: plain values in, plain values out.

import type { Wasm } from "../core/load.js";
import { bare } from "../given/read.js";
import type { CallOptions, RegistrationResponse } from "../options.js";

type Handle = InstanceType<Wasm["ClientHandle"]>;

/**
 * @internal What a keeper calls the core by. Both reject with an error of this package, or with what `toSdkError` makes
 * one of. The deadline is the client's without `timeoutMs`. A call that is not to be retried is sent once.
 */
export interface KeeperCalls {
  /** Resolves to the time to live in seconds, and when the request was sent: by the wall clock, by the page's, and which page that is. */
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

/** @internal The keeper's calls by the client's handle. */
export function keeperCalls(client: Handle): KeeperCalls {
  // The client's `close()` must not end what a page deletes when it goes.
  const handle = client.forKeeper();
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
      const begunMs = monotonicMs();
      const request = bare({
        sipUri,
        routeType,
        phoneNumber,
        mobileOriginatingPrefix,
        mobileTerminatingPrefix,
      });
      const registered: RegistrationResponse = await handle.upsertRegistration(
        request,
        options(timeoutMs, isRetried, false, signal),
      );
      const { timeToLiveSeconds, expiresAt } = registered;
      const wallMs = expiresAt.getTime() - timeToLiveSeconds * 1000;
      const nowMs = monotonicMs();
      // The wall clock may have been set during the call.
      const sentMs = Math.min(Math.max(nowMs - (Date.now() - wallMs), begunMs), nowMs);
      return [timeToLiveSeconds, wallMs, sentMs, globalThis.performance?.timeOrigin ?? 0];
    },
    async delete(sipUri, phoneNumber, timeoutMs, isRetried, outlivesPage, signal) {
      const request = bare({ sipUri, phoneNumber });
      await handle.deleteRegistration(request, options(timeoutMs, isRetried, outlivesPage, signal));
    },
  });
}

function monotonicMs(): number {
  return globalThis.performance?.now() ?? 0;
}
