// `createClient`: registrations at the core.
import { type Auth, handleOf } from "./auth.js";
import { enter, type Wasm } from "./load.js";
import type {
  CallOptions,
  ClientOptions,
  DeleteRegistrationRequest,
  DeleteRegistrationResponse,
  RegistrationProblem,
  RegistrationRequest,
  RegistrationResponse,
} from "./options.js";

type Handle = InstanceType<Wasm["ClientHandle"]>;

/** Registers numbers with the operator's core. Made by `createClient`. */
export class SipBreakoutClient {
  readonly #options: ClientOptions;
  readonly #closed = new AbortController();
  #handle: Promise<Handle> | undefined;

  /** @internal */
  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Creates the number's registration, replaces it, or with the same parameters starts its time to live again.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  upsertRegistration(request: RegistrationRequest, options?: CallOptions): Promise<RegistrationResponse> {
    return enter(async (wasm) => (await this.#open(wasm)).upsertRegistration(request, options));
  }

  /**
   * Ends the number's registration. `sipUri` must be the one it was registered with.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  deleteRegistration(request: DeleteRegistrationRequest, options?: CallOptions): Promise<DeleteRegistrationResponse> {
    return enter(async (wasm) => (await this.#open(wasm)).deleteRegistration(request, options));
  }

  /** Ends the calls under way (`cancelled`), and every later one. Nothing is deleted at the core. */
  close(): void {
    this.#closed.abort(new DOMException("The client was closed.", "AbortError"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  // Options are read when they are first needed, in Rust; wrong ones are this call's error, and the next one's.
  #open(wasm: Wasm): Promise<Handle> {
    this.#handle ??= this.#create(wasm).catch((error: unknown) => {
      this.#handle = undefined;
      throw error;
    });
    return this.#handle;
  }

  async #create(wasm: Wasm): Promise<Handle> {
    const auth = await handleOf(this.#options?.auth as Auth | undefined);
    return new wasm.ClientHandle(this.#options, auth?.share(), this.#closed.signal);
  }
}

/** A client of one endpoint. Synchronous; nothing is loaded or sent yet. */
export function createClient(options: ClientOptions): SipBreakoutClient {
  return new SipBreakoutClient(options);
}

/**
 * All that is wrong with a registration, for a form to show; an empty array when nothing is.
 * @throws InvalidRequestError for wrong `options`, LoadError
 */
export function validateRegistration(
  request: Partial<RegistrationRequest>,
  options?: { apiVersion?: ClientOptions["apiVersion"] },
): Promise<RegistrationProblem[]> {
  return enter((wasm) => wasm.validateRegistration(request, options) as RegistrationProblem[]);
}
