// The calls of one client: its settings, its tokens, and what is under way. The client's methods and its keepers call here.

import type { ClientOptions } from "../client-options.js";
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { isTime } from "../core/limits.js";
import { invalidInput, toSdkError } from "../errors.js";
import { methods } from "../generated.js";
import { merged } from "../given/problems.js";
import { peek } from "../given/read.js";
import { Reader } from "../given/reader.js";
import type { AccessTokenSource, RegistrationProblem } from "../options.js";
import type { Moment } from "../platform/clock.js";
import { type HasTokens, TOKENS, type TokenSource } from "../token-source.js";
import { ended, secretsOf } from "./attempt.js";
import type { Core } from "./attempts.js";
import { makeCall } from "./call.js";
import { CallEnded, CallLimits } from "./call-limits.js";
import { EarlyToken } from "./early-token.js";
import { encode, textOf } from "./encode.js";
import { type RegistrationFields, readRegistration } from "./registration-fields.js";
import { Asked } from "./request.js";
import { newBucket } from "./retries.js";
import {
  type CallSettings,
  type ClientSettings,
  type Rules,
  readCallSettings,
  readClientSettings,
} from "./settings.js";
import { SuppliedTokens } from "./supplied-tokens.js";

const DEFAULT_TIMEOUT_MS = 30_000;

/** @internal What the core granted. */
export interface Granted {
  /** The time to live in seconds. */
  answer: number;
  /** It holds from then. */
  sentAt: Moment;
}

/** @internal */
export class CoreCalls {
  readonly #options: ClientOptions;
  readonly #underWay: CallLimits[] = [];
  readonly #bucket = newBucket();
  #checkSettings: ((rules: Rules) => ClientSettings) | undefined;
  #settings: ClientSettings | undefined;
  #tokens: TokenSource | undefined;
  #early: EarlyToken | undefined;
  #closed: { reason: unknown } | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The settings of the client, once the wasm is there to check them. @throws InvalidRequestError */
  settings(wasm: Wasm): ClientSettings {
    this.#settings ??= this.#readSettings()(rulesOf(wasm));
    return this.#settings;
  }

