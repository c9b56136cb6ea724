// `createAuth`: signing in, and the session after it.
import {
  addressOf,
  cannotLeave,
  forget,
  interrupted,
  isAnswer,
  isConsentAnswer,
  isForPopup,
  leave,
  postForm,
  takeOut,
} from "./address.js";
import { authError, LoadError } from "./errors.js";
import type { AuthEvents } from "./events.js";
import { keysFor } from "./keys.js";
import { type Limits, peek } from "./limits.js";
import { enter, type Wasm } from "./load.js";
import { memory } from "./memory.js";
import type {
  AuthOptions,
  ConsentRevocationLink,
  GetAccessTokenOptions,
  PopupOptions,
  SignInOptions,
  SignInResult,
  SignOutOptions,
  SignOutResult,
  User,
} from "./options.js";
import { answerOf, openPopup, passOn } from "./popup.js";
import { isCopied } from "./tab.js";

type Handle = InstanceType<Wasm["AuthHandle"]>;

/** Opens the handle behind an `Auth`; a symbol, so that it is nobody else's business. */
const OPEN = Symbol("open");

/** @internal The options of an Auth; undefined for anything else. */
export let authOptions: (value: unknown) => AuthOptions | undefined;

/** A person's sign-in with the operator. Made by `createAuth`. */
export class Auth extends (EventTarget as new () => AuthEvents) {
  static {
    authOptions = (value) => (value instanceof Auth ? value.#options : undefined);
  }

  readonly #options: AuthOptions;
  #handle: Handle | undefined;
  /** Whose handle it is: after a trap there is another instance. */
  #wasm: Wasm | undefined;
  /** The answer that was taken out of the address bar, until it is handled: a load that failed may be repeated. */
  #answer: string | undefined;
  /** What became of it. React's strict mode asks twice, and gets the same. */
  #result: Promise<SignInResult> | undefined;
  #revocation: Promise<void> | undefined;

  /** @internal */
  constructor(options: AuthOptions) {
    super();
    this.#options = options;
  }

  /**
   * Sends the browser to the provider's sign-in page. Resolves when the navigation has begun.
   * @throws AuthError (`invalid_config` where there is no page to leave), InvalidRequestError, LoadError
   */
  async signIn<AppState = unknown>(options?: SignInOptions<AppState>): Promise<void> {
    if (!globalThis.document) throw cannotLeave("There is no page here to leave: use createSignInUrl().");
    const { href } = await this.createSignInUrl(options);
    leave(() => globalThis.location.assign(href));
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
   * Signs in by a popup window, and stays on the page. To be called in the click itself: later the browser blocks the
   * window. The redirect URI's page, which calls `handleRedirectCallback()` as always, passes the answer on and closes.
   * @throws AuthError (`popup_blocked`, `popup_closed`, `timeout`, `aborted`, or as from handleRedirectCallback),
   *   InvalidRequestError, LoadError
   */
  signInPopup<AppState = unknown>(
    options: SignInOptions<AppState> & PopupOptions = {},
  ): Promise<SignInResult<AppState>> {
    const popup = openPopup();
    if (popup) return this.#byPopup(popup, options) as Promise<SignInResult<AppState>>;
    const message =
      "The browser did not open a window: call signInPopup in the click itself, or use signIn().";
    return Promise.reject(authError("popup_blocked", "config", message));
  }

  async #byPopup(popup: Window, { signal, popupTimeoutMs, ...options }: SignInOptions & PopupOptions) {
    try {
      const url = await this.createSignInUrl({ ...options, popup: true } as SignInOptions);
      const answer = await answerOf(popup, url, { signal, popupTimeoutMs });
      return await this.#run((handle) => handle.handleRedirectCallback(answer) as Promise<SignInResult>);
    } finally {
      popup.close();
    }
  }

  /**
   * Whether an address (default: the page's) is the redirect URI with the provider's answer to a sign-in. Never throws,
   * loads nothing. While the page's own answer is being handled, or waits for it after a LoadError, this stays true,
   * although it has left the address bar: effects that React's strict mode runs twice take the same way both times. So it
   * is after a reload in the middle of that, which ends with `sign_in_interrupted`.
   */
  isRedirectCallback(url?: string | URL): boolean {
    return isAnswer(addressOf(url), this.#options) || (url === undefined && this.#taken() !== undefined);
  }

  /**
   * Finishes the sign-in that the page's address (or `url`) is the answer of. The answer leaves the address bar
   * before anything else happens. The same answer is handled once in a page, and has the same result each time;
   * without `url` this is the same promise.
   * @throws AuthError (with the `appState`), LoadError
   */
  handleRedirectCallback<AppState = unknown>(url?: string | URL): Promise<SignInResult<AppState>> {
    return this.#handleCallback(url) as Promise<SignInResult<AppState>>;
  }

  #handleCallback(url?: string | URL): Promise<SignInResult> {
    let address = addressOf(url);
    let isOwn = isAnswer(address, this.#options) && takeOut(address);
    if (!isOwn && url === undefined) {
      if (this.#result) return this.#result;
      const taken = this.#taken();
      isOwn = taken !== undefined;
      address = taken ?? address;
    }
    const result: Promise<SignInResult> =
      isOwn && isForPopup(address)
        ? passOn(address).then(() => ({ appState: undefined }))
        : this.#run((handle) => handle.handleRedirectCallback(address) as Promise<SignInResult>);
    if (isOwn) this.#keep(address, result);
    return result;
  }

  /** The page's own answer, if it is out of the address bar and not handled yet. */
  #taken(): string | undefined {
    return this.#answer ?? (this.#result ? undefined : interrupted(this.#options));
  }

  #keep(answer: string, result: Promise<SignInResult>): void {
    this.#answer = answer;
    this.#result = result;
    const done = (error?: unknown) => {
      if (this.#result !== result) return;
      // Nobody has looked at the answer if the wasm did not load. If it crashed, somebody may have.
      if (error instanceof LoadError && error.code !== "crashed") this.#result = undefined;
      else {
        this.#answer = undefined;
        forget();
      }
    };
    result.then(() => done(), done);
  }

  /**
   * An access token that is good for a while yet; refreshed when it is not.
   * @throws AuthError: `sign_in_required`, `session_expired`, or why it could not be refreshed; LoadError
   */
  getAccessToken(options?: GetAccessTokenOptions): Promise<string> {
    const limits: Limits = { family: "auth", signals: [peek(options, "signal")] };
    return this.#run((handle) => handle.getAccessToken(options) as Promise<string>, limits);
  }

  /** Whether there is a session, as far as this browser knows. Waits for a sign-in that is being finished. */
  isSignedIn(): Promise<boolean> {
    return this.#run((handle) => handle.isSignedIn() as Promise<boolean>);
  }

  /**
   * Who is signed in, as the provider says now.
   * @throws AuthError, LoadError
   */
  getUser(): Promise<User> {
    return this.#run((handle) => handle.getUser() as Promise<User>);
  }

  /**
   * Sends the browser to the provider's page where a person takes back what was agreed to. `link` is given a `state` to
   * send along, and returns the page's address, which the application's back end asks the provider for.
   * @throws AuthError, LoadError, or what `link` throws
   */
  async revokeConsent(link: ConsentRevocationLink): Promise<void> {
    if (!globalThis.document) throw cannotLeave("There is no page here to leave.");
    const state = await this.#run((handle) => handle.beginConsentRevocation() as Promise<string>);
    const address = String(await link({ state }));
    leave(() => globalThis.location.assign(address));
  }

  /** Whether an address (default: the page's) is the answer to `revokeConsent`. Never throws, loads nothing. */
  isConsentRevocation(url?: string | URL): boolean {
    return isConsentAnswer(addressOf(url), this.#options);
  }

  /**
   * Finishes the revocation that the page's address (or `url`) is the answer of: checks that it was begun in this tab,
   * and ends the session, which has nothing to stand on any more. The same answer without `url` is handled once.
   * @throws AuthError (`state_unknown`, `not_a_callback`, or the provider's refusal), LoadError
   */
  handleConsentRevocation(url?: string | URL): Promise<void> {
    const address = addressOf(url);
    if (!takeOut(address) && url === undefined && this.#revocation) return this.#revocation;
    const result = this.#run((handle) => handle.finishConsentRevocation(address) as Promise<void>);
    if (url === undefined) this.#revocation = result;
    return result.finally(forget);
  }

  /**
   * Forgets the session, revokes its tokens, and sends the browser to the provider's log-out page, where there is a page.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  async signOut(options?: SignOutOptions): Promise<SignOutResult> {
    const { revoked, form } = await this.#run((handle) => handle.signOut(options));
    if (form && globalThis.document) leave(() => postForm(form));
    return { revoked };
  }

  /** @internal */
  [OPEN](wasm: Wasm): Handle {
    if (!this.#handle || this.#wasm !== wasm) {
      // The wasm must not keep an Auth that nobody else keeps.
      const auth = new WeakRef(this);
      const storage = peek(this.#options, "storage");
      const copied = storage === "session" ? isCopied() : undefined;
      const face = { memory, keys: keysFor(storage), copied };
      this.#handle = new wasm.AuthHandle(this.#options, face, (type: string, detail: object) => {
        auth.deref()?.dispatchEvent(new CustomEvent(type, { detail }));
      });
      this.#wasm = wasm;
    }
    return this.#handle;
  }

  #run<T>(work: (handle: Handle) => Promise<T>, limits?: Limits): Promise<T> {
    return enter((wasm) => work(this[OPEN](wasm)), limits);
  }
}

/** A sign-in with one provider. Synchronous, needs no browser; nothing is loaded or sent yet. */
export function createAuth(options: AuthOptions): Auth {
  return new Auth(options);
}

/** @internal The handle behind an `Auth`; undefined for anything else. */
export function handleOf(auth: unknown, wasm: Wasm): Handle | undefined {
  return auth instanceof Auth ? auth[OPEN](wasm) : undefined;
}
