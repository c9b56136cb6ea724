// Clients: what a call takes and returns, and what the compiler refuses.

import {
  type ApiVersion,
  type ClientOptions,
  createAuth,
  createClient,
  type DeleteRegistrationResponse,
  type RegistrationProblem,
  type RegistrationRequest,
  type RegistrationResponse,
  type RouteType,
  type requiredScopes,
  type SipBreakoutClient,
  validateRegistration,
} from "sipbreakout-web";
import { equal } from "./assertions.js";

const auth = createAuth({
  issuer: "https://id.example.com",
  clientId: "console",
  redirectUri: "https://console.example.com/",
});
const client = createClient({ baseUrl: "https://api.example.com", auth });
equal<typeof client, SipBreakoutClient>(true);

const request: RegistrationRequest = { sipUri: "sips:pbx.example.com", routeType: "LOOP" };

const upsert = client.upsertRegistration(request, { timeoutMs: 1000, signal: new AbortController().signal });
equal<typeof upsert, Promise<RegistrationResponse>>(true);
equal<Awaited<typeof upsert>["expiresAt"], Date>(true);
equal<Awaited<typeof upsert>["timeToLiveSeconds"], number>(true);
equal<Awaited<typeof upsert>["status"], "OK">(true);

// A delete needs no route type, but takes the request that was upserted.
const removal = client.deleteRegistration({ sipUri: "sips:pbx.example.com" });
equal<typeof removal, Promise<DeleteRegistrationResponse>>(true);
client.deleteRegistration(request);

equal<RouteType, "LOOP" | "FORK" | "FALLBACK" | "LOOP_MO" | "LOOP_MT" | "INGRESS">(true);
equal<ApiVersion, "v1" | "v0">(true);
equal<(typeof requiredScopes)["v1"], "call.routing:write">(true);
equal<(typeof requiredScopes)["v0"], "call.control:answer_and_initiate">(true);

const problems = validateRegistration(request, { apiVersion: "v0" });
equal<typeof problems, Promise<RegistrationProblem[]>>(true);

// Optional fields of a form may be undefined.
createClient({ baseUrl: "https://api.example.com", accessToken: async () => "token", apiVersion: undefined });
client.upsertRegistration({ ...request, phoneNumber: undefined });

createClient({ baseUrl: "https://api.example.com", auth, accessToken: undefined });

// A form may hold anything.
const form: Record<"sipUri" | "routeType", unknown> = { sipUri: 5, routeType: null };
validateRegistration(form);
validateRegistration({ phoneNumber: new FormData().get("phoneNumber") });

// Options may be made elsewhere.
const options: ClientOptions = { baseUrl: "https://api.example.com", auth, headers: { "x-trace": "1" } };
createClient(options);
createClient({ ...options, apiVersion: "v0" });
equal<ClientOptions["timeoutMs"], number | undefined>(true);

// A token source may say when its token ends, and learns why it is asked.
createClient({
  baseUrl: "https://api.example.com",
  accessToken: ({ forceRefresh, signal }) => {
    equal<typeof forceRefresh, boolean>(true);
    equal<typeof signal, AbortSignal>(true);
    return { token: "token", expiresAt: new Date() };
  },
});

// `using` ends a client.
{
  using scoped = createClient({ baseUrl: "https://api.example.com", auth });
  equal<ReturnType<typeof scoped.close>, void>(true);
}

// @ts-expect-error: no such route type
client.upsertRegistration({ sipUri: "sips:pbx.example.com", routeType: "BOTH" });
// @ts-expect-error: the SIP URI is needed
client.upsertRegistration({ routeType: "LOOP" });
// @ts-expect-error: a misspelled field
client.upsertRegistration({ ...request, phonenumber: "+4799900001" });
// @ts-expect-error: no such version
createClient({ baseUrl: "https://api.example.com", auth, apiVersion: "v2" });
// @ts-expect-error: a token source returns a token
createClient({ baseUrl: "https://api.example.com", accessToken: () => 42 });
// @ts-expect-error: the address is needed
createClient({ auth });
// @ts-expect-error: either a session or a token source
createClient({ baseUrl: "https://api.example.com" });
// @ts-expect-error: not both
createClient({ baseUrl: "https://api.example.com", auth, accessToken: () => "token" });
// @ts-expect-error: a misspelled field
validateRegistration({ phonenumber: "+4799900001" });
