// Answers that were handled before. A router that remembered the address, or a browser that opens its tabs again, brings
// them back: they are no error then, and leave the address. Their states are in sessionStorage, and are of no use to anybody.
import { isArray, read } from "../given/read.js";

/** A tab has few sign-ins. */
const REMEMBERED = 8;

const keyOf = (namespace: string) => `sipbreakout/handled/${namespace}`;

/** Undefined where the page has none. */
const strings = () => read(globalThis, "sessionStorage") as Storage | undefined;

function known(namespace: string): unknown[] {
  try {
    const states: unknown = JSON.parse(strings()?.getItem(keyOf(namespace)) ?? "");
    return isArray(states) ? states : [];
  } catch {
    return [];
  }
}

/** @internal */
export const isHandled = (namespace: string, state: string): boolean => known(namespace).includes(state);

/** @internal */
export function noteHandled(namespace: string, state: string): void {
  try {
    const states = [...known(namespace), state].slice(-REMEMBERED);
    strings()?.setItem(keyOf(namespace), JSON.stringify(states));
  } catch {
    // Then it is an error when it comes back.
  }
}
