// `createAuth`: signing in, and the session after it.
import { cannotLeave, leave, postForm, safeAddress } from "./address.js";
import { PageAnswer } from "./answer.js";
import { readAuthSettings, readSignIn, readSignOut, readTokenOptions } from "./auth-settings.js";
import { SessionTokens } from "./client/session-tokens.js";
import { TOKENS, type TokenSource } from "./client/token-source.js";
import type { Limits } from "./core/limits.js";
import { enter, type Wasm } from "./core/load.js";
import { toSdkError } from "./errors.js";
import type { AuthEvents, SessionState } from "./events.js";
import { bare, peek, read } from "./given/read.js";
import { ACCESS_TOKEN, AUTH, POPUP, SIGN_IN, SIGN_OUT } from "./given/shapes.js";
import { optionsOf } from "./given/snapshot.js";
import { lasting } from "./kept.js";
import { keysFor } from "./keys.js";
import { memoryOf, nameOf } from "./memory.js";
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
import { consentAnswer, isForPopup, signInAnswer } from "./ownership.js";
import * as page from "./platform/waiting.js";
import { byPopup, openPopup, passOn } from "./popup.js";
import { allPromise, knowIssuer, othersAt } from "./sharing.js";
import { isCopied, tabName, watchTab } from "./tab.js";

type Handle = InstanceType<Wasm["AuthHandle"]>;

/** Opens the handle behind an `Auth`; a symbol, so that it is nobody else's business. */
const OPEN = Symbol("open");

/** Every copy of the package in a page knows an `Auth` of the others by this. */
const MARK = Symbol.for("sipbreakout-web.auth");

/** @internal The options of an Auth; undefined for anything else. */
export let authOptions: (value: unknown) => AuthOptions | undefined;

