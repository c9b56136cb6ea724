// One request to the provider, and its reply, which is read whole.

import type { AuthOptions } from "../auth-options.js";
import { shownCause } from "../core/shown-cause.js";
import { AuthError } from "../errors.js";
import { now } from "../platform/clock.js";
import { FetchFailure, fetched } from "../platform/fetching.js";
import { BodyFailure, chunksOf, headOf } from "../platform/response.js";
import { nextTurn } from "../platform/time-limit.js";
import { sleep } from "../platform/waiting.js";
import { authError, invalidConfig } from "./auth-error.js";
import { GATEWAY_ADVICE } from "./gateway.js";
import { encoded } from "./names.js";
import type { ProviderReply, ProviderRequest } from "./reply.js";

/** Longer replies are not read to their end. */
const MOST_BYTES = 1 << 20;

/** After so many chunks the page has a turn. */
const TURN_CHUNKS = 256;

/** Fields of a form that everybody may know. */
const PUBLIC_FIELDS = [
  "grant_type",
  "redirect_uri",
  "client_id",
  "scope",
  "token_type_hint",
  "client_assertion_type",
];

const ACCEPT = ["accept", "application/json"] as const;

/** What a request leaves by. */
interface Sender {
  readonly fetch: AuthOptions["fetch"];
  readonly credentials: RequestCredentials;
}

/** @internal A form post. The client's id is always among the fields: some providers decide CORS by it. */
export function formRequest(url: string, clientId: string, fields: Record<string, string>): ProviderRequest {
  const pairs = [...Object.entries(fields), ["client_id", clientId] as const];
  const body = pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  const secrets = pairs.filter(([name]) => !PUBLIC_FIELDS.includes(name)).map(([, value]) => value);
  return {
    method: "POST",
    url,
    headers: [["content-type", "application/x-www-form-urlencoded"], ACCEPT],
    body: new TextEncoder().encode(body),
    secrets,
  };
}

/** @internal A question without a body. */
export const getRequest = (url: string): ProviderRequest => ({
  method: "GET",
  url,
  headers: [ACCEPT],
  body: undefined,
  secrets: [],
});

/** @internal Sends `request` to what people call `place`, and reads the reply within `timeoutMs`. @throws AuthError */
export async function exchange(
  { fetch, credentials }: Sender,
  timeoutMs: number,
  place: string,
  request: ProviderRequest,
): Promise<ProviderReply> {
  const where = `the ${place} (${request.url.split("?")[0]})`;
  const [sending, waiting] = [new AbortController(), new AbortController()];
  // What is left of the request ends with it, also on a page that was frozen meanwhile.
  let isWhole = false;
  // A `fetch` of the application's own that has not settled.
  let isWithin = fetch !== undefined;
  const answered = () => {
    isWithin = false;
  };
  try {
    const reply = await Promise.race([
      read({ fetch, credentials }, where, request, sending.signal, answered),
      sleep(timeoutMs, false, waiting.signal),
    ]);
    if (!reply) {
      const advice = isWithin
        ? "`fetch`, as given to createAuth, did not settle. It must not wait for a token of this session (getAccessToken(), a call)."
        : "Try again.";
      throw authError("timeout", `No reply from ${where} within ${Math.trunc(timeoutMs)} ms. ${advice}`);
    }
    isWhole = true;
    return reply;
  } finally {
    waiting.abort();
    if (!isWhole) sending.abort();
  }
}

async function read(
  { fetch, credentials }: Sender,
  where: string,
  request: ProviderRequest,
  signal: AbortSignal,
  answered: () => void,
): Promise<ProviderReply> {
  const { url, method, headers, body, secrets } = request;
  const sentAt = now();
  try {
    // A user info that a cache kept may be another person's.
    const how = { credentials, cache: "no-store", keepalive: false, signal } as const;
    const { response } = await fetched(fetch, url, {
      method,
      headers: headers as [string, string][],
      ...(body && { body }),
      ...how,
    });
    answered();
    const head = headOf(response);
    if (!head) throw new FetchFailure("FetchUnusable", undefined);
    const { status, isOpaqueRedirect } = head;
    // A browser shows a redirect as opaque; other implementations of fetch show its status.
    if (isOpaqueRedirect || (status >= 300 && status < 400)) throw redirected(where);
    const bytes = await bytesOf(response, signal);
    if (bytes.length > MOST_BYTES) {
      throw authError("invalid_response", `The reply of ${where} is longer than 1 MiB.`);
    }
    return { status, headers: head.flat(), body: bytes, sentAt, readAt: now(), secrets };
  } catch (thrown) {
    if (!(thrown instanceof FetchFailure) && !(thrown instanceof BodyFailure)) throw thrown;
    const { which, cause } = thrown;
    // Ours, and no fault of a network.
    if (cause instanceof AuthError && cause.code === "invalid_config") throw cause;
    // Nobody waits for what was given up.
    const isShown = cause !== undefined && !signal.aborted;
    throw unanswered(where, which, isShown ? await shownCause(cause, secrets) : undefined);
  }
}

async function bytesOf(response: unknown, signal: AbortSignal): Promise<Uint8Array> {
  const body = chunksOf(response);
  // A body of a page's own may go on after its request has ended.
  signal.addEventListener("abort", () => body.cancel());
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= MOST_BYTES) {
    const chunk = await body.next();
    if (!chunk) break;
    // It may be a buffer that is filled again.
    chunks.push(chunk.slice(0, MOST_BYTES + 1));
    length += chunk.length;
    // One that is always there leaves the page's timers, the time limit among them, no turn.
    if (chunks.length % TURN_CHUNKS === 0) await nextTurn();
  }
  const bytes = new Uint8Array(Math.min(length, MOST_BYTES + 1));
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, bytes.length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const redirected = (where: string) =>
  authError(
    "redirected",
    `A redirect came from ${where}. It is never followed, because it would carry secrets elsewhere: give the final address. ${GATEWAY_ADVICE}`,
  );

/** The browser's words stay in the cause: a caller's own `fetch` may quote what it was given. */
function unanswered(where: string, which: (FetchFailure | BodyFailure)["which"], cause: unknown) {
  if (which === "Network") {
    const message =
      `No reply from ${where}: no network, or DNS, TLS, CORS or the page's Content-Security-Policy stands in the way ` +
      "(a browser does not say which).";
    return authError("network", message, cause);
  }
  if (which === "BodyBroken") {
    return authError("network", `The reply of ${where} broke off. Try again.`, cause);
  }
  return invalidConfig("fetch", `did not return a usable Response for ${where}.`, cause);
}
