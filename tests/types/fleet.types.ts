// Fleets: what they take, and results that are told apart by their status.

import {
  createClient,
  type DeleteRegistrationRequest,
  type DeleteRegistrationResponse,
  type FleetOptions,
  type FleetProgress,
  type FleetResult,
  type RegistrationRequest,
  type RegistrationResponse,
  type SdkError,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

const client = createClient({ baseUrl: "https://api.example.com", accessToken: () => "token" });
const request: RegistrationRequest = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };

const options: FleetOptions = {
  concurrency: 8,
  maxPerSecond: 50,
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  headers: { "x-trace": "1" },
  retry: { maxAttempts: 3 },
  onProgress: (progress) => {
    equal<typeof progress, FleetProgress>(true);
    equal<typeof progress.isDone, boolean>(true);
  },
};

// Whatever can be iterated.
const upserts = client.upsertRegistrations([request], options);
equal<typeof upserts, AsyncIterable<FleetResult>>(true);
client.upsertRegistrations(new Set([request]));
client.upsertRegistrations(new Map([["a", request]]).values(), {
  ...options,
  retry: false,
  signal: undefined,
});
client.upsertRegistrations(
  (function* () {
    yield request;
  })(),
);
client.upsertRegistrations(
  (async function* () {
    yield request;
  })(),
);

// A delete needs no route type, but takes the request that was upserted.
const removals = client.deleteRegistrations([{ sipUri: "sips:pbx.example.com" }, request], options);
equal<typeof removals, AsyncIterable<FleetResult<DeleteRegistrationRequest, DeleteRegistrationResponse>>>(
  true,
);

export async function run(): Promise<void> {
  for await (const result of upserts) {
    equal<typeof result.index, number>(true);
    equal<typeof result.request, RegistrationRequest>(true);
    switch (result.status) {
      case "ok":
        equal<typeof result.response, RegistrationResponse>(true);
        break;
      case "failed":
      case "unknown":
        equal<typeof result.error, SdkError>(true);
        break;
      case "notSent":
        // @ts-expect-error: nothing went wrong with it
        result.error;
        break;
      default:
        equal<typeof result, never>(true);
    }
    // @ts-expect-error: only where it went well
    result.response;
  }
  for await (const result of removals) {
    if (result.status === "ok") equal<(typeof result.response)["status"], "OK">(true);
  }
}

// @ts-expect-error: the route type is needed
client.upsertRegistrations([{ sipUri: "sips:pbx.example.com" }]);
// @ts-expect-error: a misspelled field
client.upsertRegistrations([{ ...request, phonenumber: "+4799900001" }]);
// @ts-expect-error: one request is no fleet
client.upsertRegistrations(request);
// @ts-expect-error: a misspelled option
client.upsertRegistrations([request], { concurency: 8 });
// @ts-expect-error: of single calls only
client.upsertRegistrations([request], { onHeader: () => {} });
// @ts-expect-error: results take their time
for (const _ of upserts) break;
