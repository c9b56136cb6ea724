// Asks. No probe carries a token, or a message that could change anything; cookies only where the SDK sends them, too.
import { bare, read } from "../given/read.js";
import type { Place, Probe } from "./evidence.js";

/** One frame without a message in it: a registration of nothing, which no core takes. */
const EMPTY_FRAME = Uint8Array.of(0, 0, 0, 0, 0);

/** Of the page. */
export interface Surroundings {
  fetch: typeof fetch;
  /** What the client sends beside: its headers must be allowed, too. */
  headers?: HeadersInit | undefined;
  credentials?: RequestCredentials | undefined;
  apiVersion?: "v1" | "v0" | undefined;
  /** Some providers decide CORS by it. */
  clientId?: string | undefined;
  /** Tokens are bound to a key: the name of that header must be allowed, too. */
  isDpop?: boolean;
  origin: string | undefined;
  now(): number;
}

/** The method's path, without which a proxy would not know what to do. */
const method = (version = "v1") => `/wgtwo.sipbreakout.${version}.SipBreakoutService/UpsertRegistration`;

/** The core, as a call would ask it, but for the token: the name of that header must be allowed, its value is nobody's. */
export function probeCore(baseUrl: string, around: Surroundings, signal: AbortSignal): Promise<Place> {
  const type = "application/grpc-web+proto";
  const headers: Record<string, string> = {
    ...own(around.headers),
    "content-type": type,
    accept: type,
    "x-grpc-web": "1",
    "x-user-agent": "sipbreakout-web/diagnose",
    "grpc-timeout": "5S",
    authorization: "Bearer diagnose",
  };
  const url = baseUrl.replace(/\/+$/, "") + method(around.apiVersion);
  return probe(url, { method: "POST", headers, body: EMPTY_FRAME }, around, signal);
}

/** The names of the client's own headers; their values are nobody's business. */
function own(given: HeadersInit | undefined): Record<string, string> {
  try {
    return Object.fromEntries([...new Headers(given).keys()].map((name) => [name, "diagnose"]));
  } catch {
    return {};
  }
}

/** The provider's discovery document. */
export function probeIssuer(issuer: string, around: Surroundings, signal: AbortSignal): Promise<Place> {
  const url = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
  return probe(url, { headers: { accept: "application/json" } }, around, signal);
}

/** The token endpoint, with a grant that there is not. */
export function probeToken(url: string, around: Surroundings, signal: AbortSignal): Promise<Place> {
  const body = String(new URLSearchParams({ grant_type: "diagnose", client_id: around.clientId ?? "" }));
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    ...(around.isDpop && { dpop: "diagnose" }),
  };
  return probe(url, { method: "POST", headers, body }, around, signal);
}

async function probe(
  url: string,
  init: RequestInit,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Place> {
  const place: Place = { url, isSameOrigin: new URL(url).origin === around.origin, asked: {} };
  place.asked = await ask(url, { ...init, redirect: "manual" }, around, signal);
  const { status, isRedirect } = place.asked;
  if (status !== undefined || isRedirect) return place;
  // A POST only where the call was one: a server may treat methods differently.
  const plain = init.method ? { method: "POST", body: "" } : {};
  [place.simple, place.blind] = await Promise.all([
    ask(url, { ...plain, redirect: "manual" }, around, signal),
    ask(url, { ...plain, mode: "no-cors" }, around, signal),
  ]);
  return place;
}

async function ask(
  url: string,
  init: RequestInit,
  around: Surroundings,
  signal: AbortSignal,
): Promise<Probe> {
  const started = around.now();
  try {
    const credentials = around.credentials ?? "same-origin";
    const asked: RequestInit = bare({ ...init, credentials, cache: "no-store", signal });
    const response = await around.fetch(url, asked);
    if (response.type === "opaqueredirect") return { isRedirect: true };
    if (response.type === "opaque") return { isOpaque: true };
    const ended = around.now();
    const date = Date.parse(response.headers.get("date") ?? "");
    const contentType = response.headers.get("content-type") ?? undefined;
    const text = await bodyOf(response);
    return {
      status: response.status,
      contentType,
      isBodyLate: signal.aborted,
      hasStatus: response.headers.has("grpc-status") || /grpc-status\s*:/i.test(readable(text, contentType)),
      // A date has whole seconds: half of one is as good a guess as any.
      skewMs: Number.isNaN(date) ? undefined : (started + ended) / 2 - (date + 500),
      issuer: textIn(text, "issuer"),
      tokenEndpoint: textIn(text, "token_endpoint"),
    };
  } catch {
    return signal.aborted ? { isLate: true } : {};
  }
}

/** The beginning of a body; a server that never ends it is not waited for. */
async function bodyOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  let text = "";
  try {
    const decoder = new TextDecoder("latin1");
    while (reader && text.length < 65_536) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value);
    }
  } catch {
    // What came is enough.
  }
  reader?.cancel().catch(() => {});
  return text;
}

/** In text mode the frames are base64, padded at each flush. */
function readable(text: string, contentType = ""): string {
  if (!/grpc-web-text/i.test(contentType)) return text;
  try {
    return (
      text
        .match(/[^=]+=*/g)
        ?.map(atob)
        .join("") ?? ""
    );
  } catch {
    return "";
  }
}

function textIn(json: string, name: string): string | undefined {
  try {
    const text = read(JSON.parse(json), name);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
