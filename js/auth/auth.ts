// `createAuth`: signing in, and the session after it.

import { cannotLeave, leave, postForm, safeAddress } from "../answer/address.js";
import { consentAnswer, isForFrame, isForPopup, namespaceOf, signInAnswer } from "../answer/ownership.js";
import { PageAnswer } from "../answer/page-answer.js";
import { allPromise, knowIssuer, othersAt } from "../answer/sharing.js";
import { tidyAfterSignOut } from "../answer/signed-out.js";
import type {
  AuthOptions,
  ConsentRevocationLink,
  GetAccessTokenOptions,
  PopupOptions,
  SessionInfo,
  SignInOptions,
  SignInResult,
  SignOutOptions,
  SignOutResult,
  User,
  WaitOptions,
} from "../auth-options.js";
import { imported } from "../core/imported.js";
import { type SessionWasm, sessionWasm } from "../core/session-wasm.js";
import type { AuthEvents, SessionState } from "../events.js";
import type { StateMark } from "../flows/sign-in.js";
import { bare, peek } from "../given/read.js";
import { ACCESS_TOKEN, AUTH, POPUP, SIGN_IN, SIGN_OUT } from "../given/session-shapes.js";
import { optionsOf } from "../given/snapshot.js";
import { OPTIONS, OWNERS, type Owners } from "../owners.js";
import { dispatch } from "../platform/dispatch.js";
import { keysFor } from "../platform/key-pairs.js";
import { byPopup, isFramed, openPopup } from "../popup/popup.js";
import { passOn } from "../popup/popup-window.js";
import { Provider, type ProviderSettings } from "../provider/provider.js";
import { Session, type Told } from "../session/session.js";
import { memoryOf } from "../stores/memory.js";
import { isCopied, watchTab } from "../stores/tab.js";
import { tokenStore } from "../stores/token-store.js";
import { TOKENS, type TokenSource } from "../token-source.js";
import { ownersOf } from "./owners.js";
import { sessionInfo } from "./session-info.js";
import { checkLink, readAuthSettings, readSignIn, readSignOut, readTokenOptions } from "./settings.js";
import { beginSignIn, finishSignIn } from "./sign-in.js";
import { signOut } from "./sign-out.js";
import { userOf } from "./user.js";
import { Waits } from "./waits.js";

/** Few take back what they agreed to. */
const loadConsent = () => imported(() => import("./consent.js"));

/** Every copy of the package in a page knows an `Auth` of the others by this. */
const MARK = Symbol.for("sipbreakout-web.auth");

/** A person's sign-in with the operator. Made by `createAuth`. */
export class Auth extends (EventTarget as new () => AuthEvents) {
  static {
    Object.defineProperty(Auth.prototype, MARK, { value: true });
  }

  readonly #options: AuthOptions;
  readonly #settings: ProviderSettings;
  readonly #memory = memoryOf();
  readonly #waits = new Waits(() => this.#open());
  #session: Session | undefined;
  #sessionState: SessionState = "unknown";
  readonly #signIn: PageAnswer<SignInResult>;
  readonly #revocation: PageAnswer<void>;