  #readSettings(): (rules: Rules) => ClientSettings {
    this.#checkSettings ??= readClientSettings(this.#options);
    return this.#checkSettings;
  }

  /** `isOwn`: it is the application's call, which `close` ends, and not a keeper's. */
  upsert(request: unknown, options: unknown, isOwn = true): Promise<Granted> {
    return this.#call(Asked.upsert, request, options, isOwn) as Promise<Granted>;
  }

  /** The same. */
  delete(request: unknown, options: unknown, isOwn = true): Promise<unknown> {
    return this.#call(Asked.delete, request, options, isOwn);
  }

  /** Ends the application's calls that are under way, and every later one. */
  close(reason: unknown): void {
    this.#closed = { reason };
    for (const limits of [...this.#underWay]) limits.end({ why: "cancelled", reason });
  }

  async #call(asked: number, request: unknown, options: unknown, isOwn: boolean) {
    const times = [options, this.#options].map((given) => peek(given, "timeoutMs"));
    const limits = new CallLimits(times.find(isTime) ?? DEFAULT_TIMEOUT_MS, peek(options, "signal"));
    if (isOwn) {
      if (this.#closed) limits.end({ why: "cancelled", reason: this.#closed.reason });
      limits.place = this.#underWay.push(limits) - 1;
    }
    try {
      let read: ReadRequest | undefined;
      const prepare = () => {
        this.#readSettings();
        read ??= readRequest(request);
        return read;
      };
      const begin = (wasm: Wasm) => this.#begin(wasm, asked, prepare(), options, limits);
      // A session's other methods wait for their turn to enter the wasm, and a call must not overtake them.
      if (peek(this.#options, "auth") === undefined && callsWasm.current()) {
        // The caller's stack may be nearly full, and a turn that is taken must be given back.
        await undefined;
        const wasm = callsWasm.current();
        if (wasm) return await begin(wasm);
      }
      return await this.#beginLater(prepare, begin, limits);
    } catch (thrown) {
      // The caller's stack may be full: on the next turn there is room to say so.
      await undefined;
      throw toSdkError(thrown);
    } finally {
      if (isOwn) this.#remove(limits);
      limits.stop();
    }
  }

  /** The last one takes its place. A Set would be made anew every few calls. */
  #remove({ place }: CallLimits): void {
    const last = this.#underWay.pop() as CallLimits;
    if (place === this.#underWay.length) return;
    this.#underWay[place] = last;
    last.place = place;
  }

  /** When the wasm is there. The call takes its place among those that wait for it. */
  async #beginLater<T>(
    prepare: () => ReadRequest,
    begin: (wasm: Wasm) => Promise<T>,
    limits: CallLimits,
  ): Promise<T> {
    let begun: Promise<T> | undefined;
    let early: EarlyToken | undefined;
    const loading = callsWasm.whenLoaded((wasm) => {
      if (!limits.isEnded) begun = begin(wasm);
    });
    try {
      const loaded = limits.hold(loading);
      // The request for the wasm goes out first; while it comes there is time for all that JavaScript can do alone.
      await undefined;
      if (!callsWasm.latest() && looksGood(prepare()) && !limits.isEnded) early = this.#joinEarly();
      await loaded.catch((thrown: unknown) => {
        if (!begun) throw thrown instanceof CallEnded ? unloaded(thrown) : thrown;
      });
      return await (begun as unknown as Promise<T>);
    } finally {
      early?.leave();
    }
  }

  /** The first call's token: where it takes a request, that and the wasm's are under way at the same time. */
  #joinEarly(): EarlyToken | undefined {
    const source = peek(this.#options, "accessToken");
    if (this.#tokens || typeof source !== "function") return undefined;
    this.#early ??= new EarlyToken(source as AccessTokenSource);
    this.#early.join();
    return this.#early;
  }

  #begin(wasm: Wasm, asked: number, read: ReadRequest, options: unknown, limits: CallLimits) {
    const settings = this.settings(wasm);
    const { body, phoneNumber, call } = this.#check(wasm, asked, read, options, settings);
    const path = methods[settings.apiVersion][asked === Asked.upsert ? "upsert" : "delete"];
    limits.timeoutMs = call.timeoutMs;
    return makeCall(this.#core(wasm, settings), { asked, path, body, phoneNumber }, call, limits);
  }

  /** What is to be sent. @throws InvalidRequestError with all that is wrong with what was given */
  #check(wasm: Wasm, asked: number, read: ReadRequest, options: unknown, settings: ClientSettings) {
    const { fields, text } = read;
    const found = [...read.found];
    const call: CallSettings = readCallSettings(options, settings, rulesOf(wasm), found);
    const { body, phoneNumber, problems } = encode(wasm, asked, settings.apiVersion, fields, text);
    const all = merged(found, problems);
    if (all.length > 0) throw invalidInput(all);
    return { body, phoneNumber, call };
  }

  #core(wasm: Wasm, { baseUrl, maxMessageBytes, auth, accessToken }: ClientSettings): Core {
    this.#tokens ??= accessToken
      ? // The tokens may outlive the instance.
        new SuppliedTokens(this.#early?.supply ?? accessToken, (tokens) =>
          secretsOf(callsWasm.latest() ?? wasm, [], tokens),
        )
      : (auth as HasTokens)[TOKENS]();
    return { baseUrl, maxMessageBytes, tokens: this.#tokens, bucket: this.#bucket };
  }
}

/** A request as far as it is read before the wasm is there. */
interface ReadRequest {
  found: readonly RegistrationProblem[];
  fields: RegistrationFields;
  /** The fields, as Rust takes them. */
  text: string;
}

/** No token is needed for what can be seen to be wrong, as a fleet's first question, which only checks its options. */
const looksGood = ({ found, fields }: ReadRequest) => found.length === 0 && fields.sipUri !== undefined;

function readRequest(request: unknown): ReadRequest {
  const found: RegistrationProblem[] = [];
  const fields = readRegistration(found, new Reader(request, "request"));
  return { found, fields, text: textOf(fields) };
}

/** @internal */
export const rulesOf = (wasm: Wasm): Rules => ({
  checkBaseUrl: (parts, hasCredentials) =>
    callsWasm.ask(wasm, ({ checkBaseUrl }) => checkBaseUrl(parts, hasCredentials)),
  metadata: (pairs) =>
    callsWasm.ask(wasm, ({ checkMetadata }) => checkMetadata(pairs)) as unknown as string[],
  checkAuth,
});

/** @internal @throws InvalidRequestError with all that is wrong and needs no Rust to be seen */
export const checkClientOptions = (options: ClientOptions): ClientSettings =>
  readClientSettings(options)({
    checkBaseUrl: ([href = ""]) => {
      // A server that renders a page does not know the page's address.
      if (href || !globalThis.location) return href;
      throw "It must be an absolute URL, for example https://api.example.com.";
    },
    metadata: (pairs) => pairs,
    checkAuth,
  });

/** Every copy of the package in a page knows what `createAuth` of the others returned by this. */
const MARK = Symbol.for("sipbreakout-web.auth");

/** A session is a matter of the copy that made it. */
const OF_OTHER_COPY =
  "This auth was made by another copy of sipbreakout-web, or another version of it. Import createAuth and createClient " +
  "from one copy, or give accessToken: ({ forceRefresh }) => auth.getAccessToken({ forceRefresh }).";

function checkAuth(auth: unknown): void {
  if (typeof peek(auth, TOKENS) === "function") return;
  throw peek(auth, MARK) ? OF_OTHER_COPY : "Give what createAuth returned.";
}

/** The error of a call that ended before the wasm was there. */
function unloaded({ end }: CallEnded): unknown {
  if (end.why === "ended") return end.error;
  const when = callsWasm.latest()
    ? " before anything was sent"
    : " while the wasm was still loading; nothing was sent";
  const failure = ended(end.why === "deadline", when);
  if (end.why === "cancelled") failure.cause = end.reason;
  return failure;
}
