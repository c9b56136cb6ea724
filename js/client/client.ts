// `createClient`: registrations at the core.
import { handleOf } from "../auth.js";
import { isTime } from "../core/limits.js";
import { enter, type Wasm } from "../core/load.js";
import type { ClientEvents } from "../events.js";
import { peek } from "../given/read.js";
import { CALL, CLIENT, FLEET, KEEP, REGISTRATION, VALIDATION } from "../given/shapes.js";
import { optionsOf, requestOf } from "../given/snapshot.js";
import type { RegistrationKeeper } from "../keeper.js";
import { ClientKeepers } from "../keepers.js";
import type {
  CallOptions,
  ClientOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  FleetOptions,
  FleetResult,
  KeepOptions,
  RegistrationProblem,
  RegistrationRequest,
  RegistrationResponse,
} from "../options.js";
import { fleet } from "./fleet.js";

type Handle = InstanceType<Wasm["ClientHandle"]>;

/** As in Rust, which has the last word on a call's deadline. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** @internal The options of a client; undefined for anything else. */
export let clientOptions: (value: unknown) => ClientOptions | undefined;

/**
 * Registers numbers with the operator's core. Made by `createClient`. The event `keepersChanged` says that `keepers` has
 * other members, here or because of another tab.
 */
export class SipBreakoutClient extends (EventTarget as new () => ClientEvents) {
  static {
    clientOptions = (value) => (value instanceof SipBreakoutClient ? value.#options : undefined);
  }

  readonly #options: ClientOptions;
  readonly #closed = new AbortController();
  readonly #keepers = new ClientKeepers(
    (wasm) => this.#open(wasm),
    () => this.dispatchEvent(new Event("keepersChanged")),
    () => this.#options,
  );
  #handle: Handle | undefined;
  /** Whose handle it is: after a trap there is another instance. */
  #wasm: Wasm | undefined;

  /** @internal */
  constructor(options: ClientOptions) {
    super();
    this.#options = optionsOf(options, CLIENT);
  }

