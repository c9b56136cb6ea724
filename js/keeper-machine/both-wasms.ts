// Waits until both wasm files are loaded and alive: keeping a registration needs calls, and decisions.
import { callsWasm, type Wasm } from "../core/calls-wasm.js";
import { type SessionWasm, sessionWasm } from "../core/session-wasm.js";

/** @internal Instances that live. */
export interface Wasms {
  readonly calls: Wasm;
  readonly session: SessionWasm;
}

/** @internal Begins `work` when both are there: in the order in which it was asked. Both are loaded at the same time. */
export async function whenBothLoaded<T>(work: (wasms: Wasms) => T): Promise<Awaited<T>> {
  const [calls, session] = await Promise.all([callsWasm.loaded(), sessionWasm.loaded()]);
  const areAlive = callsWasm.latest() === calls && sessionWasm.latest() === session;
  return areAlive ? await work({ calls, session }) : await whenBothLoaded(work);
}
