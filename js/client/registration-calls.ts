// The calls of a client for one registration: the client without its keepers, and without calls for many.

import type { ClientOptions } from "../client-options.js";
import { toSdkError } from "../errors.js";
import { CALL, REGISTRATION, TRANSPORT } from "../given/shapes.js";
import { asIs, type Fields, nested, optionsOf, requestOf } from "../given/snapshot.js";
import type {
  CallOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  KeepingOptions,
  RegistrationRequest,
  RegistrationResponse,
} from "../options.js";
import { CoreCalls, checkClientOptions } from "./core-calls.js";

const KEEPING: Fields<KeepingOptions> = { owner: asIs, maxPerSecond: asIs };

const CLIENT: Fields<ClientOptions> = {
  ...TRANSPORT,
  baseUrl: asIs,
  apiVersion: asIs,
  maxMessageBytes: asIs,
  keeping: /* @__PURE__ */ nested(KEEPING),
  auth: asIs,
  accessToken: asIs,
};

/**
 * @internal The methods of `SipBreakoutClient` that call the core; what they do is said there. Where one of them fails, the
 * caller's stack may be full: on the next turn there is room to say so.
 */
export class RegistrationCalls {
  readonly options: ClientOptions;
  readonly core: CoreCalls;
  /** Aborted by `close()`. */
  readonly closed = new AbortController();

  constructor(options: ClientOptions) {
    this.options = optionsOf(options, CLIENT);
    checkClientOptions(this.options);
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
      const { answer: timeToLiveSeconds, sentAt } = await this.core.upsert(wanted, how);
      const expiresAt = new Date(sentAt.wallMs + timeToLiveSeconds * 1000);
      return { status: "OK", timeToLiveSeconds, expiresAt };
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

  close(): void {
    const reason = new DOMException("The client was closed.", "AbortError");
    this.closed.abort(reason);
    this.core.close(reason);
  }
}
