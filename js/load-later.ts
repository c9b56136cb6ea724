// Loads what a client needs when it first keeps a registration, or registers many.
import { imported } from "./core/imported.js";

/** @internal */
export type Later = typeof import("./loaded-later.js");

let later: Later | undefined;

/** @internal @throws LoadError */
export async function loadLater(): Promise<Later> {
  later ??= await imported(
    () => import("./loaded-later.js"),
    (code) => "Keeper" in code && "fleet" in code,
  );
  return later;
}
