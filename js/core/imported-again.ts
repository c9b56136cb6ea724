// A module that did not come, asked for by another address: browsers may remember for a page's life that it did not, by its address,
// which their error names.
import { peek } from "../given/read.js";

let count = 0;

/** @internal Undefined where the error names no address, or nothing comes from there either. */
export async function importedAgain(cause: unknown): Promise<object | undefined> {
  const address = /https?:\/\/[^\s'"]+/.exec(String(peek(cause, "message")))?.[0] ?? "";
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  count += 1;
  url.searchParams.set("again", String(count));
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href);
  } catch {
    return undefined;
  }
}