/** A person's sign-in with the operator. Made by `createAuth`. */
export class Auth extends (EventTarget as new () => AuthEvents) {
  static {
    authOptions = (value) => (value instanceof Auth ? value.#options : undefined);
    Object.defineProperty(Auth.prototype, MARK, { value: true });
  }

  readonly #options: AuthOptions;
  readonly #memory = memoryOf();
  #handle: Handle | undefined;
  /** Whose handle it is: after a trap there is another instance. */
  #wasm: Wasm | undefined;
  #sessionState: SessionState = "unknown";
  /** Calls under way with the session's tokens. */
  readonly #endListeners = new Set<(error: unknown) => void>();
  readonly #signIn: PageAnswer<SignInResult>;
  readonly #revocation: PageAnswer<void>;

  /** @internal */
  constructor(given: AuthOptions) {
    super();
    const options = optionsOf(given, AUTH);
    this.#options = options;
    this.#signIn = new PageAnswer(options, signInAnswer);
    this.#revocation = new PageAnswer(options, consentAnswer);
    // Nobody keeps an Auth for the sake of this.
    const auth = new WeakRef(this);
    knowIssuer(options, async () => {
      const alive = auth.deref();
      if (!alive) return undefined;
      return alive.#run((handle) => handle.promisesIss() as Promise<boolean>);
    });
    // Copies are made of pages that did nothing yet, too.
    if (this.#isInTab()) void watchTab();
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
   * @throws AuthError (`invalid_config` where another issuer has the same redirect URI, unless both promise to name
   *   themselves in their answers), InvalidRequestError, LoadError
   */
  createSignInUrl<AppState = unknown>(options?: SignInOptions<AppState>): Promise<URL> {
    const given = optionsOf(options, SIGN_IN);
    return this.#run((handle) => this.#begin(handle, given));
  }

  /**
   * Signs in by a popup window, and stays on the page. To be called in the click itself: later the browser blocks the
   * window. The redirect URI's page, which calls `handleRedirectCallback()` as always, passes the answer on and closes.
   * @throws AuthError (`popup_blocked`, `popup_closed`, `timeout`, `aborted`, `invalid_config` where the browser has no
   *   BroadcastChannel, or as from handleRedirectCallback),
   *   InvalidRequestError, LoadError
   */
  async signInPopup<AppState = unknown>(
    options: SignInOptions<AppState> & PopupOptions = {},
  ): Promise<SignInResult<AppState>> {
    const copy = optionsOf(options ?? {}, POPUP);
    const given =
      typeof copy === "object" && !Array.isArray(copy) ? Object.assign(copy, { popup: true }) : copy;
    return byPopup(
      openPopup(),
      copy,
      () => this.#run((handle) => this.#begin(handle, given)),
      (answer) => this.#finish(answer) as Promise<SignInResult<AppState>>,
    );
  }

  /**
   * Whether an address (default: the page's) is the redirect URI with the provider's answer to a sign-in of this session:
   * with a `state` of it, or with an `error` and no `state` while exactly one sign-in is pending. Never throws, loads
   * nothing. While the page's own answer is being handled, or waits to be handled after a LoadError, this stays true,
   * although the answer has left the address bar: effects that React's strict mode runs twice take the same way both
   * times. It is also true after a reload in the middle of that, which ends with `sign_in_interrupted`.
   */
  isRedirectCallback(url?: string | URL): boolean {
    return this.#signIn.isHere(url);
  }

  /**
   * Finishes the sign-in that the page's address (or `url`) is the answer of. The answer leaves the address bar
   * before anything else happens. The same answer is handled once in a page, and has the same result each time;
   * without `url` this is the same promise.
   * @throws AuthError (with the `appState`), LoadError
   */
  handleRedirectCallback<AppState = unknown>(url?: string | URL): Promise<SignInResult<AppState>> {
    return this.#signIn.handle(url, (address, isOwn) =>
      isOwn && isForPopup(address)
        ? passOn(address).then(() => ({ appState: undefined }))
        : this.#finish(address),
    ) as Promise<SignInResult<AppState>>;
  }

  async #begin(handle: Handle, options: unknown): Promise<URL> {
    return new URL(await handle.createSignInUrl(readSignIn(options), allPromise(othersAt(this.#options))));
  }

  #finish(answer: string): Promise<SignInResult> {
    const isShared = othersAt(this.#options).length > 0;
    const result = this.#run(
      (handle) => handle.handleRedirectCallback(answer, isShared) as Promise<SignInResult>,
    );
    // Whatever this tab was a copy of: the session is its own.
    if (this.#isInTab()) result.then(isCopied, () => {});
    return result;
  }

  /** Whether the session is this tab's alone, and outlives its pages. */
  #isInTab(): boolean {
    return peek(this.#options, "storage") === "session";
  }

  /**
   * An access token that is good for a while yet; refreshed when it is not.
   * @throws AuthError: `sign_in_required`, `session_expired`, or why it could not be refreshed; LoadError
   */
  getAccessToken(options?: GetAccessTokenOptions): Promise<string> {
    const given = optionsOf(options, ACCESS_TOKEN);
    const limits: Limits = { family: "auth", signals: [peek(given, "signal")] };
    return this.#run(
      (handle) => handle.getAccessToken(...readTokenOptions(given)) as Promise<string>,
      limits,
    );
  }

  /** Whether there is a session, as far as this browser knows. Waits for a sign-in that is being finished. */
  isSignedIn(): Promise<boolean> {
    return this.#run((handle) => handle.isSignedIn() as Promise<boolean>);
  }

  /**
   * What this page knows of the session now, without a request. It is `unknown` until the page asks for something
   * (`isSignedIn()`, `getAccessToken()`, a call). It changes before the matching event is dispatched.
   */
  get sessionState(): SessionState {
    return this.#sessionState;
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
   * @throws AuthError (`invalid_config` for an address that is not https or loopback), LoadError, or what `link` throws
   */
  async revokeConsent(link: ConsentRevocationLink): Promise<void> {
    if (!globalThis.document) throw cannotLeave("There is no page here to leave.");
    const state = await this.#run((handle) => handle.beginConsentRevocation() as Promise<string>);
    const address = safeAddress(await link({ state }));
    leave(() => globalThis.location.assign(address));
  }

  /**
   * Whether an address (default: the page's) is the answer to `revokeConsent`. Never throws, loads nothing; stays true
   * for as long as isRedirectCallback does.
   */
  isConsentRevocation(url?: string | URL): boolean {
    return this.#revocation.isHere(url);
  }

  /**
   * Finishes the revocation that the page's address (or `url`) is the answer of: checks that it was begun in this tab,
   * and ends the session, which has nothing to stand on any more. As with handleRedirectCallback, the answer leaves the
   * address bar first, and without `url` it is handled once. A reload in the middle is gone on with.
   * @throws AuthError (`state_unknown`, `not_a_callback`, or the provider's refusal), LoadError
   */
  handleConsentRevocation(url?: string | URL): Promise<void> {
    return this.#revocation.handle(url, (address) =>
      this.#run((handle) => handle.finishConsentRevocation(address) as Promise<void>),
    );
  }

  /**
   * Forgets the session, revokes its tokens, and sends the browser to the provider's log-out page, where there is a page.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  async signOut(options?: SignOutOptions): Promise<SignOutResult> {
    const given = optionsOf(options, SIGN_OUT);
    const { revoked, registrationsDeleted, form } = await this.#run((handle) =>
      handle.signOut(...readSignOut(given)),
    );
    if (form && globalThis.document) leave(() => postForm(form));
    return registrationsDeleted === undefined ? { revoked } : { revoked, registrationsDeleted };
  }

  /** @internal */
  [TOKENS](): TokenSource {
    return new SessionTokens(
      (wasm) => this[OPEN](wasm),
      (listener) => {
        this.#endListeners.add(listener);
        return () => void this.#endListeners.delete(listener);
      },
    );
  }

  /** @internal */
  [OPEN](wasm: Wasm): Handle {
    if (!this.#handle || this.#wasm !== wasm) {
      // The wasm must not keep an Auth that nobody else keeps.
      const auth = new WeakRef(this);
      const storage = peek(this.#options, "storage");
      const places = { ...this.#memory, isCopied, tab: tabName, kept: lasting, nameOf };
      const settings = readAuthSettings(this.#options, places);
      const face = { keys: keysFor(storage), kept: lasting, page };
      this.#handle = new wasm.AuthHandle(settings, face, (type: string, told: unknown) => {
        const listener = auth.deref();
        if (listener) listener.#hear(type, told);
      });
      this.#wasm = wasm;
    }
    return this.#handle;
  }

  /** What Rust tells: with an empty type the new state, `ended` for the calls under way, otherwise an event. */
  #hear(type: string, told: unknown) {
    if (type === "ended") {
      for (const listener of [...this.#endListeners]) listener(toSdkError(told));
      return;
    }
    if (type === "") {
      this.#sessionState = told as SessionState;
      return;
    }
    const detail = told as { error?: unknown };
    if (read(detail, "error") !== undefined) detail.error = toSdkError(detail.error);
    this.dispatchEvent(new CustomEvent(type, bare({ detail })));
  }

  #run<T>(work: (handle: Handle) => Promise<T>, limits?: Limits): Promise<T> {
    return enter((wasm) => work(this[OPEN](wasm)), limits);
  }
}

/**
 * A sign-in with one provider. Synchronous, needs no browser; nothing is loaded or sent yet. The options are copied now: to
 * change them afterwards changes nothing.
 */
export function createAuth(options: AuthOptions): Auth {
  return new Auth(options);
}

/** @internal The handle behind an `Auth`; undefined for anything else. */
export function handleOf(auth: unknown, wasm: Wasm): Handle | undefined {
  return auth instanceof Auth ? auth[OPEN](wasm) : undefined;
}