  /** @internal */
  constructor(given: AuthOptions) {
    super();
    const options = optionsOf(given, AUTH);
    this.#options = options;
    this.#settings = readAuthSettings(options);
    this.#signIn = new PageAnswer(options, signInAnswer);
    this.#revocation = new PageAnswer(options, consentAnswer);
    // Nobody keeps an Auth for the sake of this.
    const auth = new WeakRef(this);
    knowIssuer(options, async () => {
      const alive = auth.deref();
      return alive && (await alive.#open().provider.endpoints()).issPromised;
    });
    this.#signIn.tidy();
    this.#revocation.tidy();
    tidyAfterSignOut(options);
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
  async createSignInUrl<AppState = unknown>(options?: SignInOptions<AppState>): Promise<URL> {
    return this.#begin(readSignIn(optionsOf(options, SIGN_IN), false));
  }

  /**
   * Signs in by a popup window, and stays on the page. To be called in the click itself: later the browser blocks the
   * window. The redirect URI's page, which calls `handleRedirectCallback()` as always, passes the answer on and closes.
   * @throws AuthError (`popup_blocked`, `popup_closed`, `timeout`, `aborted`, `invalid_config` for a redirect URI of another
   *   origin, and where the browser has no BroadcastChannel, or as from handleRedirectCallback), InvalidRequestError, LoadError
   */
  async signInPopup<AppState = unknown>(
    options: SignInOptions<AppState> & PopupOptions = {},
  ): Promise<SignInResult<AppState>> {
    const copy = optionsOf(options ?? {}, POPUP);
    return this.#waits.by(undefined, () =>
      byPopup(
        openPopup(this.#options.redirectUri),
        copy,
        async () => this.#begin(readSignIn(copy, true), isFramed() ? "f" : "p"),
        (answer) => this.#finish(answer) as Promise<SignInResult<AppState>>,
      ),
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
  handleRedirectCallback<AppState = unknown>(
    url?: string | URL,
    options?: WaitOptions,
  ): Promise<SignInResult<AppState>> {
    const work = (address: string, isOwn: boolean) =>
      isOwn && isForPopup(address)
        ? passOn(address, isForFrame(address)).then(() => ({ appState: undefined }))
        : this.#finish(address);
    return this.#waits.shared(options, () => this.#signIn.handle(url, work)) as Promise<
      SignInResult<AppState>
    >;
  }

  #begin(given: ReturnType<typeof readSignIn>, mark: StateMark = ""): Promise<URL> {
    return this.#waits.until(given.signal, (session) =>
      beginSignIn(session, given, mark, () => allPromise(othersAt(this.#options))),
    );
  }

  async #finish(answer: string): Promise<SignInResult> {
    const isShared = othersAt(this.#options).length > 0;
    const { appState } = await finishSignIn(this.#open(), answer, isShared);
    // Whatever this tab was a copy of: the session is its own.
    if (this.#isInTab()) void isCopied();
    return { appState };
  }

  /** Whether the session is this tab's alone, and outlives its pages. */
  #isInTab(): boolean {
    return peek(this.#options, "storage") === "session";
  }

  /**
   * An access token that is good for a while yet; refreshed when it is not.
   * @throws AuthError: `sign_in_required`, `session_expired`, or why it could not be refreshed; LoadError
   */
  async getAccessToken(options?: GetAccessTokenOptions): Promise<string> {
    const { isForced, signal } = readTokenOptions(optionsOf(options, ACCESS_TOKEN));
    return this.#waits.until(signal, (session) => session.accessToken(isForced));
  }

  /** Whether there is a session, as far as this browser knows. Waits for a sign-in that is being finished. */
  async isSignedIn(options?: WaitOptions): Promise<boolean> {
    return this.#waits.by(options, (session) => session.isSignedIn());
  }

  /**
   * What was granted, and until when; undefined if nobody is signed in. No token is in it, and nobody is asked. Waits for a
   * sign-in that is being finished.
   * @throws AuthError (`storage_unavailable`), LoadError
   */
  async getSession(options?: WaitOptions): Promise<SessionInfo | undefined> {
    return this.#waits.by(options, sessionInfo);
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
  async getUser(options?: WaitOptions): Promise<User> {
    return this.#waits.by(options, userOf);
  }

  /**
   * Sends the browser to the provider's page where a person takes back what was agreed to. `link` is given a `state` to
   * send along, and returns the page's address, which the application's back end asks the provider for.
   * @throws AuthError (`invalid_config` for an address that is not https or loopback), InvalidRequestError, LoadError, or
   *   what `link` throws
   */
  async revokeConsent(link: ConsentRevocationLink, options?: WaitOptions): Promise<void> {
    if (!globalThis.document) throw cannotLeave("There is no page here to leave.");
    checkLink(link);
    const address = await this.#waits.by(options, async (session) =>
      safeAddress(await link({ state: await (await loadConsent()).beginConsentRevocation(session) })),
    );
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
  handleConsentRevocation(url?: string | URL, options?: WaitOptions): Promise<void> {
    const work = async (address: string) =>
      (await loadConsent()).finishConsentRevocation(this.#open(), address);
    return this.#waits.shared(options, () => this.#revocation.handle(url, work));
  }

  /**
   * Forgets the session, revokes its tokens, and sends the browser to the provider's log-out page, where there is a page.
   * @throws AuthError, InvalidRequestError, LoadError
   */
  async signOut(options?: SignOutOptions): Promise<SignOutResult> {
    const given = readSignOut(optionsOf(options, SIGN_OUT));
    const { isRevoked, isDeleted, form } = await this.#waits.until(given.signal, (session) =>
      signOut(session, given),
    );
    if (form && globalThis.document) leave(() => postForm(form));
    return given.deleteRegistrations
      ? { revoked: isRevoked, registrationsDeleted: isDeleted }
      : { revoked: isRevoked };
  }

  /**
   * Ends what waits here (`aborted`), and every later question; renews no token and tells of nothing any more. The session
   * itself goes on: in other tabs, in another `Auth` of it, and in its store. A client of this `Auth` makes no calls then:
   * close it, too.
   */
  close(): void {
    this.#waits.close();
    this.#session?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  [TOKENS](): TokenSource {
    return this.#open().tokenSource();
  }

  /** @internal @throws InvalidRequestError, AuthError (`invalid_config`) */
  [OWNERS](wasm?: SessionWasm): Owners {
    const session = this.#open();
    if (wasm) sessionWasm.ask(wasm, () => session.provider.check(wasm));
    return ownersOf(session);
  }

  /** @internal */
  get [OPTIONS](): AuthOptions {
    return this.#options;
  }

  #open(): Session {
    if (this.#session) return this.#session;
    const storage = peek(this.#options, "storage") as AuthOptions["storage"];
    const provider = new Provider(this.#settings, keysFor(storage), namespaceOf(this.#options));
    // The session must not keep an Auth that nobody else keeps.
    const auth = new WeakRef(this);
    const told: Told = (type, detail) => {
      const alive = auth.deref();
      if (alive) alive.#hear(type, detail);
    };
    this.#session = new Session(provider, tokenStore(storage, this.#memory), told);
    if (this.#waits.isClosed) this.#session.close();
    return this.#session;
  }

  /** What the session tells: with an empty type the new state, otherwise an event. */
  #hear(type: string, detail: unknown): void {
    if (type === "signedOut") this.#signIn.forgetHandled();
    if (type === "") this.#sessionState = detail as SessionState;
    else dispatch(this, new CustomEvent(type, bare({ detail })));
  }
}

/**
 * A sign-in with one provider. Synchronous, needs no browser; nothing is loaded or sent yet. The options are copied now: to
 * change them afterwards changes nothing.
 * @throws InvalidRequestError for what can be seen to be wrong without the wasm; the first call finds the rest
 */
export function createAuth(options: AuthOptions): Auth {
  return new Auth(options);
}
