// What a reload must find of an answer that has left the address bar and is being handled: that a sign-in was
// interrupted, or that a revocation of consent must be finished. It is noted in sessionStorage. The history entry's
// state is the router's, and stays as it is. The `state` alone is of no use to anybody.

import type { AuthOptions } from "../auth-options.js";
import { peek } from "../given/read.js";
import { fieldsOf } from "../platform/stored-json.js";
import { addressOf, parameterOf } from "./address.js";
import { type AnswerKind, namespaceOf } from "./ownership.js";

/** Nobody waits longer for a page that loads again. */
const LIFE_MS = 600_000;

/** Where 0.1.0 noted it: in the state of the history entry. */
const FIRST_NOTE = "sipbreakout.state";

/** This copy of the package: a page may have two, and what one is handling was not interrupted. */
let copy: number | undefined;

interface Note {
  state: string;
  /** A revocation's, by the provider's word. */
  refusal: string | null;
  /** The address without query. */
  place: string;
  at: number;
  /** Which copy took it, in which load of the page. */
  copy: number;
  page: number;
}

/** Who takes an answer now, and when. */
function taker() {
  copy ??= Math.random();
  return { at: Date.now(), copy, page: performance.timeOrigin };
}

const keyOf = (kind: AnswerKind, options: AuthOptions) =>
  `sipbreakout/taken/${kind.name}/${namespaceOf(options)}`;

const placeOf = (address: string) => new URL(address).origin + new URL(address).pathname;

/** @internal An answer leaves the address bar. */
export function note(kind: AnswerKind, options: AuthOptions, answer: string): void {
  try {
    const state = parameterOf(answer, "state");
    if (state === "") return;
    const refusal = parameterOf(answer, "error") || null;
    const taken: Note = { state, refusal, place: placeOf(answer), ...taker() };
    globalThis.sessionStorage.setItem(keyOf(kind, options), JSON.stringify(taken));
  } catch {
    // Then a reload says nothing of it.
  }
}

/** @internal The answer that this page had before it was reloaded, as an address; undefined if there was none. */
export function noted(kind: AnswerKind, options: AuthOptions): string | undefined {
  try {
    const text = globalThis.sessionStorage.getItem(keyOf(kind, options));
    const known = text === null ? firstNote(kind, options) : (fieldsOf(text) as Note | undefined);
    if (!known || known.place !== placeOf(addressOf()) || Math.abs(Date.now() - known.at) > LIFE_MS) {
      return undefined;
    }
    if (known.page === performance.timeOrigin && known.copy !== copy) return undefined;
    const error = kind.name === "consent" ? known.refusal : "sign_in_interrupted";
    const answer = new URL(known.place);
    answer.search = String(new URLSearchParams({ state: known.state, ...(error && { error }) }));
    return answer.href;
  } catch {
    return undefined;
  }
}

function firstNote(kind: AnswerKind, options: AuthOptions): Note | undefined {
  const [state = "", refusal = null] = String(peek(globalThis.history?.state, FIRST_NOTE) ?? "").split(" ");
  const place = placeOf(kind.name === "consent" ? addressOf() : options.redirectUri);
  const answer = `${place}?${new URLSearchParams({ state, error: "x" })}`;
  return state && kind.find(answer, options) ? { state, refusal, place, ...taker() } : undefined;
}

/** @internal The answer is handled. */
export function forget(kind: AnswerKind, options: AuthOptions): void {
  try {
    globalThis.sessionStorage.removeItem(keyOf(kind, options));
    if (!firstNote(kind, options)) return;
    const { [FIRST_NOTE]: _, ...others } = globalThis.history.state;
    globalThis.history.replaceState(Object.keys(others).length > 0 ? others : null, "");
  } catch {
    // No storage, or a history that may not be changed.
  }
}
