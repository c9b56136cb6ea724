// `createClient`: registrations at the core.
import { handleOf } from "./auth.js";
import { isTime, peek } from "./limits.js";
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

/** As in Rust, which has the last word on a call's deadline. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** @internal The options of a client; undefined for anything else. */
export let clientOptions: (value: unknown) => ClientOptions | undefined;

/** Registers numbers with the operator's core. Made by `createClient`. */
export class SipBreakoutClient {
  static {
    clientOptions = (value) => (value instanceof SipBreakoutClient ? value.#options : undefined);
  }

  readonly #options: ClientOptions;
  readonly #closed = new AbortController();
  #handle: Handle | undefined;
  /** Whose handle it is: after a trap there is another instance. */
  #wasm: Wasm | undefined;

  /** @internal */
  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Creates the number's registration, replaces it, or with the same parameters starts its time to live again.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  upsertRegistration(request: RegistrationRequest, options?: CallOptions): Promise<RegistrationResponse> {
    return this.#call((handle) => handle.upsertRegistration(request, options), options);
  }

  /**
   * Ends the number's registration. `sipUri` must be the one it was registered with.
   * @throws InvalidRequestError, AuthError, RegistrationRejectedError, RpcError, LoadError
   */
  deleteRegistration(
    request: DeleteRegistrationRequest,
    options?: CallOptions,
  ): Promise<DeleteRegistrationResponse> {
    return this.#call((handle) => handle.deleteRegistration(request, options), options);
  }

  /** Ends the calls under way (`cancelled`), and every later one. Nothing is deleted at the core. */
  close(): void {
    this.#closed.abort(new DOMException("The client was closed.", "AbortError"));
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

/** A client of one endpoint. Synchronous; nothing is loaded or sent yet. */
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
  return enter((wasm) => wasm.validateRegistration(request, options) as RegistrationProblem[]);
}
