// The code of an answer, exchanged for tokens.
import { decide } from "../core/decide.js";
import type { Moment } from "../platform/clock.js";
import { authError } from "../provider/auth-error.js";
import type { Issuer, Provider } from "../provider/provider.js";
import type { ProviderReply } from "../provider/reply.js";
import type { Tokens } from "../provider/tokens.js";
import type { SignInRecord } from "./sign-in-record.js";

const PLACE = "token endpoint";

interface ExchangedCode {
  readonly tokens: Tokens;
  /** The person, where that is known. */
  readonly sub: string | undefined;
  /** What was granted: what was asked for, unless the provider says something else. */
  readonly scope: string;
  /** From when on the tokens live. */
  readonly since: Moment;
}

/** @internal `id` is the session's that begins with it. @throws AuthError */
export async function exchangeCode(
  provider: Provider,
  id: string,
  code: string,
  record: SignInRecord,
  issuer: Issuer | undefined,
): Promise<ExchangedCode> {
  const { isDpop } = provider.settings;
  const { verifier, redirectUri, tokenEndpoint, nonce } = record;
  const request = provider.form(tokenEndpoint, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  const reply = await provider.send(PLACE, request, undefined, isDpop ? id : undefined);
  const answer = await provider.readTokens(PLACE, reply, isDpop, nonce === undefined ? [] : [nonce]);
  if (!answer.tokens) throw answer.error;
  const { tokens } = answer;
  const scope = tokens.scope ?? record.scope;
  const sub = await subjectOf(provider, tokens, record, issuer, reply);
  return { tokens, sub, scope, since: reply.sentAt };
}

/** Whom the ID token is about, if there is one. It has to be good. */
async function subjectOf(
  provider: Provider,
  { idToken, isIdTokenOdd }: Tokens,
  { nonce, maxAgeSeconds }: SignInRecord,
  issuer: Issuer | undefined,
  { sentAt, readAt }: ProviderReply,
): Promise<string | undefined> {
  if (idToken === undefined) {
    // A provider that writes no text there signs the person in all the same, without a name. A reply that leaves the ID
    // token out is refused, whatever it says was granted.
    if (maxAgeSeconds === undefined && (isIdTokenOdd || nonce === undefined)) return undefined;
    throw authError(
      "id_token_invalid",
      "The ID token is missing, though `openid` or `max_age` asks for one.",
    );
  }
  const [iat, found] = (await decide((wasm) => wasm.readIdToken(idToken))) as [number, string?];
  await provider.checkSignature(idToken);
  // The nonce shows that it was made for this request; so its `iat` tells the provider's time.
  if (nonce !== undefined && found === nonce) provider.skew.learnFromIssue(iat, sentAt, readAt);
  const { clientId } = await provider.facts();
  const now = provider.nowAtProviderMs();
  return decide(({ checkIdToken }) =>
    checkIdToken(
      idToken,
      issuer?.text,
      issuer?.isSlashOptional === true,
      clientId,
      nonce,
      maxAgeSeconds,
      now,
    ),
  );
}
