// Loads what a client needs when it first keeps a registration, or registers many.
import { imported } from "./core/imported.js";
import { importedAgain } from "./core/imported-again.js";

/** @internal */
export type Later = typeof import("./loaded-later.js");

let loading: Promise<Later> | undefined;

/**
 * @internal One load for all who ask at the same time: by another address each would get code, and stores, of its own.
 * @throws LoadError
 */
export function loadLater(): Promise<Later> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

const load = (): Promise<Later> =>
  imported(
    () => import("./loaded-later.js"),
    async (cause) => {
      const code = await importedAgain(cause);
      // A bundler may have shortened the names.
      return code && "ClientKeepers" in code && "fleet" in code ? (code as Later) : undefined;
    },
  );
