// One question to Rust in the middle of work that waits: the answer, or a real error.

import { AuthError, type ErrorKind, toSdkError } from "../errors.js";
import type { AuthErrorCode } from "../generated.js";
import { bare, isArray } from "../given/read.js";
import { ask, current, latest, loaded, type Wasm } from "./load.js";

/** The wasm that lives now. It may stop between its coming and the next turn. */
async function living(): Promise<Wasm> {
  let wasm = await loaded();
  while (latest() !== wasm) wasm = await loaded();
  return wasm;
}

/**
 * @internal Asks the wasm that lives now, and loads it if there is none. If it stops at the question, the next one is asked
 * the same: nothing of a question is left in the wasm, and what a provider has sent (a refresh token) comes only once.
 * @throws AuthError, LoadError
 */
export async function decide<T>(work: (wasm: Wasm) => T): Promise<T> {
  try {
    const wasm = current() ?? (await living());
    try {
      return ask(wasm, work);
    } catch (thrown) {
      if (latest() === wasm) throw thrown;
    }
    return ask(await living(), work);
  } catch (thrown) {
    // The caller's stack may be full: on the next turn there is room to say so.
    await undefined;
    throw isArray(thrown) ? flatAuthError(thrown) : toSdkError(thrown);
  }
}

/** @internal An error as src/bindings/oauth.rs writes it. */
export function flatAuthError(flat: readonly unknown[]): AuthError {
  return new AuthError(
    bare({
      family: "auth",
      code: flat[0] as AuthErrorCode,
      kind: flat[1] as ErrorKind,
      retryable: flat[2] as boolean,
      message: flat[3] as string,
      description: flat[4] as string,
      uri: flat[5] as string,
      httpStatus: flat[6] as number,
      retryAfterMs: flat[7] as number,
    }),
  );
}
