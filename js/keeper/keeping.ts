// Loads what keeps registrations when a page first keeps one: JavaScript, and the wasm that decides.
import { callsWasm } from "../core/calls-wasm.js";
import type { Wasms } from "../keeper-machine/both-wasms.js";
import { type Later, loadLater } from "../load-later.js";

/** @internal Begins `work` when all of it is there: in the order in which it was asked. */
export async function whenKeeping<T>(work: (later: Later, wasms: Wasms) => T): Promise<Awaited<T>> {
  // It comes meanwhile. If it does not, that is told below.
  const calls = callsWasm.loaded();
  calls.catch(() => {});
  const later = await loadLater();
  await calls;
  return later.whenBothLoaded((wasms) => work(later, wasms));
}
