// What is remembered of a revocation of consent until the person is back. Tabs of other versions read it, too.
import { bare } from "../given/read.js";
import { StoredFields } from "./sign-in-record.js";

/** Who takes longer begins again. */
const LIFE_MS = 3_600_000;

/** @internal Whose session it was. */
export interface ConsentPerson {
  readonly id: string;
  readonly sub: string | undefined;
}

/** @internal */
export function writeConsent(
  state: string,
  createdWallMs: number,
  person: { readonly id: string; readonly sub?: string | undefined } | undefined,
): string {
  const begun = { state, created_wall_ms: createdWallMs };
  return JSON.stringify(bare(person ? { ...begun, session: person.id, sub: person.sub ?? null } : begun));
}

/** @internal Whose revocation it is, if that was noted; undefined if `state` is not the one of this record. */
export function consentOf(
  text: string | null | undefined,
  state: string,
  nowWallMs: number,
): { person: ConsentPerson | undefined } | undefined {
  try {
    const fields = new StoredFields(text ?? "");
    const isRecent = Math.abs(nowWallMs - fields.number("created_wall_ms")) <= LIFE_MS;
    if (!isRecent || fields.text("state") !== state) return undefined;
    const [id, sub] = [fields.any("session"), fields.any("sub")];
    const isNoted = typeof id === "string";
    return { person: isNoted ? { id, sub: typeof sub === "string" ? sub : undefined } : undefined };
  } catch {
    return undefined;
  }
}
