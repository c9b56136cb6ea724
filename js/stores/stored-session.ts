// The session as it lies in the store.
import { ageMs, type Moment, now } from "../platform/clock.js";
import { type Fields, fieldsOf, isAnyText, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";
import type { Tokens } from "../provider/provider.js";

/** @internal */
export interface StoredSession {
  /**
   * Random, of the sign-in that it began with: names its key pair, and tells it from the session before. Empty in the first
   * form.
   */
  readonly id: string;
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  /** Kept as the hint for the provider's log-out, and to compare later ones with. */
  readonly idToken?: string | undefined;
  readonly sub?: string | undefined;
  readonly scope: string;
  /** When the access token was asked for. */
  readonly since: Moment;
  readonly lifeMs: number;
  /** The tokens are bound to a key (RFC 9449). */
  readonly isBound: boolean;
  /** The tab that it was copied from has it too, with the same key. */
  readonly isCopy: boolean;
}

/** @internal What is in the store. `later`: a later version of this package wrote it, and another tab may run that already. */
export type Found =
  | { readonly kind: "nothing" | "later" | "damaged" }
  | { readonly kind: "session"; readonly session: StoredSession };

/** The form that is written; the first had no `id`, `is_bound` and `is_copy`. */
const VERSION = 2;

/** Whether a token can stand in an `authorization` header. Anything else would make `fetch` throw an error that may quote it. */
const fitsHeader = (token: string) => /^[\x21-\x7e]+$/.test(token);

/** @internal */
export function readSession(text: string | undefined): Found {
  if (text === undefined) return { kind: "nothing" };
  const fields = fieldsOf(text) ?? NONE;
  const { v } = fields;
  const version = isNumber(v) ? v : 0;
  if (version > VERSION) return { kind: "later" };
  const session = version >= 1 ? sessionOf(fields) : undefined;
  return session ? { kind: "session", session } : { kind: "damaged" };
}

function sessionOf(fields: Fields): StoredSession | undefined {
  const { id, access_token, refresh_token, id_token, sub, scope } = fields;
  const { since_wall_ms, since_monotonic_ms, since_page, life_ms, is_bound, is_copy } = fields;
  if (!isText(access_token) || !fitsHeader(access_token) || !isText(scope)) return undefined;
  if (!isAnyText(id) || !isAnyText(refresh_token) || !isAnyText(id_token) || !isAnyText(sub))
    return undefined;
  if (!isNumber(since_wall_ms) || !isNumber(since_monotonic_ms) || !isNumber(since_page)) return undefined;
  if (!isNumber(life_ms)) return undefined;
  return {
    id: id ?? "",
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    idToken: id_token ?? undefined,
    sub: sub ?? undefined,
    scope,
    since: { wallMs: since_wall_ms, monotonicMs: since_monotonic_ms, page: since_page },
    lifeMs: life_ms,
    isBound: is_bound === true,
    isCopy: is_copy === true,
  };
}

/** @internal The text to store. */
export const writeSession = (stored: StoredSession): string =>
  jsonOf({
    v: VERSION,
    id: stored.id,
    access_token: stored.accessToken,
    refresh_token: stored.refreshToken ?? null,
    id_token: stored.idToken ?? null,
    sub: stored.sub ?? null,
    scope: stored.scope,
    is_bound: stored.isBound,
    is_copy: stored.isCopy,
    since_wall_ms: stored.since.wallMs,
    since_monotonic_ms: stored.since.monotonicMs,
    since_page: stored.since.page,
    life_ms: stored.lifeMs,
  });

/** @internal The same session after a refresh; what the reply leaves out stays. Without `sub` its ID token is not used. */
export function refreshed(
  stored: StoredSession,
  tokens: Tokens,
  since: Moment,
  sub: string | undefined,
): StoredSession {
  const { accessToken, lifeMs, isBound } = tokens;
  return {
    ...stored,
    accessToken,
    refreshToken: tokens.refreshToken ?? stored.refreshToken,
    idToken: sub === undefined ? stored.idToken : (tokens.idToken ?? stored.idToken),
    sub: sub ?? stored.sub,
    scope: tokens.scope ?? stored.scope,
    since,
    lifeMs,
    isBound,
  };
}

/** @internal All its tokens: the provider knows them, and may name any of them. */
export const tokensOf = ({ accessToken, refreshToken, idToken }: StoredSession): string[] =>
  [accessToken, refreshToken, idToken].filter((token) => token !== undefined);

/** @internal What tells this stage of the session from others, without any of its secrets. */
export const stageOf = ({ since }: StoredSession): string =>
  [since.wallMs, since.page].map((number) => Math.max(Math.trunc(number), 0)).join("/");

/** @internal Milliseconds until its access token is over; negative afterwards. */
export const leftMs = (stored: StoredSession, at: Moment = now()): number =>
  stored.lifeMs - ageMs(stored.since, at);

/** @internal The provider no longer takes its access token. */
export const isOver = (stored: StoredSession, at?: Moment): boolean => leftMs(stored, at) <= 0;

/** @internal Its tokens are of use, or can be replaced. */
export const isAlive = (stored: StoredSession): boolean =>
  stored.refreshToken !== undefined || !isOver(stored);

/** @internal When its access token ends, by the wall clock. */
export const endWallMs = ({ since, lifeMs }: StoredSession): number => since.wallMs + lifeMs;

/** @internal The key that its requests are proven with, by the session's id. */
export const keyOf = ({ isBound, id }: StoredSession): string | undefined => (isBound ? id : undefined);

/** @internal Whether both have the same refresh token: nobody signed out, signed in or refreshed in between. */
export function isSame(one: StoredSession, other: StoredSession): boolean {
  if (one.refreshToken === undefined && other.refreshToken === undefined) {
    return one.accessToken === other.accessToken;
  }
  return one.refreshToken === other.refreshToken;
}

/** @internal Whose session it is. */
export interface Person {
  readonly id: string;
  readonly sub?: string | undefined;
}

/** @internal Whether both are the same person's; where one of them has no name, of the same sign-in. */
export const isSamePersons = (one: Person, other: Person): boolean =>
  one.sub !== undefined && other.sub !== undefined ? one.sub === other.sub : one.id === other.id;
