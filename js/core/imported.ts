// Code that is loaded when it is used.
import { loadError } from "../errors.js";

/** @internal What to do about what did not come. */
export const NOT_COME = "Check the network. If the page is older than the last deploy, reload it.";

/** @internal What `load` imports; else what `again` makes of its error. @throws LoadError */
export async function imported<Code extends object>(
  load: () => Promise<Code>,
  again?: (cause: unknown) => Promise<Code | undefined>,
): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    const code = await again?.(cause);
    if (code) return code;
    const message = "A part of the SDK's JavaScript did not come.";
    throw loadError("network", message, NOT_COME, cause, { reloadMayHelp: true });
  }
}
