// The options of a client, and those of one call, as they are meant: checked, with what holds where nothing was given.
import { invalidInput } from "../errors.js";
import { bare, peek } from "../given/read.js";
import { CREDENTIALS, Reader } from "../given/reader.js";
import type { AccessTokenSource, ApiVersion, RegistrationProblem, TransportOptions } from "../options.js";

/** @internal What others decide. What a function throws, if it is a string, is the problem's message. */
export interface Rules {
  /**
   * The address without a slash at the end. `parts` are `href` (empty for what is no URL), `origin`, `protocol`, `hostname`,
   * `pathname`, `search` and `hash` of a `URL`.
   */
  checkBaseUrl(parts: string[], hasCredentials: boolean): string;
  /** Names and values, one after the other, as they are sent; without those that are never sent. */
  metadata(pairs: string[]): string[];
  /** Throws for what `createAuth` did not return. */
  checkAuth(value: unknown): void;
}

/** @internal */
export interface RetrySettings {
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly sendPreviousAttempts: boolean;
}

/** @internal How a call is made. */
export interface CallSettings {
  readonly timeoutMs: number;
  /** Names and values, one after the other, as they are sent. */
  readonly metadata: readonly string[];
  readonly retry: RetrySettings;
  readonly fetch: TransportOptions["fetch"];
  readonly credentials: RequestCredentials;
  readonly cache: RequestCache | undefined;
  readonly keepalive: boolean;
  readonly onHeader: TransportOptions["onHeader"];
  readonly onTrailer: TransportOptions["onTrailer"];
  readonly signal: AbortSignal | undefined;
}

/** @internal What holds for each call of a client, and where and how it calls. */
export interface ClientSettings extends CallSettings {
  readonly baseUrl: string;
  readonly apiVersion: ApiVersion;
  readonly maxMessageBytes: number;
  /** What `createAuth` returned; or `accessToken` is there. */
  readonly auth: unknown;
  readonly accessToken: AccessTokenSource | undefined;
  readonly keeping: { readonly owner: string | undefined; readonly maxPerSecond: number };
}

const MAX_ATTEMPTS = 5;
const DAY_MS = 86_400_000;
const CACHES = ["default", "no-store", "reload", "no-cache", "force-cache"] as const;

const DEFAULTS: CallSettings = {
  timeoutMs: 30_000,
  metadata: [],
  retry: { maxAttempts: MAX_ATTEMPTS, initialDelayMs: 1000, maxDelayMs: 30_000, sendPreviousAttempts: false },
  fetch: undefined,
  // A gateway on the page's own origin may need its cookie.
  credentials: "same-origin",
  cache: undefined,
  keepalive: false,
  onHeader: undefined,
  onTrailer: undefined,
  signal: undefined,
};

/**
 * @internal Reads the settings of a client, before the wasm is there. What is returned has the rest checked, and may be
 * called again.
 */
export function readClientSettings(options: unknown): (rules: Rules) => ClientSettings {
  const reader = new Reader(options, "options");
  const given = reader.string("baseUrl");
  const auth = reader.value("auth");
  const accessToken = reader.function<AccessTokenSource>("accessToken");
  const apiVersion = reader.choice("apiVersion", ["v1", "v0"]) ?? "v1";
  const timeoutMs = reader.milliseconds("timeoutMs") ?? DEFAULTS.timeoutMs;
  const headers = readHeaders(reader);
  const maxMessageBytes = reader.number("maxMessageBytes", 0, 2 ** 31 - 1) ?? 65_536;
  const keeping = Reader.nested(reader.value("keeping"), "keeping");
  const owner = keeping.string("owner");
  const maxPerSecond = Math.trunc(keeping.number("maxPerSecond", 1, 1000) ?? 50);
  if (owner !== undefined && auth !== undefined) {
    keeping.problem("owner", "conflict", "With auth it is who is signed in. Leave it out.");
  }
  if (given === undefined) {
    const message = "Give the address of the gRPC-Web endpoint, for example https://api.example.com.";
    reader.problem("baseUrl", "missing", message);
  }
  const url = urlOf(given ?? "");
  const ofRetry: RegistrationProblem[] = [];
  const defaults = {
    ...DEFAULTS,
    retry: { ...DEFAULTS.retry, sendPreviousAttempts: isSameOrigin(url) },
  };
  const transport = readTransport(reader, defaults, ofRetry);
  if (auth === undefined) {
    const message = "Give auth (from createAuth) or accessToken (a function).";
    if (!accessToken) reader.problem("auth", "missing", message);
  } else if (accessToken) {
    reader.problem("accessToken", "conflict", "Give either auth or accessToken, not both.");
  }
  return (rules) => {
    const metadata = checkHeaders(reader, headers, rules);
    const check = () => checkUrl(url, rules);
    const baseUrl = given === undefined ? undefined : checked(reader, "baseUrl", "bad_url", check);
    if (auth !== undefined && !accessToken)
      checked(reader, "auth", "wrong_type", () => rules.checkAuth(auth));
    const problems = [...reader.finish(), ...ofRetry, ...keeping.finish()];
    if (problems.length > 0) throw invalidInput(problems);
    return {
      ...transport,
      timeoutMs,
      metadata,
      signal: undefined,
      baseUrl: baseUrl as string,
      apiVersion,
      maxMessageBytes,
      auth,
      accessToken,
      keeping: { owner, maxPerSecond },
    };
  };
}