  /**
   * Creates the number's registration, replaces it, or with the same parameters starts its time to live again.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  upsertRegistration(request: RegistrationRequest, options?: CallOptions): Promise<RegistrationResponse> {
    const [wanted, how] = [requestOf(request, REGISTRATION), optionsOf(options, CALL)];
    const { overruling } = this.#keepers;
    overruling.call(wanted);
    return this.#call((handle) => {
      overruling.callBesideStore(wanted);
      return handle.upsertRegistration(wanted, how);
    }, how);
  }

  /**
   * Ends the number's registration. `sipUri` must be the one it was registered with.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  deleteRegistration(
    request: DeleteRegistrationRequest,
    options?: CallOptions,
  ): Promise<DeleteRegistrationResponse> {
    const [wanted, how] = [requestOf(request, REGISTRATION), optionsOf(options, CALL)];
    return this.#call((handle) => handle.deleteRegistration(wanted, how), how);
  }

  /**
   * `upsertRegistration` for each request, a few at a time. Requests are taken as there is room, from an array, a
   * generator or whatever can be iterated; each one taken has exactly one result, in the order in which they come. One
   * that fails does not stop the others. Nothing begins before the first result is asked for. A request is copied when it
   * is taken, so a generator may fill one object again and again; a result has that copy, and the `index`.
   *
   * The iteration ends without an error only when the requests are at their end. When it is aborted, the client closed,
   * or the session ends, nothing more is taken, what was taken has its results, and then the iteration throws. The same
   * iterator can be given again to go on. Leaving the loop early closes it, and ends the calls under way.
   * @throws InvalidRequestError (options), LoadError, RpcError (`cancelled`, `unauthenticated`), AuthError, and what the
   * iterable throws
   */
  upsertRegistrations(
    requests: Iterable<RegistrationRequest> | AsyncIterable<RegistrationRequest>,
    options?: FleetOptions,
  ): AsyncIterable<FleetResult> {
    const how = optionsOf(options, FLEET);
    return fleet((one, call) => this.upsertRegistration(one, call), this.#closed.signal, requests, how);
  }

  /** `deleteRegistration` for each request; otherwise as `upsertRegistrations`. */
  deleteRegistrations(
    requests: Iterable<DeleteRegistrationRequest> | AsyncIterable<DeleteRegistrationRequest>,
    options?: FleetOptions,
  ): AsyncIterable<FleetResult<DeleteRegistrationRequest, DeleteRegistrationResponse>> {
    const how = optionsOf(options, FLEET);
    return fleet((one, call) => this.deleteRegistration(one, call), this.#closed.signal, requests, how);
  }

  /**
   * Keeps the number registered from now on: registers it, and tells the core again before it forgets, until `stop()`. Of
   * several tabs one does it for all; another takes over when that is closed. Returns at once; the keeper's state and events
   * tell how it goes. Kept already: what is wanted takes the place of what was. Give `phoneNumber` always or never for one
   * person: one with the own number and one without are two keepers, which overwrite each other.
   */
  keepRegistered(request: RegistrationRequest, options?: KeepOptions): RegistrationKeeper {
    const wanted = requestOf(request, REGISTRATION);
    // What is no object was not copied, and is not ours to freeze.
    const own = wanted === request ? wanted : Object.freeze(wanted);
    return this.#keepers.keep(own, optionsOf(options, KEEP));
  }

  /**
   * Goes on with all that was kept before a reload, or is kept by other tabs, for who is signed in. Resolves to the keepers.
   * If the wasm can't be loaded this rejects, but the client goes on trying: the keepers appear later (`keepersChanged`).
   * @throws InvalidRequestError (the client's options), AuthError (`aborted`: it was closed), LoadError
   */
  resumeKeepers(): Promise<RegistrationKeeper[]> {
    return this.#keepers.restore();
  }

  /** The keepers of this page that are not stopped. */
  get keepers(): readonly RegistrationKeeper[] {
    return this.#keepers.list();
  }

  /**
   * Ends the calls under way (`cancelled`), and every later one; keeps nothing in this page any more. Nothing is deleted at
   * the core, and other tabs go on.
   */
  close(): void {
    this.#closed.abort(new DOMException("The client was closed.", "AbortError"));
    this.#keepers.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #call<T>(work: (handle: Handle) => Promise<T>, options: unknown): Promise<T> {
    const times = [options, this.#options].map((given) => peek(given, "timeoutMs"));
    const limits = {
      family: "rpc" as const,
      signals: [peek(options, "signal"), this.#closed.signal],
      timeoutMs: times.find(isTime) ?? DEFAULT_TIMEOUT_MS,
    };
    return enter((wasm) => work(this.#open(wasm)), limits);
  }

  // Options are read when they are first needed, in Rust; wrong ones are this call's error, and the next one's.
  #open(wasm: Wasm): Handle {
    if (!this.#handle || this.#wasm !== wasm) {
      this.#handle = new wasm.ClientHandle(
        this.#options,
        handleOf(peek(this.#options, "auth"), wasm)?.share(),
        this.#closed.signal,
      );
      this.#wasm = wasm;
    }
    return this.#handle;
  }
}

/**
 * A client of one endpoint. Synchronous; nothing is loaded or sent yet. The options are copied now, as requests and
 * options are by every method: to change them afterwards changes nothing.
 */
export function createClient(options: ClientOptions): SipBreakoutClient {
  return new SipBreakoutClient(options);
}

/**
 * All that is wrong with a registration, for a form to show; an empty array when nothing is.
 * @throws InvalidRequestError for wrong `options`, LoadError
 */
export function validateRegistration(
  request: { [Field in keyof RegistrationRequest]?: unknown },
  options?: { apiVersion?: ClientOptions["apiVersion"] },
): Promise<RegistrationProblem[]> {
  const [wanted, how] = [requestOf(request, REGISTRATION), optionsOf(options, VALIDATION)];
  return enter((wasm) => wasm.validateRegistration(wanted, how) as RegistrationProblem[]);
}
