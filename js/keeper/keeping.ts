// Loads what keeps registrations when a page first keeps one: JavaScript, and the wasm that decides.
import { callsWasm } from "../core/calls-wasm.js";
import type { Wasms } from "../keeper-machine/both-wasms.js";
import { type Later, loadLater } from "../load-later.js";

/** @internal Begins `work` when all of it is there: in the order in which it was asked. */
export async function whenKeeping<T>(work: (later: Later, wasms: Wasms) => T): Promise<Awaited<T>> {
  // It is needed, too, and comes meanwhile. What goes wrong is told when it is asked for.
  callsWasm.loaded().catch(() => {});
  const later = await loadLater();
  return later.whenBothLoaded((wasms) => work(later, wasms));
}
