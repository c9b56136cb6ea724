// The token endpoint's replies, read by Rust.
import { decide, flatAuthError } from "../core/decide.js";
import type { AuthError } from "../errors.js";
import { changed } from "./auth-error.js";
import { GATEWAY_ADVICE, mayBeGateways } from "./gateway.js";
import { bodyText, type ProviderReply } from "./reply.js";

/** @internal Tokens, as the provider gave them. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
  /** The reply has an `id_token` that is no text. */
  readonly isIdTokenOdd: boolean;
  readonly scope?: string | undefined;
  readonly lifeMs: number;
  /** To a key (DPoP). */
  readonly isBound: boolean;
}

/**
 * @internal What a refusal means for a session whose access token is over: it has ended; it ends when the same is said often
 * enough, for long enough; nothing; or that it was not the provider that answered.
 */
export type Verdict = "end" | "counted" | "silent" | "infrastructure";

/** @internal Tokens, or why there are none. `word` is the provider's own, without what was sent: it may be stored. */
export type TokenAnswer =
  | {
      readonly tokens: Tokens;
      readonly error: undefined;
      readonly verdict: undefined;
      readonly word: undefined;
    }
  | {
      readonly tokens: undefined;
      readonly error: AuthError;
      readonly verdict: Verdict;
      readonly word: string | undefined;
    };

/** @internal `wantsBound`: a proof was sent, so a token that anybody could use is not taken. */
export async function readTokens(
  place: string,
  reply: ProviderReply,
  wantsBound: boolean,
  known: readonly string[],
): Promise<TokenAnswer> {
  const { status, headers, secrets } = reply;
  const flat: unknown[] = await decide((wasm) =>
    wasm.readTokens(place, status, [...headers], bodyText(reply), [...secrets], [...known], wantsBound),
  );
  const [first, ...rest] = flat;
  if (typeof first !== "string") {
    const [verdict, word] = rest as [Verdict, string | undefined];
    const error = flatAuthError(first as unknown[]);
    const isGateways = verdict === "infrastructure" && mayBeGateways(reply);
    const told = isGateways ? changed(error, { message: `${error.message} ${GATEWAY_ADVICE}` }) : error;
    return { tokens: undefined, error: told, verdict, word };
  }
  const [refreshToken, idToken, isIdTokenOdd, scope, lifeMs, isBound] = rest as [
    ...[string | undefined, string | undefined, boolean],
    ...[string | undefined, number, boolean],
  ];
  const tokens = { accessToken: first, refreshToken, idToken, isIdTokenOdd, scope, lifeMs, isBound };
  return { tokens, error: undefined, verdict: undefined, word: undefined };
}

/** @internal The error of a reply that is a refusal. The provider may repeat what it was sent, or what it knows. */
export async function refusal(
  place: string,
  reply: ProviderReply,
  known: readonly string[],
): Promise<AuthError> {
  const { status, headers, secrets } = reply;
  const flat: unknown[] = await decide((wasm) =>
    wasm.refusalOf(place, status, [...headers], bodyText(reply), [...secrets], [...known]),
  );
  return flatAuthError(flat);
}
