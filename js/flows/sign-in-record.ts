// What a callback has to know of its request, in the form in which it waits in the tab's storage. Tabs of other versions read
// it, too.
import { fieldsOf, isAnyNumber, isAnyText, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";

/** Records of another form are swept. */
const VERSION = 1;

/** Who takes longer begins again. */
const LIFE_MS = 600_000;

/** @internal A sign-in under way. */
export interface SignInRecord {
  readonly createdWallMs: number;
  /** The person was sent to the provider; the code is being exchanged, or was when the page went away. */
  readonly step: "sent" | "exchanging";
  readonly verifier: string;
  readonly nonce?: string | undefined;
  /** JSON text. */
  readonly appState?: string | undefined;
  readonly redirectUri: string;
  readonly scope: string;
  readonly tokenEndpoint: string;
  readonly issuer?: string | undefined;
  readonly issPromised: boolean;
  /** How long ago the person may have signed in at the provider, if that was asked for (`max_age`). */
  readonly maxAgeSeconds?: number | undefined;
}

/** @internal */
export const writeRecord = (record: SignInRecord): string =>
  jsonOf({
    v: VERSION,
    created_wall_ms: record.createdWallMs,
    step: record.step,
    verifier: record.verifier,
    nonce: record.nonce ?? null,
    app_state: record.appState ?? null,
    redirect_uri: record.redirectUri,
    scope: record.scope,
    token_endpoint: record.tokenEndpoint,
    issuer: record.issuer ?? null,
    iss_promised: record.issPromised,
    ...(record.maxAgeSeconds !== undefined && { max_age: record.maxAgeSeconds }),
  });

/** @internal Undefined for a damaged record, for one of another form, and for one that is too old. */
export function usableRecord(text: string | null | undefined, nowWallMs: number): SignInRecord | undefined {
  const fields = fieldsOf(text ?? "") ?? NONE;
  const { v, step, created_wall_ms, verifier, nonce, app_state } = fields;
  const { redirect_uri, scope, token_endpoint, issuer, iss_promised, max_age } = fields;
  if (v !== VERSION || (step !== "sent" && step !== "exchanging") || !isNumber(created_wall_ms))
    return undefined;
  // A clock that was set back makes a record look as if from the future; that far off it is as good as stale.
  const isRecent = Math.abs(nowWallMs - created_wall_ms) <= LIFE_MS;
  if (!isRecent) return undefined;
  if (!isText(verifier) || !isText(redirect_uri) || !isText(scope) || !isText(token_endpoint))
    return undefined;
  if (!isAnyText(nonce) || !isAnyText(app_state) || !isAnyText(issuer) || !isAnyNumber(max_age))
    return undefined;
  return {
    createdWallMs: created_wall_ms,
    step,
    verifier,
    nonce: nonce ?? undefined,
    appState: app_state ?? undefined,
    redirectUri: redirect_uri,
    scope,
    tokenEndpoint: token_endpoint,
    issuer: issuer ?? undefined,
    issPromised: iss_promised === true,
    ...(isNumber(max_age) && { maxAgeSeconds: max_age }),
  };
}
