// `createClient`: registrations at the core.

import type { Call } from "./client/fleet-options.js";
import type { Requests } from "./client/fleet-requests.js";
import { RegistrationCalls } from "./client/registration-calls.js";
import { validate } from "./client/validation.js";
import type { ClientOptions } from "./client-options.js";
import type { ClientEvents } from "./events.js";
import type { FleetResult } from "./fleet-result.js";
import { FLEET, KEEP, REGISTRATION, VALIDATION } from "./given/shapes.js";
import { optionsOf, requestOf } from "./given/snapshot.js";
import type { RegistrationKeeper } from "./keeper-face/registration-keeper.js";
import { Keepers } from "./keepers.js";
import { loadLater } from "./load-later.js";
import type {
  CallOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  FleetOptions,
  KeepOptions,
  RegistrationProblem,
  RegistrationRequest,
  RegistrationResponse,
} from "./options.js";
import { dispatch } from "./platform/dispatch.js";

/** @internal The options of a client; undefined for anything else. */
export let clientOptions: (value: unknown) => ClientOptions | undefined;

/**
 * Registers numbers with the operator's core. Made by `createClient`. The event `keepersChanged` says that `keepers` has
 * other members, here or because of another tab; `storageUnavailable`, that what is kept can't be remembered for now.
 */
export class SipBreakoutClient extends (EventTarget as new () => ClientEvents) {
  static {
    clientOptions = (value) => (value instanceof SipBreakoutClient ? value.#calls.options : undefined);
  }

  readonly #calls: RegistrationCalls;
  readonly #keepers: Keepers;
  readonly #overrule = (wanted: RegistrationRequest) => {
    const { overruling } = this.#keepers;
    overruling.call(wanted);
    overruling.callBesideStore(wanted);
  };

  /** @internal */
  constructor(options: ClientOptions) {
    super();
    this.#calls = new RegistrationCalls(options);
    this.#keepers = new Keepers(
      this.#calls,
      () => dispatch(this, new Event("keepersChanged")),
      () => dispatch(this, new Event("storageUnavailable")),
    );
  }

  /**
   * Creates the number's registration, replaces it, or with the same parameters starts its time to live again.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  upsertRegistration(request: RegistrationRequest, options?: CallOptions): Promise<RegistrationResponse> {
    return this.#calls.upsertRegistration(request, options, this.#overrule);
  }

  /**
   * Ends the number's registration. `sipUri` must be the one it was registered with.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  deleteRegistration(
    request: DeleteRegistrationRequest,
    options?: CallOptions,
  ): Promise<DeleteRegistrationResponse> {
    return this.#calls.deleteRegistration(request, options);
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
    return this.#fleet((one, call) => this.upsertRegistration(one, call), requests, how);
  }

  /** `deleteRegistration` for each request; otherwise as `upsertRegistrations`. */
  deleteRegistrations(
    requests: Iterable<DeleteRegistrationRequest> | AsyncIterable<DeleteRegistrationRequest>,
    options?: FleetOptions,
  ): AsyncIterable<FleetResult<DeleteRegistrationRequest, DeleteRegistrationResponse>> {
    const how = optionsOf(options, FLEET);
    return this.#fleet((one, call) => this.deleteRegistration(one, call), requests, how);
  }

  /** Nothing happens before the first `next()`. */
  async *#fleet<Request, Response>(
    call: Call<Request, Response>,
    requests: Requests<Request>,
    options: FleetOptions | undefined,
  ): AsyncGenerator<FleetResult<Request, Response>, void, undefined> {
    const { fleet } = await loadLater();
    yield* fleet(call, this.#calls.closed.signal, requests, options);
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
   * @throws InvalidRequestError (the client's options), RpcError (`cancelled`: it was closed), LoadError
   */
  resumeKeepers(): Promise<RegistrationKeeper[]> {
    return this.#keepers.restore();
  }

  /** The keepers of this page that are not stopped: of each number the one that was made last. */
  get keepers(): readonly RegistrationKeeper[] {
    return this.#keepers.list();
  }

  /**
   * Ends the calls under way (`cancelled`), and every later one; keeps nothing in this page any more. Nothing is deleted at
   * the core, and other tabs go on.
   */
  close(): void {
    this.#calls.close();
    this.#keepers.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * A client of one endpoint. Synchronous; nothing is loaded or sent yet. The options are copied now, as requests and
 * options are by every method: to change them afterwards changes nothing.
 * @throws InvalidRequestError for what can be seen to be wrong without the wasm; the first call finds the rest
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
  return validate(wanted, how);
}
