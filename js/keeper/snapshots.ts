// How a registration stands, as the machine tells it.
import type { Field } from "./machine.js";
import { requestOfText } from "./records.js";
import type { Snapshot } from "./registration-keeper.js";
import { errorOf } from "./troubles.js";

const timeOf = (ms: Field) => (Number.isFinite(ms) ? ms : undefined);

/** @internal */
export function snapshotOf(fields: readonly Field[]): Snapshot {
  const [id, owner, text, inEffect, state, flags, expiresAtMs, nextRefreshAtMs, trouble] = fields;
  return {
    id,
    flags,
    owner,
    request: requestOfText(text as string),
    inEffect: inEffect === "" ? undefined : requestOfText(inEffect as string),
    state,
    isEnding: ((flags as number) & 1) > 0,
    expiresAtMs: timeOf(expiresAtMs),
    nextRefreshAtMs: timeOf(nextRefreshAtMs),
    error: errorOf(trouble),
  } as Snapshot;
}
