// Code that is loaded when it is used.
import { loadError } from "../errors.js";
import { peek } from "../given/read.js";

/** @internal What to do about what did not come. */
export const NOT_COME = "Check the network. If the page is older than the last deploy, reload it.";

/** How often code was asked for by another address. */
let again = 0;

/**
 * @internal What `load` imports. `isIt` tells whether another module, which came by another address, is the same code.
 * @throws LoadError
 */
export async function imported<Code extends object>(
  load: () => Promise<Code>,
  isIt?: (code: object) => boolean,
): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    const code = isIt && (await byAnotherAddress(cause));
    if (code && isIt?.(code)) return code as Code;
    const message = "A part of the SDK's JavaScript did not come.";
    throw loadError("network", message, NOT_COME, cause, { reloadMayHelp: true });
  }
}

/** Browsers may remember for a page's life that a module did not come, by its address, which their error names. */
async function byAnotherAddress(cause: unknown): Promise<object | undefined> {
  const address = /https?:\/\/[^\s'"]+/.exec(String(peek(cause, "message")))?.[0] ?? "";
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  again += 1;
  url.searchParams.set("again", String(again));
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href);
  } catch {
    return undefined;
  }
}
