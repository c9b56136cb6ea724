// What is remembered of a revocation of consent until the person is back. Tabs of other versions read it, too.
import { fieldsOf, isNumber, isText, jsonOf, NONE } from "../platform/stored-json.js";

/** Who takes longer begins again. */
const LIFE_MS = 3_600_000;

/** Whose session it was. */
interface ConsentPerson {
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
  return jsonOf(person ? { ...begun, session: person.id, sub: person.sub ?? null } : begun);
}

/** @internal Whose revocation it is, if that was noted; undefined if `state` is not the one of this record. */
export function consentOf(
  text: string | null | undefined,
  state: string,
  nowWallMs: number,
): { person: ConsentPerson | undefined } | undefined {
  const { created_wall_ms, state: noted, session, sub } = fieldsOf(text ?? "") ?? NONE;
  const isRecent = isNumber(created_wall_ms) && Math.abs(nowWallMs - created_wall_ms) <= LIFE_MS;
  if (!isRecent || noted !== state) return undefined;
  return { person: isText(session) ? { id: session, sub: isText(sub) ? sub : undefined } : undefined };
}
