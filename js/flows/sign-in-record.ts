// What a callback has to know of its request, in the form in which it waits in the tab's storage. Tabs of other versions read
// it, too.
import { bare, peek } from "../given/read.js";

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
export function writeRecord(record: SignInRecord): string {
  return JSON.stringify(
    bare({
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
    }),
  );
}

/** @internal What is read of a stored object. A field of the wrong type throws. */
export class StoredFields {
  readonly #object: unknown;

  /** @throws SyntaxError */
  constructor(text: string) {
    this.#object = JSON.parse(text);
  }

  /** As it stands; null is as good as missing. */
  any(name: string): unknown {
    return peek(this.#object, name) ?? undefined;
  }

  number(name: string): number {
    const value = this.any(name);
    if (typeof value === "number") return value;
    throw new TypeError(name);
  }

  text(name: string): string {
    const value = this.any(name);
    if (typeof value === "string") return value;
    throw new TypeError(name);
  }

  anyText(name: string): string | undefined {
    return this.any(name) === undefined ? undefined : this.text(name);
  }
}

/** @internal Undefined for a damaged record, for one of another form, and for one that is too old. */
export function usableRecord(text: string | null | undefined, nowWallMs: number): SignInRecord | undefined {
  try {
    const fields = new StoredFields(text ?? "");
    const step = fields.text("step");
    const createdWallMs = fields.number("created_wall_ms");
    // A clock that was set back makes a record look as if from the future; that far off it is as good as stale.
    const isRecent = Math.abs(nowWallMs - createdWallMs) <= LIFE_MS;
    if (!isRecent || fields.number("v") !== VERSION || (step !== "sent" && step !== "exchanging"))
      return undefined;
    return {
      createdWallMs,
      step,
      verifier: fields.text("verifier"),
      nonce: fields.anyText("nonce"),
      appState: fields.anyText("app_state"),
      redirectUri: fields.text("redirect_uri"),
      scope: fields.text("scope"),
      tokenEndpoint: fields.text("token_endpoint"),
      issuer: fields.anyText("issuer"),
      issPromised: fields.any("iss_promised") === true,
      ...(fields.any("max_age") !== undefined && { maxAgeSeconds: fields.number("max_age") }),
    };
  } catch {
    return undefined;
  }
}
