// What was thrown, as the cause of an error, without what was sent.
import { causeOf } from "../platform/cause.js";
import { sessionWasm } from "./session-wasm.js";

/** @internal `thrown` without these secrets; undefined where nobody can tell whether it has any of them. */
export async function shownCause(thrown: unknown, secrets: readonly string[]): Promise<unknown> {
  try {
    const wasm = sessionWasm.current() ?? (await sessionWasm.loaded());
    return causeOf(thrown, {
      isSecret: (text) => sessionWasm.ask(wasm, ({ hasSecret }) => hasSecret(text, [], [...secrets], true)),
      cut: (text) => sessionWasm.ask(wasm, ({ cutSecrets }) => cutSecrets(text, [], [...secrets])),
    });
  } catch {
    return undefined;
  }
}
