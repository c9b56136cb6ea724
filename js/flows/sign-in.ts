// Signing in: the address that a person is sent to, and what the provider's answer says.
import { decide, flatAuthError } from "../core/decide.js";
import type { AuthError } from "../errors.js";
import { authError, invalidConfig } from "../provider/auth-error.js";
import { SIGN_INS, type StateMark, stateOf } from "../provider/names.js";
import type { Issuer, Provider } from "../provider/provider.js";
import { isOnePlace } from "./place.js";
import type { SignInRecord } from "./sign-in-record.js";

export type { StateMark } from "../provider/names.js";
export { exchangeCode } from "./exchange-code.js";
export type { SignInRecord } from "./sign-in-record.js";

/** @internal What one sign-in adds to the options. */
export interface SignInGiven {
  /** JSON text. */
  readonly appState?: string | undefined;
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
  /** Names and values in turn. */
  readonly params: readonly string[];
}

/**
 * The other issuers that the page has at this redirect URI: there are none; each whose metadata could be had
 * promises to name itself; one of them does not.
 */
type Sharing = "alone" | "withPromise" | "withoutPromise";

/** The provider said no. */
interface Refusal {
  readonly error: string;
  readonly description?: string | undefined;
  readonly uri?: string | undefined;
}

/** @internal The answer to a sign-in. It has either a code or a refusal. */
export interface Answer {
  readonly state: string;
  readonly iss?: string | undefined;
  readonly code?: string | undefined;
  readonly refusal?: Refusal | undefined;
}

/** @internal @throws AuthError for parameters that are the SDK's, and for a prompt that nobody knows */
export async function checkSignIn({ params, prompt }: SignInGiven): Promise<void> {
  await decide((wasm) => wasm.checkSignIn([...params], prompt));
}

/** Two spellings that differ in a slash at the end are one provider's. */
const withoutSlash = (issuerPart: string) => issuerPart.replace(/%2F$/, "");

/**
 * @internal Refuses a sign-in that could be mixed up with one of another issuer: of the sessions of this page (`sharing`), and
 * of those under way in this tab (`waiting`). A hostile one sends the browser on to the other, with its own `state`; the code
 * that comes back looks like its own, and the page would post it, and the verifier, to the hostile one (RFC 9700, section
 * 4.4). What helps is an answer that says who it is from (`iss`), or a redirect URI for each issuer.
 * @throws AuthError
 */
export async function checkSharing(
  provider: Provider,
  sharing: Sharing,
  waiting: readonly { readonly key: string; readonly record: SignInRecord }[],
): Promise<void> {
  const { redirectUri, issuerPart } = await provider.facts();
  const { issPromised } = await provider.endpoints();
  let isSafe = sharing === "alone" || (sharing === "withPromise" && issPromised);
  for (const { key, record } of waiting) {
    const [issuer = ""] = key.slice(SIGN_INS.length).split("/");
    const isOther = withoutSlash(issuer) !== withoutSlash(issuerPart);
    if (isOther && isHere(redirectUri, record.redirectUri)) isSafe &&= record.issPromised && issPromised;
  }
  if (isSafe) return;
  throw invalidConfig(
    "redirectUri",
    "is that of sign-ins with another issuer, too, and not both promise to name themselves in their answers " +
      "(`authorization_response_iss_parameter_supported`). One could get the other's codes: give each issuer a redirect " +
      "URI of its own.",
  );
}

function isHere(redirectUri: string, other: string): boolean {
  try {
    return isOnePlace(redirectUri, other);
  } catch {
    return false;
  }
}

/**
 * @internal The address to send the person to, with its state, and what the callback will have to know of it: to be stored
 * under the state before the person is sent there. @throws AuthError
 */
export async function authorizationRequest(
  provider: Provider,
  { appState, prompt, loginHint, params }: SignInGiven,
  mark: StateMark,
): Promise<{ url: string; state: string; record: SignInRecord }> {
  const { clientId, redirectUri, scope, issuer, wantsIdToken } = await provider.facts();
  const { authorization, token, issPromised } = await provider.endpoints();
  const { settings, namespace } = provider;
  const verifier = provider.randomText();
  const state = stateOf(namespace, settings.name, provider.randomText(), mark);
  const nonce = wantsIdToken ? provider.randomText() : undefined;
  const all = [...settings.params, ...params];
  if (prompt) all.push("prompt", prompt);
  if (loginHint) all.push("login_hint", loginHint);
  const texts = [authorization, clientId, redirectUri, scope, state, verifier, nonce];
  const url = await decide((wasm) => wasm.authorizationUrl(texts, all));
  const maxAge = new URL(url).searchParams.get("max_age");
  const record: SignInRecord = {
    ...{ createdWallMs: Date.now(), step: "sent", verifier, nonce, appState, redirectUri, scope },
    ...{ tokenEndpoint: token, issuer: issuer?.text, issPromised },
    maxAgeSeconds: maxAge === null ? undefined : Number(maxAge),
  };
  return { url, state, record };
}

async function read(url: string, isConsent: boolean): Promise<Answer> {
  const [state, iss, code, error, description, uri] = (await decide((wasm) =>
    wasm.readAnswer(url, isConsent),
  )) as [string, ...(string | undefined)[]];
  return { state, iss, code, refusal: error === undefined ? undefined : { error, description, uri } };
}

/** @internal The answer to a sign-in. @throws AuthError (`not_a_callback`) if it is none */
export const readAnswer = (url: string): Promise<Answer> => read(url, false);

/** @internal The answer to a revocation of consent, which has no code. @throws AuthError (`not_a_callback`) */
export const readAnswerState = (url: string): Promise<{ state: string; refusal?: Refusal | undefined }> =>
  read(url, true);

/** @internal The `error` of an address without `state`, if it is one. Anybody can make a link like that. */
export const statelessError = (url: string): Promise<string | undefined> =>
  decide((wasm) => wasm.statelessError(url));

/** @internal The error of such an address: only a word that OAuth knows is repeated. */
export async function refusedByLink(word: string): Promise<AuthError> {
  return flatAuthError(await decide((wasm) => wasm.refusedByLink(word)));
}

/** @internal The error of an answer that says no. A provider may repeat what it was sent, and those are `secrets`. */
export async function refusedByProvider(refusal: Refusal, secrets: readonly string[]): Promise<AuthError> {
  const { error, description, uri } = refusal;
  return flatAuthError(await decide((wasm) => wasm.refusedByProvider(error, description, uri, [...secrets])));
}

/**
 * @internal The issuer that a sign-in was sent to; where the application named none, the one that the answer names.
 * @throws AuthError (`issuer_mismatch`) if that speaks against it
 */
export async function answerIssuer(
  provider: Provider,
  { issuer, issPromised }: SignInRecord,
  iss: string | undefined,
): Promise<Issuer | undefined> {
  const { issuer: own } = await provider.facts();
  const [text, isSlashOptional] = (await decide((wasm) =>
    wasm.answerIssuer(issuer, own?.isSlashOptional === true, issPromised, iss),
  )) as [string?, boolean?];
  return text === undefined ? undefined : { text, isSlashOptional: isSlashOptional === true };
}

/** @internal Refuses an answer that does not say who it is from where it could be from several. @throws AuthError */
export function checkNamed(isShared: boolean, iss: string | undefined): void {
  if (!isShared || iss !== undefined) return;
  const message =
    "The answer to the sign-in does not say who it comes from (`iss`), and several issuers have this redirect URI: it may " +
    "be another one's and is not used. Give each issuer a redirect URI of its own.";
  throw authError("issuer_mismatch", message);
}
