// The calls of a client for one registration and for many: the client without its keepers.
import { toSdkError } from "../errors.js";
import { CALL, CLIENT, FLEET, REGISTRATION } from "../given/shapes.js";
import { optionsOf, requestOf } from "../given/snapshot.js";
import type {
  CallOptions,
  ClientOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  FleetOptions,
  FleetResult,
  RegistrationRequest,
  RegistrationResponse,
} from "../options.js";
import { CoreCalls } from "./core-calls.js";
import { fleet } from "./fleet.js";

/**
 * @internal The methods of `SipBreakoutClient` that call the core; what they do is said there. Where one of them fails, the
 * caller's stack may be full: on the next turn there is room to say so.
 */
export class RegistrationCalls {
  readonly options: ClientOptions;
  readonly core: CoreCalls;
  readonly #closed = new AbortController();

  constructor(options: ClientOptions) {
    this.options = optionsOf(options, CLIENT);
    this.core = new CoreCalls(this.options);
  }

  /** `onRequest` is told in the turn of the call. */
  async upsertRegistration(
    request: RegistrationRequest,
    options?: CallOptions,
    onRequest?: (wanted: RegistrationRequest) => void,
  ): Promise<RegistrationResponse> {
    try {
      const [wanted, how] = [requestOf(request, REGISTRATION), optionsOf(options, CALL)];
      onRequest?.(wanted);
      const { ttlSeconds, sentAt } = await this.core.upsert(wanted, how);
      const expiresAt = new Date(sentAt.wallMs + ttlSeconds * 1000);
      return { status: "OK", timeToLiveSeconds: ttlSeconds, expiresAt };
    } catch (thrown) {
      await undefined;
      throw toSdkError(thrown);
    }
  }

  async deleteRegistration(
    request: DeleteRegistrationRequest,
    options?: CallOptions,
  ): Promise<DeleteRegistrationResponse> {
    try {
      const [wanted, how] = [requestOf(request, REGISTRATION), optionsOf(options, CALL)];
      await this.core.delete(wanted, how);
      return { status: "OK" };
    } catch (thrown) {
      await undefined;
      throw toSdkError(thrown);
    }
  }

  upsertRegistrations(
    requests: Iterable<RegistrationRequest> | AsyncIterable<RegistrationRequest>,
    options?: FleetOptions,
    onRequest?: (wanted: RegistrationRequest) => void,
  ): AsyncIterable<FleetResult> {
    const how = optionsOf(options, FLEET);
    const upsert = (one: RegistrationRequest, call: CallOptions) =>
      this.upsertRegistration(one, call, onRequest);
    return fleet(upsert, this.#closed.signal, requests, how);
  }

  deleteRegistrations(
    requests: Iterable<DeleteRegistrationRequest> | AsyncIterable<DeleteRegistrationRequest>,
    options?: FleetOptions,
  ): AsyncIterable<FleetResult<DeleteRegistrationRequest, DeleteRegistrationResponse>> {
    const how = optionsOf(options, FLEET);
    return fleet((one, call) => this.deleteRegistration(one, call), this.#closed.signal, requests, how);
  }

  close(): void {
    const reason = new DOMException("The client was closed.", "AbortError");
    this.#closed.abort(reason);
    this.core.close(reason);
  }
}
