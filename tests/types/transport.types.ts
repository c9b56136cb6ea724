// How calls are made, what their errors tell, and what diagnose finds.

import {
  type Auth,
  createClient,
  diagnose,
  type Finding,
  type FindingCode,
  type RetryOptions,
  type RpcError,
  type RpcErrorDetail,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

declare const auth: Auth;
declare const error: RpcError;
const request = { sipUri: "sips:pbx.example.com", routeType: "LOOP" } as const;
const retry: RetryOptions = {
  maxAttempts: 3,
  initialDelayMs: 500,
  maxDelayMs: 5000,
  sendPreviousAttempts: true,
};

const client = createClient({
  baseUrl: "https://api.example.com",
  auth,
  retry,
  credentials: "include",
  cache: "reload",
  keepalive: true,
  maxMessageBytes: 65536,
  onHeader: (headers) => equal<typeof headers, Headers>(true),
});
client.upsertRegistration(request, { retry: false, fetch: globalThis.fetch, timeoutMs: 1000 });
client.deleteRegistration(request, { onTrailer: (trailers) => equal<typeof trailers, Headers>(true) });

equal<typeof error.attempts, number>(true);
equal<typeof error.details, readonly RpcErrorDetail[]>(true);
for (const detail of error.details) {
  if ("retryDelayMs" in detail) equal<typeof detail.retryDelayMs, number>(true);
  else if ("reason" in detail) equal<typeof detail.metadata, Readonly<Record<string, string>>>(true);
  else if ("fieldViolations" in detail) {
    for (const { field, description } of detail.fieldViolations)
      equal<typeof field, typeof description>(true);
  } else equal<typeof detail.value, Uint8Array>(true);
}
if (error.code === "superseded") equal<typeof error.code, "superseded">(true);

for (const target of [
  client,
  auth,
  { baseUrl: "https://api.example.com" },
  { issuer: "https://id.example.com" },
]) {
  diagnose(target, { timeoutMs: 5000 }).then((findings) => {
    equal<typeof findings, Finding[]>(true);
    for (const { code, certainty } of findings) {
      equal<typeof code, FindingCode>(true);
      equal<typeof certainty, "certain" | "likely">(true);
    }
  });
}

// @ts-expect-error: true is no policy
client.upsertRegistration(request, { retry: true });
// @ts-expect-error: a misspelled option
client.upsertRegistration(request, { retries: 3 });
// @ts-expect-error: of clients only
client.upsertRegistration(request, { maxMessageBytes: 1 });
// @ts-expect-error: no such finding
equal<"no_such_finding", FindingCode>(true);