/** @internal The settings of one call: what its options say, else what the client's do. Adds to `problems` what is wrong. */
export function readCallSettings(
  options: unknown,
  client: CallSettings,
  rules: Rules,
  problems: RegistrationProblem[],
): CallSettings {
  if (options === undefined) return client;
  const reader = new Reader(options, "options");
  const signal = reader.signal("signal");
  const timeoutMs = reader.milliseconds("timeoutMs") ?? client.timeoutMs;
  const metadata = [...client.metadata, ...checkHeaders(reader, readHeaders(reader), rules)];
  const ofRetry: RegistrationProblem[] = [];
  const transport = readTransport(reader, client, ofRetry);
  problems.push(...reader.finish(), ...ofRetry);
  return { ...transport, timeoutMs, metadata, signal };
}

/** @internal How requests leave. */
export type Transport = Omit<CallSettings, "timeoutMs" | "metadata" | "signal">;

/** What `reader` finds, else what `defaults` says. */
function readTransport(reader: Reader, defaults: Transport, problems: RegistrationProblem[]): Transport {
  return {
    fetch: reader.function("fetch") ?? defaults.fetch,
    credentials: reader.choice("credentials", CREDENTIALS) ?? defaults.credentials,
    cache: reader.choice("cache", CACHES) ?? defaults.cache,
    keepalive: reader.boolean("keepalive") ?? defaults.keepalive,
    retry: readRetry(reader.value("retry"), defaults.retry, problems),
    onHeader: reader.function("onHeader") ?? defaults.onHeader,
    onTrailer: reader.function("onTrailer") ?? defaults.onTrailer,
  };
}

function readRetry(value: unknown, defaults: RetrySettings, problems: RegistrationProblem[]): RetrySettings {
  if (value === undefined) return defaults;
  if (value === false) return { ...defaults, maxAttempts: 1 };
  const reader = Reader.nested(value, "retry");
  // A policy is given because retries are wanted, also where the client makes none.
  const most = defaults.maxAttempts === 1 ? MAX_ATTEMPTS : defaults.maxAttempts;
  const settings = {
    maxAttempts: Math.trunc(reader.number("maxAttempts", 1, MAX_ATTEMPTS) ?? most),
    initialDelayMs: reader.number("initialDelayMs", 0, DAY_MS) ?? defaults.initialDelayMs,
    maxDelayMs: reader.number("maxDelayMs", 0, DAY_MS) ?? defaults.maxDelayMs,
    sendPreviousAttempts: reader.boolean("sendPreviousAttempts") ?? defaults.sendPreviousAttempts,
  };
  problems.push(...reader.finish());
  return settings;
}

/** A result of Rust; what it refuses is a problem of `field`. */
function checked<T>(reader: Reader, field: string, code: string, check: () => T): T | undefined {
  try {
    return check();
  } catch (thrown) {
    // Anything else is no refusal: the wasm has stopped.
    if (typeof thrown !== "string") throw thrown;
    reader.problem(field, code, thrown);
    return undefined;
  }
}

/** Names and values, one after the other; none if there is one that is not the application's to give. */
function readHeaders(reader: Reader): string[] {
  const pairs = reader.headers("headers");
  const other = pairs.find((name, at) => at % 2 === 0 && /^(authorization|dpop)$/i.test(name));
  if (other === undefined) return pairs;
  const message = `Leave out ${other.toLowerCase()}: give accessToken, or auth; the client adds the header.`;
  reader.problem("headers", "conflict", message);
  return [];
}

function checkHeaders(reader: Reader, pairs: string[], rules: Rules): string[] {
  if (pairs.length === 0) return [];
  return checked(reader, "headers", "bad_header", () => rules.metadata(pairs)) ?? [];
}

/** The address without a slash at the end. Throws what is wrong with it, in words. */
function checkUrl(url: URL | undefined, rules: Rules): string {
  const {
    href = "",
    origin = "",
    protocol = "",
    hostname = "",
    pathname = "",
    search = "",
    hash = "",
    username = "",
    password = "",
  }: Partial<URL> = url ?? bare({});
  const hasCredentials = username + password !== "";
  return rules.checkBaseUrl([href, origin, protocol, hostname, pathname, search, hash], hasCredentials);
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Whether a request to it needs no CORS preflight: headers that few servers allow may be sent then. */
function isSameOrigin(url: URL | undefined): boolean {
  const origin = peek(peek(globalThis, "location"), "origin");
  return typeof origin === "string" && origin === url?.origin;
}
