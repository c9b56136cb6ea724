// `createAuth`: signing in, and the session after it.
import { clean, isAnswer, navigate, postForm, stateOf } from "./address.js";
import { LoadError } from "./errors.js";
import { enter, load, type Wasm } from "./load.js";
import { memoryOf } from "./memory.js";
import type { AuthOptions, GetAccessTokenOptions, SignInOptions, SignInResult, SignOutOptions, User } from "./options.js";

type Handle = InstanceType<Wasm["AuthHandle"]>;

/** What the events of an `Auth` carry. */
export interface AuthEventMap {
  signedIn: CustomEvent<Record<string, never>>;
  tokenRefreshed: CustomEvent<{ expiresAt: Date }>;
  sessionExpired: CustomEvent<{ code: string }>;
  signedOut: CustomEvent<Record<string, never>>;
}

// Answers handled in this page, by their state: React's strict mode asks twice, and gets the same.
const callbacks = new Map<string, Promise<SignInResult>>();

/** Opens the handle behind an `Auth`; a symbol, so that it is nobody else's business. */
const OPEN = Symbol("open");

/** A person's sign-in with the operator. Made by `createAuth`. */
export class Auth extends EventTarget {
  readonly #options: AuthOptions;
  #handle: Promise<Handle> | undefined;
  #result: Promise<SignInResult> | undefined;
  #handling = false;
  /** An answer that left the address bar, but could not be handled because the wasm did not load. */
  #unread: string | undefined;

  /** @internal */
  constructor(options: AuthOptions) {
    super();
    this.#options = options;
  }

  /**
   * Sends the browser to the provider's sign-in page. Resolves when the navigation has begun.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  async signIn<AppState = unknown>(options?: SignInOptions<AppState>): Promise<void> {
    navigate(await this.createSignInUrl(options));
  }

  /**
   * The address of the provider's sign-in page, for pages that navigate themselves. Each is good for one sign-in
   * within ten minutes, in this tab.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  createSignInUrl<AppState = unknown>(options?: SignInOptions<AppState>): Promise<URL> {
    return this.#run(async (handle) => new URL(await handle.createSignInUrl(options)));
  }

  /**
   * Whether an address (default: the page's) is the provider's answer to a sign-in. Never throws, loads nothing. While
   * the page's own answer is being handled this stays true, although it has left the address bar: effects that React's
   * strict mode runs twice take the same way both times.
   */
  isRedirectCallback(url?: string | URL): boolean {
    return isAnswer(url) || (url === undefined && this.#handling);
  }

  /**
   * Finishes the sign-in that the page's address (or `url`) is the answer of. The answer leaves the address bar
   * before anything else happens. Called again in the same page, it returns the same promise.
   * @throws AuthError (with the `appState`), LoadError
   */
  handleRedirectCallback<AppState = unknown>(url?: string | URL): Promise<SignInResult<AppState>> {
    return this.#handleCallback(url) as Promise<SignInResult<AppState>>;
  }

  #handleCallback(url?: string | URL): Promise<SignInResult> {
    const fresh = isAnswer(url);
    if (!fresh && this.#result && this.#unread === undefined) return this.#result;
    const href = fresh ? clean(url) : (this.#unread ?? clean(url));
    const state = stateOf(href);
    const known = callbacks.get(state);
    if (known) {
      this.#result = known;
      return known;
    }
    const result = this.#run((handle) => handle.handleRedirectCallback(href) as Promise<SignInResult>).finally(() => {
      this.#handling = false;
    });
    this.#handling = true;
    this.#unread = undefined;
    this.#result = result;
    if (state) callbacks.set(state, result);
    result.catch((error: unknown) => {
      if (!(error instanceof LoadError)) return;
      // Nobody has looked at the answer yet: it may be handled again.
      callbacks.delete(state);
      this.#unread = href;
    });
    return result;
  }

  /**
   * An access token that is good for a while yet; refreshed when it is not.
   * @throws AuthError: `sign_in_required`, `session_expired`, or why it could not be refreshed; LoadError
   */
  getAccessToken(options?: GetAccessTokenOptions): Promise<string> {
    return this.#afterCallback((handle) => handle.getAccessToken(options) as Promise<string>);
  }

  /** Whether there is a session, as far as this browser knows. Waits for a sign-in that is being finished. */
  isSignedIn(): Promise<boolean> {
    return this.#afterCallback((handle) => handle.isSignedIn() as Promise<boolean>);
  }

  /**
   * Who is signed in, as the provider says now.
   * @throws AuthError, LoadError
   */
  getUser(): Promise<User> {
    return this.#afterCallback((handle) => handle.getUser() as Promise<User>);
  }

  /**
   * Forgets the session, revokes its tokens, and sends the browser to the provider's log-out page.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  async signOut(options?: SignOutOptions): Promise<void> {
    const form = await this.#afterCallback((handle) => handle.signOut(options));
    if (form) postForm(form as { url: string; fields: [string, string][] });
  }

  override addEventListener<Type extends keyof AuthEventMap>(
    type: Type,
    listener: ((event: AuthEventMap[Type]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    // biome-ignore lint/suspicious/noExplicitAny: the overloads above are what callers see
    listener: any,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<Type extends keyof AuthEventMap>(
    type: Type,
    listener: ((event: AuthEventMap[Type]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    // biome-ignore lint/suspicious/noExplicitAny: the overloads above are what callers see
    listener: any,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }

  /** @internal */
  [OPEN](wasm: Wasm): Promise<Handle> {
    this.#handle ??= Promise.resolve()
      .then(() => new wasm.AuthHandle(this.#options, memoryOf(this.#options), (type: string, detail: object) => {
        this.dispatchEvent(new CustomEvent(type, { detail }));
      }))
      .catch((error: unknown) => {
        this.#handle = undefined;
        throw error;
      });
    return this.#handle;
  }

  /** A sign-in that is being finished comes first. */
  #afterCallback<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    return this.#run(async (handle) => {
      await this.#result?.catch(() => undefined);
      return work(handle);
    });
  }

  #run<T>(work: (handle: Handle) => Promise<T>): Promise<T> {
    return enter(async (wasm) => work(await this[OPEN](wasm)));
  }
}

/** A sign-in with one provider. Synchronous, needs no browser; nothing is loaded or sent yet. */
export function createAuth(options: AuthOptions): Auth {
  return new Auth(options);
}

/** @internal The handle behind an `Auth`; undefined for anything else. */
export async function handleOf(auth: unknown): Promise<Handle | undefined> {
  return auth instanceof Auth ? auth[OPEN](await load()) : undefined;
}
