// One question to Rust in the middle of work that waits: the answer, or a real error.

import { AuthError, type ErrorKind, LoadError, toSdkError } from "../errors.js";
import type { AuthErrorCode } from "../generated.js";
import { bare, isArray } from "../given/read.js";
import { pause } from "../platform/time-limit.js";
import { type SessionWasm, sessionWasm } from "./session-wasm.js";

/** The wasm that lives now. It may stop between its coming and the next turn. */
async function living(): Promise<SessionWasm> {
  let wasm = await sessionWasm.loaded();
  while (sessionWasm.latest() !== wasm) wasm = await sessionWasm.loaded();
  return wasm;
}

/** Before a question is asked again because the wasm stopped at it, or did not start for want of memory. */
const AGAIN_MS = [0, 250];

/**
 * @internal Asks the wasm that lives now, and loads it if there is none. If it stops at the question, the next one is asked
 * the same: nothing of a question is left in the wasm, and what a provider has sent (a refresh token) comes only once.
 * @throws AuthError, LoadError
 */
export async function decide<T>(work: (wasm: SessionWasm) => T): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return sessionWasm.ask(sessionWasm.current() ?? (await living()), work);
    } catch (thrown) {
      // The caller's stack may be full: on the next turn there is room to say so.
      await undefined;
      const waitMs = isStop(thrown) ? AGAIN_MS[tries] : undefined;
      if (waitMs === undefined) throw isArray(thrown) ? flatAuthError(thrown) : toSdkError(thrown);
      if (waitMs > 0) await pause(waitMs);
    }
  }
}

const isStop = (thrown: unknown): boolean => thrown instanceof LoadError && thrown.code === "crashed";

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
