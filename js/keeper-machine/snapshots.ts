// Decodes the machine's flat fields into a `Snapshot`.

import type { KeeperState } from "../events.js";
import { requestOfText } from "../keeper-store/records.js";
import type { RegistrationRequest } from "../options.js";
import type { Field } from "./machine.js";
import { errorOf } from "./troubles.js";

/** @internal How Rust tells it. */
export interface Snapshot {
  /** Of what is wanted. */
  id?: string;
  /** 1: it is to be deleted, 2: when the last page goes, 4: the store has it, 8: the core does not want it. */
  flags?: number;
  owner?: string;
  request: RegistrationRequest;
  inEffect?: RegistrationRequest | undefined;
  state: KeeperState;
  /** It is to be deleted at the core. */
  isEnding?: boolean;
  expiresAtMs?: number;
  nextRefreshAtMs?: number;
  error?: unknown;
}

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
