// Tokens from an application's function that follows a script.

import assert from "node:assert/strict";
import { SuppliedTokens as Supplied } from "../../dist/client/supplied-tokens.js";

/** A call that ends when `signal` is aborted. */
export const callerOf = (signal) => ({
  get isEnded() {
    return signal?.aborted ?? false;
  },
  get reason() {
    return signal?.reason;
  },
  onEnd(listener) {
    signal?.addEventListener("abort", listener);
    return () => signal?.removeEventListener("abort", listener);
  },
});

/** Only the token of what a call gets. */
export class SuppliedTokens extends Supplied {
  token(refused, signal) {
    const given = this.authorize("https://api.example.com/a.B/C", refused, callerOf(signal));
    return given instanceof Promise ? given.then(({ token }) => token) : given.token;
  }
}

export const settle = () => new Promise((resolve) => setImmediate(resolve));
export const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
export const secretsOf = (tokens) => ({
  isSecret: (text) => tokens.some((token) => text.includes(token)),
  cut: (text) => tokens.reduce((left, token) => left.replaceAll(token, "[removed]"), text),
});
export const inMs = (ms) => Date.now() + ms;

/** A source whose function gives these, in turn: values, promises, functions to call. `asked` has the contexts. */
export function supplied(...answers) {
  const asked = [];
  const supply = (context) => {
    asked.push(context);
    const next = answers.shift();
    return typeof next === "function" ? next(context) : next;
  };
  const forced = () => asked.map(({ forceRefresh }) => forceRefresh);
  return { tokens: new SuppliedTokens(supply, secretsOf), asked, forced, answers };
}

/** A promise with its ends. */
export function deferred() {
  const ends = {};
  ends.promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return ends;
}

/** The error that `ask` throws, or that its promise rejects with. */
export async function failure(ask) {
  try {
    await ask();
  } catch (error) {
    return error;
  }
  return assert.fail("it gave a token");
}
